// `npm run test:solver`: the search against brute force on many random problems, and larger ones against the independent
// solver CBC. `--times N` runs N times as many random cases as `npm test` does (default 7, more than 20,000); `--large N` sets
// the number of larger problems.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { agreesWith } from '../test/solver/independent.ts';
import { findCbc } from './ensure-cbc.ts';

/** Cases of one short run of test/engine/solve/oracle.test.ts. */
const CASES = 1200 + 20 + 600 + 800 + 800 + 100 + 600 + 400 + 60;

/** The same of test/engine/solve/soft-oracle.test.ts: soft constraints and moving costs. */
const SOFT_CASES = 1000 + 15 + 400 + 600 + 600;
/** Of test/engine/solve/explain/oracle.test.ts: conflicts, relaxations, binding limits, standings and verdicts. */
const EXPLAINED_CASES = 70 + 70 + 120 + 80 + 80;
const FILES = ['oracle.test.ts', 'soft-oracle.test.ts', 'explain/oracle.test.ts'].map(
  (file) => `test/engine/solve/${file}`,
);

const { values } = parseArgs({
  options: { times: { type: 'string', default: '7' }, large: { type: 'string', default: '24' } },
});
const times = Math.max(1, Math.floor(Number(values.times)) || 1);
const large = Math.max(0, Math.floor(Number(values.large)) || 0);

process.stdout.write(`${(CASES + SOFT_CASES + EXPLAINED_CASES) * times} random problems against brute force\n`);
const run = spawnSync('npx', ['--no-install', 'vitest', 'run', '--testTimeout=1200000', ...FILES], {
  stdio: 'inherit',
  env: { ...process.env, CONDUCTOR_TEST_SOLVER_TIMES: String(times) },
});
const cbc = findCbc();
let disagreed = 0;
if ('missing' in cbc) process.stdout.write(`larger problems skipped: ${cbc.missing}\n`);
else {
  const { agreed, differences } = await agreesWith(cbc.path, large);
  for (const text of differences) process.stdout.write(`${text}\n`);
  process.stdout.write(`larger problems: CBC agreed on ${agreed} of ${large}\n`);
  disagreed = differences.length;
}
process.exitCode = run.status === 0 && disagreed === 0 ? 0 : 1;
