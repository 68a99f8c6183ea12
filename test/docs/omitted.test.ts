// What the reference carries along and this product must not have: dead code, prints, secrets.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return ['node_modules', 'dist', '.git', 'coverage'].includes(entry.name) ? [] : filesBelow(path);
  });
}

const sources = filesBelow('src').filter((file) => file.endsWith('.ts'));

it('every source file is reached from the program', () => {
  const reached = new Set<string>();
  const open = ['src/main.ts', 'src/engine/solve/worker.ts', 'src/engine/template/worker.ts'];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+\.ts)'/g);
    for (const [, path = ''] of imports) open.push(normalize(join(dirname(file), path)));
  }
  expect(sources.filter((file) => !reached.has(normalize(file)))).toEqual([]);
});

it('nothing is printed except by the command line', () => {
  const printing = sources.filter(
    (file) =>
      !file.startsWith('src/cli/') && /\bconsole\.|process\.(stdout|stderr)\.write/.test(readFileSync(file, 'utf8')),
  );
  expect(printing.filter((file) => file !== 'src/main.ts')).toEqual([]);
});

it('no private key is in the repository', () => {
  const marked = new RegExp(`-{5}BEGIN [A-Z ]*${'PRIVATE'} KEY-{5}\\n[A-Za-z0-9+/=]{40}`);
  expect(filesBelow('.').filter((file) => marked.test(readFileSync(file, 'latin1')))).toEqual([]);
});
