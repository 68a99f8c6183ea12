// `npm run conformance`: every recorded case of the reference against this gateway, one line each, then the counts.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { line, markdown, summary } from './report.ts';
import { planResults, restResults } from './run.ts';
import { countsOf } from './verdict.ts';

const HELP = `npm run conformance -- [options]
  --only NAME       cases whose name contains NAME; several times or with commas for more
  --failing         print only the cases that fail
  --json FILE       write the results as JSON
  --markdown FILE   write the table of docs/conformance.md (all cases only)
The exit code is 1 when a case fails or none was run.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      failing: { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const parts = values.only.flatMap((names) => names.split(',')).filter((name) => name !== '');
  if (values.markdown !== undefined && parts.length > 0)
    throw new Error('--markdown shows all cases; leave out --only');
  const wanted = (name: string) => parts.length === 0 || parts.some((part) => name.includes(part));
  const results = [...(await planResults(wanted)), ...(await restResults(wanted))];
  if (results.length === 0) throw new Error(`no recorded case is named like ${parts.join(' or ')}`);
  const shown = results.filter(({ verdict }) => !values.failing || verdict.kind === 'fails');
  process.stdout.write(`${[...shown.map(line), summary(results)].join('\n')}\n`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  if (values.markdown !== undefined) await writeFile(values.markdown, markdown(results));
  return countsOf(results).fails > 0 ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
