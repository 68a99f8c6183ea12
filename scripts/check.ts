// `npm run check`: layers, types, format and lint, dead code, schema and docs up to date. Runs all, then says which failed.
import { spawnSync } from 'node:child_process';

const CHECKS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format and lint', 'biome', 'check', '.'],
  ['types', 'tsc', '-p', '.'],
  ['layers', 'depcruise', '--config', '.dependency-cruiser.mjs', 'src', 'test/sim'],
  ['dead code', 'knip'],
  ['schema', 'tsx', 'scripts/print-schema.ts', '--check'],
  ['typed operations', 'graphql-codegen', '--config', 'codegen.ts', '--check'],
  ['docs', 'tsx', 'scripts/generate-docs.ts', '--check'],
];

let failed = 0;
for (const [name, command, ...args] of CHECKS) {
  const result = spawnSync('npx', ['--no-install', command, ...args], { encoding: 'utf8' });
  const ok = result.status === 0;
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name}\n`);
  if (!ok) {
    failed += 1;
    process.stdout.write(`${result.stdout}${result.stderr}\n`);
  }
}
process.stdout.write(failed === 0 ? 'All checks passed.\n' : `${failed} checks failed.\n`);
process.exitCode = failed === 0 ? 0 : 1;
