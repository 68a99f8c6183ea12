// What a run of the recorded cases found, as lines for the terminal and as the page docs/conformance.md. No times and no ids in
// it, so that the page changes only when an answer does.
import { countsOf, type Result, type Verdict } from './verdict.ts';

function verdictText(verdict: Verdict): string {
  if (verdict.kind === 'same') return `same${verdict.note ? ` (${verdict.note})` : ''}`;
  if (verdict.kind === 'better') return `better: ${verdict.note}`;
  if (verdict.kind === 'fails') return `FAILS: ${verdict.differences.join('; ')}`;
  const { entries, note } = verdict;
  return `deviates by ${entries.length === 1 ? 'entry' : 'entries'} ${entries.join(', ')}: ${note}`;
}

export function line({ group, name, verdict }: Result): string {
  return `${group} ${name}: ${verdictText(verdict)}`;
}

export function summary(results: readonly Result[]): string {
  const { same, better, deviates, fails } = countsOf(results);
  return `${results.length} cases: ${same} same, ${better} better, ${deviates} deviate, ${fails} fail`;
}

const cell = (value: string) => value.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The line of docs/conformance.md. */
export function tableRow({ name, verdict }: Pick<Result, 'name' | 'verdict'>): string {
  return `| \`${name}\` | ${cell(verdictText(verdict))} |`;
}

export function markdown(results: readonly Result[]): string {
  const section = (group: Result['group'], title: string) => {
    const own = results.filter((result) => result.group === group);
    return [`## ${title}`, '', `${summary(own)}.`, '', '| case | answer |', '| --- | --- |', ...own.map(tableRow), ''];
  };
  return [
    '# Conformance with the recorded answers of OOF-HAS 2.3.1',
    '',
    'Made by `npm run conformance -- --markdown docs/conformance.md`; do not edit. Each case of `test/golden` is put to a running',
    'gateway over the recorded world and its answer compared with the recording. *same*: status, steps, message and recommendations',
    'as recorded; *better*: a better value of the objective under the same rules; *deviates*: answered otherwise on purpose, by the',
    'entries of [compatibility.md](compatibility.md) named, and checked to be what they say.',
    '',
    `**${summary(results)}.**`,
    '',
    ...section('plan', 'Plans'),
    ...section('rest', 'REST requests'),
  ].join('\n');
}
