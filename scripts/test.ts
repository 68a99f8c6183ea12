// `npm test`: sees to it that the real programs which tests start are there (etcd, openssl), runs Vitest, and ends with one line
// `N passed, N failed`. `--faults` runs the full fault matrix instead of its short form; `--report FILE` then writes what it
// measured (docs/reliability.md). Other arguments go to Vitest.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeReport } from '../test/faults/report.ts';
import { ensureEtcd } from './ensure-etcd.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
}

const args = process.argv.slice(2);
const faults = args.includes('--faults');
const reportAt = args.indexOf('--report');
const page = reportAt < 0 ? null : (args.splice(reportAt, 2)[1] ?? null);
await ensureEtcd();
const built = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
if (built.status !== 0) {
  process.stdout.write('The build failed; tests that start the program would test an older one.\n0 passed, 1 failed\n');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'conductor-test-'));
const file = join(folder, 'report.json');
const records = join(folder, 'records');
// Stores, certificates and configurations of all tests go here, and with it, whatever way a test ends.
const scratch = join(folder, 'tmp');
for (const made of [records, scratch]) mkdirSync(made);
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
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      TMPDIR: scratch,
      CONDUCTOR_FAULT_RECORDS: records,
      ...(faults ? { CONDUCTOR_TEST_FAULTS: 'full' } : {}),
    },
  },
);
let report: Report = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numFailedTestSuites: 1 };
try {
  report = JSON.parse(readFileSync(file, 'utf8')) as Report;
} catch {
  process.stdout.write('Vitest wrote no report.\n');
}
if (page) {
  const day = new Date().toISOString().slice(0, 10);
  writeReport(records, page, `${day}, ${cpus().length} processors, Node ${process.versions.node}`);
}
rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
// A file that does not load fails no test; it must not pass as success.
const failed = Math.max(report.numFailedTests, run.status === 0 ? 0 : 1);
const skipped = report.numPendingTests;
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 || (process.env['CI'] === 'true' && skipped > 0) ? 1 : 0;
