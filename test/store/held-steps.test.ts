// What a process remembers to have reserved, once the store has been put back to an older copy.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Compensation } from '../../src/domain/compensation.ts';
import type { Logger, Metrics } from '../../src/domain/ports.ts';
import { compensationCodec } from '../../src/store/codec.ts';
import { DEFAULT_COMPENSATION } from '../../src/store/compensation-rows.ts';
import { HeldSteps } from '../../src/store/held-steps.ts';
import { keys, PLANS } from '../../src/store/keys.ts';
import type { ReflectorBatch } from '../../src/store/reflector.ts';
import { solvedPlan } from '../support/waiting-plans.ts';
import { step } from './compensation-contract.ts';
import { embeddedRig, ids, noMetrics, quiet } from './rigs.ts';
import { type StoresRig, withStores } from './stores-rig.ts';

const GONE = '00000000-0000-4000-8000-000000000001';
const head = (id: string) => ({ id, requestId: 'r-1' });

describe('reservations that the store has forgotten', () => {
  let rig: StoresRig;
  let held: HeldSteps;
  let said: string[];
  let answer: boolean | null;
  /** Labels of each count of `conductor_reservations_orphaned_total`. */
  let counted: unknown[];
  beforeEach(async () => {
    rig = await withStores(await embeddedRig(), { leaseTtlSeconds: 50 });
    said = [];
    answer = true;
    counted = [];
    const count: Metrics['count'] = (name, labels) => {
      if (name === 'conductor_reservations_orphaned_total') counted.push(labels);
    };
    const metrics = { ...noMetrics, count };
    const note = (_fields: object, message?: string) => void said.push(message ?? '');
    const logger: Logger = { ...quiet, warn: note, error: note };
    held = new HeldSteps({ ...DEFAULT_COMPENSATION, kv: rig.kv, clock: rig.clock, logger, metrics });
    held.serve(async () => answer);
  });
  afterEach(async () => {
    await held.close();
    await rig.close();
  });

  const batch = (more: Partial<ReflectorBatch>): ReflectorBatch => ({
    ...{ kind: 'live', clusterId: 'c', revision: 1, events: [] },
    ...more,
  });
  const setBack = () => held.onBatch(batch({ kind: 'gap', reason: 'store-changed' }));
  const deleted = (id: string) => ({ type: 'delete', key: `${PLANS}${id}`, modRevision: 2 }) as const;
  const entryOf = async (id: string): Promise<Compensation | null> => {
    const found = await rig.kv.get(keys.compensation(id, step().step));
    return found && compensationCodec.decode(found);
  };
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await new Promise(setImmediate);
  };
  /** Done when a plan that was noted after the others has been judged too. */
  const judged = async () => {
    const last = '00000000-0000-4000-8000-00000000000f';
    held.note(head(last), step());
    setBack();
    await until(async () => (await entryOf(last)) !== null);
  };

  it('of a plan that was in work: given to the queue, to be released after the hold', async () => {
    held.note(head(GONE), step());
    const before = rig.clock.now();
    await judged();
    const entry = await entryOf(GONE);
    expect(entry).toMatchObject({ state: 'release', attempts: 0, requestId: 'r-1', step: { entityId: 'e-1' } });
    expect(entry?.due).toBeGreaterThanOrEqual(before + DEFAULT_COMPENSATION.holdMs);
  });

  it('of a plan that was done: named, and left to the order', async () => {
    const id = await solvedPlan(rig.stores, []);
    const claim = await rig.stores.work.claim(id, 'reservation', 'w');
    await claim?.advance({ to: 'done', reason: 'completed' });
    const found = await rig.kv.get(keys.plan(id));
    if (!found) throw new Error('unreachable');
    held.note(head(id), step());
    held.onBatch(batch({ events: [{ type: 'put', kv: found }] }));
    await rig.stores.plans.delete(id);
    await judged();
    expect(await entryOf(id)).toBeNull();
    expect(said.filter((line) => line.includes('done plan'))).toHaveLength(1);
    await held.close();
    expect(counted).toEqual([{ outcome: 'kept' }, { outcome: 'released' }]);
  });

  it('that is not held any more, was released, or whose plan somebody deleted: left alone', async () => {
    const [released, removed] = [ids.uuid(), ids.uuid()];
    held.note(head(released), step());
    held.note(head(released), step({ state: 'released' }));
    held.note(head(removed), step());
    held.onBatch(batch({ events: [deleted(removed)] }));
    await judged();
    expect(await Promise.all([released, removed].map(entryOf))).toEqual([null, null]);
    answer = false;
    held.note(head(GONE), step());
    setBack();
    await held.close();
    expect(await entryOf(GONE)).toBeNull();
  });

  it('of a failed plan that is deleted at that moment: not forgotten, looked at again', async () => {
    const id = await solvedPlan(rig.stores, []);
    const claim = await rig.stores.work.claim(id, 'reservation', 'w');
    await claim?.advance({ to: 'error', reason: 'failed', failed: true, message: 'broken' });
    let asked = 0;
    held.serve(async () => {
      asked += 1;
      if (asked === 1) await rig.stores.plans.delete(id);
      return true;
    });
    held.note(head(id), step());
    setBack();
    await until(async () => (await entryOf(id)) !== null);
    await held.close();
    expect(asked).toBe(2);
    expect(counted).toEqual([{ outcome: 'released' }]);
  });

  it('which somebody else has given to the queue already: left to that entry', async () => {
    const other = new HeldSteps({
      ...DEFAULT_COMPENSATION,
      kv: rig.kv,
      clock: rig.clock,
      logger: quiet,
      metrics: noMetrics,
    });
    other.serve(async () => true);
    other.note(head(GONE), step());
    other.onBatch(batch({ kind: 'gap', reason: 'store-changed' }));
    await until(async () => (await entryOf(GONE)) !== null);
    await other.close();
    const before = await entryOf(GONE);
    held.note(head(GONE), step());
    await judged();
    expect(await entryOf(GONE)).toEqual(before);
    await held.close();
    expect(counted).toHaveLength(1);
  });

  it('of a plan that is worked on again: judged when it has ended, and only what it did not come to again', async () => {
    const id = await solvedPlan(rig.stores, []);
    held.note(head(id), step());
    held.note(head(id), step({ step: '2-0-vpn_a', entityId: 'e-2' }));
    await judged();
    expect(await entryOf(id)).toBeNull();
    const claim = await rig.stores.work.claim(id, 'reservation', 'w');
    await claim?.saga.put(step({ step: '2-0-vpn_a', entityId: 'e-2' }));
    await claim?.advance({ to: 'done', reason: 'completed' });
    await until(async () => (await entryOf(id)) !== null);
    expect(await rig.kv.get(keys.compensation(id, '2-0-vpn_a'))).toBeNull();
  });
});
