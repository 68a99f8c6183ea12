// The saga's rows under a claim, on both stores: writes whose answers are lost and which come late, and answers that come to a
// process that stood still.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConductorError, isConductorError } from '../../src/domain/errors.ts';
import type { ClaimedPlan } from '../../src/domain/ports.ts';
import type { ReservationStep } from '../../src/domain/solution.ts';
import type { Stores } from '../../src/store/index.ts';
import { COMPENSATION_ENTRIES, keys } from '../../src/store/keys.ts';
import type { Kv, TxnRequest } from '../../src/store/kv.ts';
import { Controller, Process, planOf, reserverOf } from '../engine/reserve/world.ts';
import { solvedPlan } from '../support/waiting-plans.ts';
import { step } from './compensation-contract.ts';
import { through } from './plan-store-contract.ts';
import { embeddedRig, type Rig, sharedEtcd } from './rigs.ts';
import { startStores } from './stores-rig.ts';

/** Seconds. */
const LEASE = 50;
const code = (wanted: string) => (error: unknown) => isConductorError(error) && error.code === wanted;
const etcd = sharedEtcd();
afterAll(() => etcd.stop());

/** What happens to the writes of a row in this state. */
interface Spoilt extends Kv {
  spoil(state: ReservationStep['state'], how: (request: TxnRequest) => Promise<unknown>): void;
}

/** One write of a row meets what the test says, and its answer is lost if that throws. */
function spoilt(kv: Kv): Spoilt {
  let spoiling: { readonly text: string; readonly how: (request: TxnRequest) => Promise<unknown> } | null = null;
  return {
    ...through(kv),
    spoil(state, how) {
      spoiling = { text: `"state":"${state}"`, how };
    },
    async txn(request) {
      const row = request.then.find((operation) => 'put' in operation && operation.put.startsWith('reservations/'));
      const found = spoiling;
      if (!found || !row || !('put' in row) || !String(row.value).includes(found.text)) return kv.txn(request);
      spoiling = null;
      await found.how(request);
      return kv.txn(request);
    },
  };
}

const noAnswer = () => {
  throw new ConductorError('STORE_OUTCOME_UNKNOWN');
};

describe.each([
  ['embedded', embeddedRig],
  ['etcd', () => etcd.rig()],
])('Rows of a reservation: %s', (_, open: () => Promise<Rig>) => {
  let rig: Rig;
  let kv: Spoilt;
  let stores: Stores;
  let id: string;
  let claim: ClaimedPlan;
  beforeEach(async () => {
    rig = await open();
    kv = spoilt(rig.kv);
    stores = await startStores(kv, rig.clock, { leaseTtlSeconds: LEASE });
    id = await solvedPlan(stores, []);
    const claimed = await stores.work.claim(id, 'reservation', 'w');
    if (!claimed) throw new Error('not claimed');
    claim = claimed;
  });
  afterEach(async () => {
    await stores.close();
    await rig.close();
  });
  const row = () => rig.witness.get(keys.reservation(id, step().step));
  const entries = async () => (await rig.witness.range(COMPENSATION_ENTRIES)).kvs.length;
  const stateNow = async () => (await stores.plans.reservations(id))[0]?.state;

  it('a write that was repeated is not applied again when it comes late', async () => {
    await claim.saga.put(step({ state: 'intended' }));
    const late: TxnRequest[] = [];
    kv.spoil('reserved', async (request) => {
      late.push(request);
      noAnswer();
    });
    await claim.saga.put(step({ state: 'reserved' }));
    await claim.saga.put(step({ state: 'releasing' }));
    await claim.saga.put(step({ state: 'released' }));
    for (const request of late) expect((await rig.kv.txn(request)).succeeded).toBe(false);
    expect(late).toHaveLength(1);
    expect(await stateNow()).toBe('released');
    expect(await entries()).toBe(0);
  });

  it('nor does it take the place of the one that repeats it', async () => {
    await claim.saga.put(step({ state: 'intended' }));
    let late: TxnRequest | null = null;
    kv.spoil('reserved', async (request) => {
      late = request;
      noAnswer();
    });
    await claim.saga.put(step({ state: 'reserved', message: 'once' }));
    const before = await row();
    if (late) await rig.kv.txn(late);
    expect(await row()).toEqual(before);
  });

  it('a write whose answer was lost is found done, and written once', async () => {
    await claim.saga.put(step({ state: 'intended' }));
    kv.spoil('reserved', async (request) => {
      await rig.kv.txn(request);
      noAnswer();
    });
    await claim.saga.put(step({ state: 'reserved' }));
    expect((await row())?.version).toBe(2);
    await claim.saga.put(step({ state: 'releasing' }));
    expect(await stateNow()).toBe('releasing');
  });

  it('the saga has the last word on a row that an operator has changed', async () => {
    await claim.saga.put(step({ state: 'release-failed', message: 'not now' }));
    expect(await stores.compensations.end(id, step().step, 'alice')).toBe(true);
    await claim.saga.put(step({ state: 'released' }));
    expect(await stateNow()).toBe('released');
  });

  it('a claim that takes over knows the rows that it finds', async () => {
    await claim.saga.put(step({ state: 'intended' }));
    await claim.release();
    const next = await stores.work.claim(id, 'reservation', 'w2');
    await next?.saga.put(step({ state: 'reserved' }));
    await next?.advance({ to: 'done', reason: 'completed' });
    expect(await entries()).toBe(0);
  });

  const controller = new Controller();
  const reserve = (sdnc = controller.as(new Process())) => {
    const ctx = { requestId: 'r', signal: claim.lost };
    return reserverOf(sdnc).reserve({
      ...planOf(),
      planId: id,
      solutionNumber: 1,
      saga: claim.saga,
      requestType: '',
      ctx,
    });
  };

  it('an answer of the store that comes after the end of the lease: the claim is lost, and nobody is called', async () => {
    kv.spoil('intended', async () => rig.clock.skip(2 * LEASE * 1000));
    await expect(reserve()).rejects.toSatisfy(code('CLAIM_LOST'));
    expect(claim.lost.aborted).toBe(true);
    expect(controller.calls).toEqual([]);
    expect(() => claim.saga.assertOwned()).toThrow();
  });

  it('nor does a write count that was answered after the end of the lease', async () => {
    kv.spoil('intended', async () => rig.clock.skip(2 * LEASE * 1000));
    await expect(claim.saga.put(step({ state: 'intended' }))).rejects.toSatisfy(code('CLAIM_LOST'));
    expect(claim.lost.aborted).toBe(true);
  });

  it('a process that wakes up between two steps calls nobody', async () => {
    await claim.saga.put(step({ state: 'intended' }));
    claim.saga.assertOwned();
    rig.clock.skip(2 * LEASE * 1000);
    expect(() => claim.saga.assertOwned()).toThrow();
    expect(claim.lost.aborted).toBe(true);
  });

  it('an answer of SDN-C that comes after the end of the lease is not written, and no call follows', async () => {
    const sdnc = new Controller();
    const calls = sdnc.as(new Process());
    const answersLate = {
      ...calls,
      async reserve(...args: Parameters<typeof calls.reserve>) {
        const outcome = await calls.reserve(...args);
        rig.clock.skip(2 * LEASE * 1000);
        return outcome;
      },
    };
    await expect(reserve(answersLate)).rejects.toSatisfy(code('CLAIM_LOST'));
    expect(sdnc.calls).toHaveLength(1);
    expect(await stateNow()).toBe('intended');
  });
});
