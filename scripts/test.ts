// `npm test`: sees to it that the real programs which tests start are there (etcd, openssl), runs Vitest, and ends with one line
// `N passed, N failed`. `--faults` runs the full fault matrix instead of its short form. Other arguments go to Vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEtcd } from './ensure-etcd.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
}

const args = process.argv.slice(2);
const faults = args.includes('--faults');
await ensureEtcd();
spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'conductor-test-'));
const file = join(folder, 'report.json');
const run = spawnSync(
  'npx',
  [
    '--no-install',
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...(faults ? ['test/faults'] : []),
    ...args.filter((arg) => arg !== '--faults'),
  ],
  { stdio: 'inherit', env: { ...process.env, ...(faults ? { CONDUCTOR_TEST_FAULTS: 'full' } : {}) } },
);
let report: Report = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numFailedTestSuites: 1 };
try {
  report = JSON.parse(readFileSync(file, 'utf8')) as Report;
} catch {
  process.stdout.write('Vitest wrote no report.\n');
}
rmSync(folder, { recursive: true, force: true });
// A file that does not load fails no test; it must not pass as success.
const failed = Math.max(report.numFailedTests, run.status === 0 ? 0 : 1);
const skipped = report.numPendingTests;
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 || (process.env['CI'] === 'true' && skipped > 0) ? 1 : 0;
