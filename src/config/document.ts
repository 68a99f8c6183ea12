// The annotated sample (`conductor config --sample`) and docs/config.md, both made from the table.
import type { Option } from './option.ts';
import { OPTIONS } from './table.ts';

/** A conductor.conf in which every option stands as a comment with its default. */
export function sampleConfig(): string {
  const lines = ['# conductor.conf: every option with its default. Remove the # to change one.', ''];
  for (const [group, options] of Object.entries(OPTIONS)) {
    lines.push(`[${group}]`, '');
    for (const [name, option] of Object.entries(options) as [string, Option][]) {
      lines.push(...wrap(option.doc, 96).map((line) => `# ${line}`));
      lines.push(`# (${typeText(option)})`, `#${name} = ${defaultText(option)}`, '');
    }
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The reference page of all options. */
export function configMarkdown(): string {
  const lines = [
    '# Configuration',
    '',
    'Made from the table in `src/config/table.ts`; do not edit.',
    '',
    'Sources, strongest first: AAF SMS (`[aaf_sms] is_enabled`; credentials only), command line, environment (`OS_<GROUP>__<OPTION>`, for example `OS_AAI__PASSWORD`), files of',
    '`--config-dir` in alphabetical order, `--config-file` (the last one wins), default. Files follow the rules of oslo.config:',
    'comments at the start of a line, continuation lines, repeated keys make a list, `$name` is replaced (braced and with a section too).',
    'Options that are unknown or have no meaning here are named once at start and do not stop it.',
    '',
  ];
  for (const [group, options] of Object.entries(OPTIONS)) {
    lines.push(`## [${group}]`, '', '| option | type | default | meaning |', '| --- | --- | --- | --- |');
    for (const [name, option] of Object.entries(options) as [string, Option][]) {
      lines.push(
        `| \`${name}\` | ${typeText(option).replaceAll('|', '\\|')} | ${code(defaultText(option))} | ${option.doc} |`,
      );
    }
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function typeText(option: Option): string {
  if (option.type === 'choice') return `one of ${option.choices.join(', ')}`;
  if (option.type === 'integer')
    return `integer, at least ${option.min}${option.max === undefined ? '' : `, at most ${option.max}`}`;
  if (option.type === 'list' && option.choices) return `list of ${option.choices.join(', ')}`;
  if (option.type === 'url') return 'http or https URL';
  if (option.type === 'permissions') return 'JSON';
  return option.secret ? 'text, secret' : option.type;
}

function defaultText(option: Option): string {
  if (option.type === 'permissions') return option.default.map((item) => JSON.stringify(item)).join(', ');
  return option.type === 'list' ? option.default.join(',') : String(option.default);
}

function code(value: string): string {
  return value === '' ? 'empty' : `\`${value}\``;
}

function wrap(value: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of value.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
