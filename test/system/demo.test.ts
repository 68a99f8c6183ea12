// The README's main command, on both stores: the whole way from inventory to reservation, ending by itself with 0.
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const WORDS = [
  'translating',
  'solving',
  'reserving',
  'done',
  ' km, cost ',
  'reserved',
  'conflict: ',
  'relaxation: ',
  'solved again: optimal',
  '"recommendations"',
  '/metrics',
  'GraphiQL',
];

it.each(['embedded', 'etcd'])('the demo runs end to end on the %s store', (store) => {
  const run = spawnSync(process.execPath, ['dist/demo.js', '--once', '--port', '0', '--store', store], {
    encoding: 'utf8',
    timeout: 55_000,
  });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  for (const word of WORDS) expect(run.stdout.toLowerCase()).toContain(word.toLowerCase());
});

it('the plan with one threshold made impossible says what conflicts and what helps, and is solved with that accepted', () => {
  const run = spawnSync(process.execPath, ['dist/demo.js', '--once', '--port', '0', '--impossible'], {
    encoding: 'utf8',
    timeout: 55_000,
  });
  expect([run.stderr, run.status]).toEqual(['', 0]);
  const steps = [
    'solving      → not_found',
    'infeasible: ',
    'conflict: ',
    'relaxation: ',
    'accepting the relaxation',
    '→ done',
  ];
  const places = steps.map((step) => run.stdout.toLowerCase().indexOf(step));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places).not.toContain(-1);
});

it('the demo ends non-zero and says why when a step fails', () => {
  const run = spawnSync(process.execPath, ['dist/demo.js', '--once', '--port', '99999'], {
    encoding: 'utf8',
    timeout: 55_000,
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('port');
});
