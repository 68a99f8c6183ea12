// F26 and F29: a search goes on for too long or needs too much, or the event loop of the process itself stands still.
import { expect } from 'vitest';
import { holdUpLoop, INSPECTED } from '../support/inspector.ts';
import { largeSearchTemplate } from '../support/large-search.ts';
import { FULL, gate } from './cluster.ts';
import { fault } from './fault.ts';
import { held, holdPlan, ONE_EACH } from './holds.ts';
import { ONE_RESERVATION } from './templates.ts';
import { createMany, verify, withCluster, withSingle } from './verify.ts';

fault(26, 'a search beyond its time, and a plan deleted while it is solved: the process goes on', (run) =>
  withSingle({ lines: ['[solver]', 'solver_timeout = 2'] }, async (single) => {
    const { api, simulators, watcher } = single;
    const { faults } = simulators.sdnc;
    const stop = faults.add({ match: { path: 'service-capacity-check' }, kind: 'hang' });
    run.struck();
    const slow = await api.create('beyond its time', ONE_RESERVATION);
    await watcher.ended([slow]);
    const said = await api.plan(slow);
    expect(['not found', 'error']).toContain(said?.status);
    expect(said?.message).toMatch(/timed out|did not answer|SDN-C/);
    const hits = faults.hits;
    const doomed = await api.create('deleted', ONE_RESERVATION);
    await faults.hitsReached(hits + 1);
    expect((await api.delete(doomed)).status).toBe(204);
    stop();
    const after = await api.create('after', ONE_RESERVATION);
    await watcher.ended([after]);
    run.recovered();
    const [, plan] = await verify(single, run, [slow, after], { anyEnd: true });
    expect(plan?.status).toBe('done');
  }),
);

fault(26, 'a search thread out of memory: its plan says so, the others are solved', (run) =>
  withSingle({ lines: ['[solver]', 'max_memory = 32'] }, async (single) => {
    const { api, watcher } = single;
    run.struck();
    const ids = [
      await api.create('large', largeSearchTemplate()),
      await api.create('beside it', ONE_RESERVATION),
      await api.create('after it', ONE_RESERVATION),
    ];
    await watcher.ended(ids);
    run.recovered();
    const [large, ...others] = await verify(single, run, ids, { anyEnd: true });
    expect(large?.status).toBe('error');
    expect(large?.message).toContain('needed more memory');
    expect(others.map(({ status }) => status)).toEqual(['done', 'done']);
  }),
);

fault(29, 'the event loop stands still for 3 s: the lease is kept, the delay is measured', (run) =>
  withCluster({ leaseTtl: 10 }, async (cluster) => {
    run.note('a busy loop of 3 s in the process, started through the debugger, with a lease of 10 s');
    const { faults } = cluster.simulators.sdnc;
    const one = await cluster.gateway('one', { env: INSPECTED });
    await cluster.gateway('two');
    const late = gate();
    faults.add({ match: { path: 'service-capacity-check' }, kind: 'delay', until: late.promise });
    const stuck = faults.hitsReached(1);
    const ids = await createMany(cluster, 8);
    await stuck;
    run.struck();
    const blocked = holdUpLoop(one.program, 3_000);
    faults.clear();
    late.release();
    await blocked;
    // Answered only by a loop that turns again, so the timer that measures has run by then.
    expect(await one.api.metric('nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(2);
    run.recovered();
    const plans = await verify(cluster, run, ids);
    expect(plans.flatMap(({ events }) => events).filter(({ reason }) => reason === 'taken-over')).toEqual([]);
    expect(one.program.stdout()).not.toContain('lease lost');
  }),
);

fault(
  29,
  'the event loop stands still for longer than the lease: others take over, its late writes are refused',
  (run) =>
    withCluster({ lines: ONE_EACH, debug: true }, async (cluster) => {
      const world = { ...cluster, api: cluster.front.api };
      const one = await cluster.gateway('one', { env: INSPECTED });
      const late = gate();
      const ids: string[] = [];
      for (const wanted of ['reserving, before SDN-C has accepted', 'solving', 'translating'])
        ids.push(await holdPlan(world, held(wanted), late.promise));
      await cluster.gateway('two');
      run.struck();
      const blocked = holdUpLoop(one.program, FULL ? 10_000 : 5_000);
      const [first = ''] = ids;
      await cluster.watcher.event(first, ({ reason, actor }) => reason === 'taken-over' && actor === 'two');
      run.recovered();
      // Its answers come while it stands still: it goes on with results in hand.
      late.release();
      await blocked;
      for (const id of ids) {
        await one.program.logged((line) => line.planId === id && /^claim lost/.test(line.message ?? ''));
      }
      const plans = await verify(cluster, run, ids);
      expect(plans.map(({ events }) => events.filter(({ reason }) => reason === 'taken-over').length)).toEqual([
        1, 1, 1,
      ]);
      expect(plans.flatMap(({ reservations }) => reservations.map(({ state }) => state))).toEqual(
        new Array(3).fill('reserved'),
      );
    }),
);
