// What is generated from code is up to date, and what people read names only what there is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configMarkdown } from '../../src/config/document.ts';
import { OPTIONS } from '../../src/config/index.ts';
import { ERRORS } from '../../src/domain/errors.ts';
import { METRICS } from '../../src/telemetry/metrics-table.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

describe('documents', () => {
  it('docs/config.md is what the table of settings gives', () => {
    expect(read('docs/config.md')).toBe(configMarkdown());
  });

  it('docs/errors.md lists exactly the codes there are, with their status and exit code', () => {
    const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \| (\d+) \| (\d+) /gm)].map(
      ([, code, status, exit]) => [code, Number(status), Number(exit)],
    );
    expect(rows).toEqual(Object.entries(ERRORS).map(([code, { status, exit }]) => [code, status, exit]));
  });

  it.each(PAGES)('%s links only to files that exist', (page) => {
    const folder = join(page, '..');
    for (const [, target = ''] of read(page).matchAll(/\]\((?!http)([^)#]+)\)/g))
      expect(() => readdirSync(join(folder, target, '..'))).not.toThrow();
  });

  it.each(PAGES)('%s names only options that exist', (page) => {
    const table: Readonly<Record<string, object>> = OPTIONS;
    for (const [, group = '', name = ''] of read(page).matchAll(/`\[(\w+)\] (\w+)/g))
      expect(table[group], `[${group}] ${name} in ${page}`).toHaveProperty(name);
  });

  it('every metric that code counts is declared, and every declared one is counted', () => {
    const code = sources('src')
      .filter((file) => !file.includes('metrics-table'))
      .map(read)
      .join('\n');
    // A section of the configuration begins alike.
    const words = [...code.matchAll(/'(conductor_\w+?)'/g)].map(([, name]) => name ?? '');
    const used = new Set(words.filter((name) => !Object.hasOwn(OPTIONS, name)));
    const declared = [...METRICS.keys()].filter((name) => name.startsWith('conductor_'));
    expect([...used].filter((name) => !METRICS.has(name))).toEqual([]);
    expect(declared.filter((name) => !used.has(name))).toEqual([]);
  });
});
