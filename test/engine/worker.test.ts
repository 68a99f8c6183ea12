// The worker loop on the real embedded store: what fails is repeated and counted, what is lost is left, what stops lets go.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConductorError } from '../../src/domain/errors.ts';
import type { Logger, Metrics, PlanChange, Solver, WorkQueue } from '../../src/domain/ports.ts';
import type { Solution } from '../../src/domain/solution.ts';
import { describeTranslationFailure, solveStage } from '../../src/engine/stages.ts';
import { TranslationError } from '../../src/engine/translate/index.ts';
import { createWorker, type StageRun, type Worker } from '../../src/engine/worker.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { randomIds } from '../../src/lib/ids.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { openEmbeddedKv } from '../../src/store/embedded/index.ts';
import { createStores, type Stores } from '../../src/store/index.ts';
import type { Kv } from '../../src/store/kv.ts';
import { EMPTY_TRANSLATION } from '../support/waiting-plans.ts';

const logger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const metrics: Metrics = { count() {}, observe() {}, gauge() {} };
const base = { clock: systemClock, ids: randomIds, random: seededRandom(3), logger, metrics };

let dir: string;
let kv: Kv;
let stores: Stores;
let workers: Worker[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'worker-'));
  kv = await openEmbeddedKv({ ...base, dir });
  stores = createStores(kv, { ...base, ownerName: 'test', leaseTtlSeconds: 5 });
  await stores.start();
  workers = [];
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop(0)));
  await stores.close();
  await kv.close();
  rmSync(dir, { recursive: true, force: true });
});

function translator(
  run: StageRun,
  options: { readonly concurrency?: number; readonly maxFailures?: number; readonly work?: WorkQueue } = {},
): Worker {
  const describeError = (error: ConductorError) => ({ message: `in the end: ${error.message}` });
  const worker = createWorker({
    ...base,
    stage: 'controller',
    run,
    describe: describeError,
    concurrency: 1,
    maxFailures: 3,
    backOffMs: 1,
    owner: 'w1',
    work: stores.work,
    ...options,
  });
  workers.push(worker);
  worker.start();
  return worker;
}

async function createPlan(name: string): Promise<string> {
  const id = randomIds.uuid();
  await stores.plans.create({
    id,
    name,
    timeout: 10,
    recommendMax: '1',
    createdBy: 'test',
    requestId: 'r',
    document: { template: { name }, files: {} },
  });
  return id;
}

/** Waits until the plan is in this status and gives its history. */
async function historyUntil(id: string, status: string): Promise<string[]> {
  const stop = new AbortController();
  for await (const change of stores.feed.watch({ planId: id, signal: stop.signal })) {
    if ((change as Extract<PlanChange, { kind: 'event' }>).event.to !== status) continue;
    stop.abort();
  }
  return (await stores.plans.events(id, 0)).map(({ to, reason }) => `${to} ${reason}`);
}

describe('worker', () => {
  it('takes what a solution would build with the result, and a plan that has to wait waits', async () => {
    const solution: Solution = {
      recommendations: [
        {
          objective: null,
          terms: [],
          demands: [
            {
              demand: 'vG',
              inventory_provider: 'aai',
              service_resource_id: 'sr',
              candidate: {},
              attributes: {},
              source: { candidate_id: 'r1', inventory_type: 'cloud', conflict_id: 'r1|' },
            },
          ],
        },
      ],
      diagnosis: { demands: [], nodes: 1, elapsedMs: 1, timedOut: false, summary: [], notices: ['a notice'] },
    };
    const solver: Solver = { solve: async () => ({ kind: 'solved', solution }) };
    const passed: string[] = [];
    const counting = {
      ...metrics,
      count: (_: string, labels: object = {}) => void passed.push(Object.values(labels).join('→')),
    };
    translator(async () => ({ to: 'translated', reason: 'completed', parts: { translation: EMPTY_TRANSLATION } }));
    const worker = createWorker({
      ...base,
      metrics: counting,
      stage: 'solver',
      run: solveStage(stores.plans, solver, { timeoutSeconds: 1, machine: 'm' }),
      describe: (error) => ({ message: error.message }),
      concurrency: 1,
      maxFailures: 3,
      owner: 'w1',
      work: stores.work,
    });
    workers.push(worker);
    worker.start();
    const first = await createPlan('first');
    await historyUntil(first, 'solved');
    const second = await createPlan('second');
    await historyUntil(second, 'waiting spinup');
    expect(passed).toContain('solving→waiting spinup');
    expect((await stores.plans.get(first))?.head.message).toBe('a notice');
    await stores.orderLocks.release([{ serviceResourceId: 'sr', failed: false }], 'so');
    // Its second try builds.
    expect(await historyUntil(second, 'solved')).toEqual([
      'template created',
      'translating claimed',
      'translated completed',
      'solving claimed',
      'waiting spinup completed',
      'template rehomed',
      'translating claimed',
      'translated completed',
      'solving claimed',
      'solved completed',
    ]);
  });

  it('keeps what the inventories dropped of a plan for which they had no candidate', async () => {
    const dropped = [{ demand: 'vG', candidates: [{ candidate_id: 'r', location_id: null, reason: 'BAD_DATA' }] }];
    const message = 'Unable to find any candidate for demand vG';
    const worker = createWorker({
      ...base,
      stage: 'controller',
      run: async () => {
        throw new TranslationError(message, dropped);
      },
      describe: describeTranslationFailure(3),
      concurrency: 1,
      maxFailures: 3,
      owner: 'w1',
      work: stores.work,
    });
    workers.push(worker);
    worker.start();
    const id = await createPlan('nothing there');
    await historyUntil(id, 'error');
    const head = (await stores.plans.get(id))?.head;
    expect(head).toMatchObject({ message, messageForm: 'list' });
    expect(head && (await stores.plans.triage(head))).toEqual({ dropped });
  });

  it('takes plans in the order in which they were made', async () => {
    const ids = [await createPlan('one'), await createPlan('two'), await createPlan('three')];
    const seen: string[] = [];
    translator(async ({ plan }) => {
      seen.push(plan.head.id);
      return { to: 'error', reason: 'failed', message: 'seen' };
    });
    await historyUntil(ids[2] ?? '', 'error');
    expect(seen).toEqual(ids);
  });

  it('repeats what another try may cure, counts the failures, and keeps the limit', async () => {
    const id = await createPlan('unlucky');
    translator(async () => {
      throw new ConductorError('UPSTREAM_UNAVAILABLE', 'A&AI does not answer');
    });
    expect(await historyUntil(id, 'error')).toEqual([
      'template created',
      'translating claimed',
      'template failed',
      'translating claimed',
      'template failed',
      'translating claimed',
      'error failed',
    ]);
    const head = (await stores.plans.get(id))?.head;
    expect(head?.message).toBe('in the end: A&AI does not answer');
    expect(head?.translation).toMatchObject({ counter: 3, failures: 3, owner: 'w1' });
  });

  it('ends at once what no other try can cure', async () => {
    const id = await createPlan('wrong');
    translator(async () => {
      throw new ConductorError('TEMPLATE_INVALID', 'no demands');
    });
    expect(await historyUntil(id, 'error')).toEqual(['template created', 'translating claimed', 'error failed']);
  });

  it('shows nobody the words of an unforeseen failure', async () => {
    const id = await createPlan('bug');
    translator(async () => {
      throw new TypeError('secret internals');
    });
    await historyUntil(id, 'error');
    expect((await stores.plans.get(id))?.head.message).not.toContain('secret');
  });

  it('never has more in work than its limit', async () => {
    const ids = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(createPlan));
    let running = 0;
    let most = 0;
    let meet: () => void = () => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    translator(
      async () => {
        running += 1;
        most = Math.max(most, running);
        if (running === 2) meet();
        await met;
        running -= 1;
        return { to: 'error', reason: 'failed', message: '' };
      },
      { concurrency: 2 },
    );
    await Promise.all(ids.map((id) => historyUntil(id, 'error')));
    expect(most).toBe(2);
  });

  it('asks for no offer while it has its hands full: by the time it could take the plan, others may have done it', async () => {
    const ids = await Promise.all(['a', 'b'].map(createPlan));
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const asked: string[] = [];
    const work: WorkQueue = {
      claim: (...args) => stores.work.claim(...args),
      async *offers(stage, signal) {
        for await (const id of stores.work.offers(stage, signal)) {
          asked.push(id);
          yield id;
        }
      },
    };
    const busy = new Promise<number>((resolve) => {
      translator(
        async () => {
          // Whatever is due without waiting for anything has been done by then.
          setImmediate(() => setImmediate(() => resolve(asked.length)));
          await finished;
          return { to: 'error', reason: 'failed', message: '' };
        },
        { work },
      );
    });
    expect(await busy).toBe(1);
    finish();
    await Promise.all(ids.map((id) => historyUntil(id, 'error')));
    expect([...asked].sort()).toEqual([...ids].sort());
  });

  it('lets a deleted plan go without bringing it back', async () => {
    const id = await createPlan('gone');
    const next = await createPlan('next');
    translator(async ({ plan }) => {
      if (plan.head.id === id) await stores.plans.delete(id);
      return { to: 'error', reason: 'failed', message: '' };
    });
    await historyUntil(next, 'error');
    expect(await stores.plans.get(id)).toBeNull();
  });

  it('keeps nothing of a plan that it is done with: its own end aborts what is in hand, not what was', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const worker = translator(async (_claim, { signal }) => {
      signals.push(signal);
      return { to: 'error', reason: 'failed', message: '' };
    });
    await historyUntil(await createPlan('over'), 'error');
    await worker.stop(60_000);
    expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
  });

  it('stops without writing for a plan that it had to abort, and the plan is offered again', async () => {
    const id = await createPlan('held');
    let entered: () => void = () => {};
    const working = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const first = translator(
      (_claim, { signal }) =>
        new Promise((_, reject) => {
          entered();
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    );
    await working;
    await first.stop(0);
    expect((await stores.plans.get(id))?.head.status).toBe('translating');
    await stores.close();
    stores = createStores(kv, { ...base, ownerName: 'second', leaseTtlSeconds: 5 });
    await stores.start();
    translator(async () => ({ to: 'error', reason: 'failed', message: 'second' }));
    expect(await historyUntil(id, 'error')).toEqual([
      'template created',
      'translating claimed',
      'translating taken-over',
      'error failed',
    ]);
    expect((await stores.plans.get(id))?.head.translation.failures).toBe(0);
  });
});
