// F37: the name of an upstream system does not resolve, or one of its addresses swallows everything.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startSimulators } from '../sim/start.ts';
import { startBlackHole } from '../support/black-hole.ts';
import { fault, stopsWithCase } from './fault.ts';
import { ONE_RESERVATION } from './templates.ts';
import { ended, verify, withSingle } from './verify.ts';

fault(37, 'a host name that does not resolve: the plan says so within seconds', (run) =>
  withSingle(
    { env: { OS_SDNC__SERVER_URL: 'https://sdnc.invalid:8443/rests' }, lines: ['[solver]', 'max_solver_counter = 2'] },
    async (single) => {
      run.struck();
      const plan = await ended(single, ONE_RESERVATION);
      run.recovered();
      expect(plan.status).toBe('error');
      expect(plan.message).toMatch(/SDN-C/);
      await verify(single, run, [plan.id], { anyEnd: true });
    },
  ),
);

fault(37, 'one address of a system swallows everything: the other one is used', async (run) => {
  const simulators = await startSimulators();
  const folder = mkdtempSync(join(tmpdir(), 'conductor-hosts-'));
  const hostsFile = join(folder, 'hosts');
  writeFileSync(hostsFile, '::1 localhost\n127.0.0.1 localhost\n');
  const port = (url: string) => Number(new URL(url).port);
  const holes = await Promise.all(
    [simulators.aai.url, simulators.sdnc.restsUrl].map((url) => startBlackHole(port(url))),
  );
  stopsWithCase({
    async stop() {
      await Promise.all(holes.map((hole) => hole.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  });
  const byName = (url: string) => url.replace('127.0.0.1', 'localhost');
  const env = {
    OS_AAI__SERVER_URL: byName(simulators.aai.url),
    OS_SDNC__SERVER_URL: byName(simulators.sdnc.restsUrl),
  };
  await withSingle({ simulators, hostsFile, env }, async (single) => {
    run.struck();
    const plan = await ended(single, ONE_RESERVATION);
    run.recovered();
    expect(plan.status).toBe('done');
    await verify(single, run, [plan.id]);
  });
});
