// Writes the pages and tables that are made from code: docs/config.md, docs/errors.md, the layer table of ARCHITECTURE.md.
// `--check` compares instead and names what is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { configMarkdown } from '../src/config/document.ts';
import { ERRORS } from '../src/domain/errors.ts';
import { layersMarkdown } from './layers.mjs';

function errorsMarkdown(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, info]) =>
      `| \`${code}\` | ${info.status} | ${info.exit} | ${info.retryable ? 'yes' : 'no'} | ${info.message} | ${info.doc} |`,
  );
  return [
    '# Errors',
    '',
    'Made from the table in `src/domain/errors.ts`; do not edit. A code never changes its meaning. GraphQL carries it as',
    '`extensions.code` or, for what a caller must handle, as the `code` of an error object; REST answers with the status.',
    '',
    '| code | REST status | exit code | worth repeating | message | meaning and remedy |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function withTable(page: string): string {
  return page.replace(
    /(<!-- layers -->\n)[\s\S]*?(\n<!-- \/layers -->)/,
    (_, open: string, close: string) => `${open}${layersMarkdown()}${close}`,
  );
}

function current(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const pages: Readonly<Record<string, string>> = {
  'docs/config.md': configMarkdown(),
  'docs/errors.md': errorsMarkdown(),
  'ARCHITECTURE.md': withTable(current('ARCHITECTURE.md')),
};
const stale = Object.entries(pages).filter(([file, text]) => current(file) !== text);
if (process.argv.includes('--check')) {
  for (const [file] of stale) process.stderr.write(`${file} is out of date; run npm run codegen\n`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [file, text] of stale) writeFileSync(file, text);
}
