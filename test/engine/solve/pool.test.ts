// The pool of search threads: with the real thread script, and with scripts that die, hang or eat memory.
import { afterEach, describe, expect, it } from 'vitest';
import { isConductorError } from '../../../src/domain/errors.ts';
import { SearchPool } from '../../../src/engine/solve/pool.ts';
import type { SearchJob, SearchState } from '../../../src/engine/solve/search/model.ts';
import { silent } from './support.ts';

/** One demand with `size` candidates; the scripts below read `wanted` as an order. */
function job(wanted: number, size = 1): SearchJob {
  const demands = [{ scores: new Float64Array(size), unique: new Uint8Array(size) }];
  return { model: { demands, rules: [], pairs: [], optimise: true }, wanted, timeLimitMs: 1000 };
}

const DIE = 1;
const EAT = 2;
const HANG = 3;
const FAIL = 4;
const ANSWER = 5;
const TELL = 6;
const script = `
  import { parentPort, threadId } from 'node:worker_threads';
  const state = { round: 1, placement: null, total: null, bound: null, nodes: 7, elapsedMs: 300 };
  parentPort.on('message', ({ tells, job: { wanted } }) => {
    if (wanted === ${TELL} && tells) parentPort.postMessage({ kind: 'at', state });
    if (wanted === ${DIE}) process.exit(3);
    if (wanted === ${EAT}) for (const eaten = [];;) eaten.push(new Array(1e5).fill({}));
    if (wanted === ${HANG}) for (;;);
    if (wanted === ${FAIL}) return parentPort.postMessage({ kind: 'failed', message: 'bug', stack: 'at x' });
    parentPort.postMessage({ kind: 'done', outcome: { placements: [], nodes: threadId, timedOut: false, blocked: [], impossible: [] } });
  });`;
const file = new URL(`data:text/javascript,${encodeURIComponent(script)}`);

const pools: SearchPool[] = [];
function pool(size: number, from?: URL): SearchPool {
  const made = new SearchPool({ size, maxMemoryMb: 24, logger: silent, ...(from ? { file: from } : {}) });
  pools.push(made);
  return made;
}
afterEach(() => Promise.all(pools.splice(0).map((one) => one.close())));

const nodes = async (from: SearchPool) => (await from.run(job(ANSWER))).nodes;

describe('the pool', () => {
  it('runs the bundled search thread', async () => {
    const outcome = await pool(1).run(job(1, 3));
    expect(outcome).toEqual({
      status: 'OPTIMAL',
      placements: [[0]],
      proofs: [{ total: 0, bound: 0 }],
      bound: null,
      nodes: 1,
      timedOut: false,
      blocked: [],
      impossible: [],
    });
  });

  it('has a thread ready before the first search when it is started', async () => {
    const told = await new Promise<string>((resolve) => {
      const logger = { ...silent, error: (_fields: object, message: string) => resolve(message) };
      // A script that cannot be run tells that it was tried, without any search.
      const made = new SearchPool({ size: 1, maxMemoryMb: 24, logger, file: new URL('data:text/javascript,throw 1') });
      pools.push(made);
      made.start();
    });
    expect(told).toBe('a search thread failed');
  });

  it('keeps its threads and gives queued searches the next free one', async () => {
    const one = pool(1, file);
    const threads = await Promise.all([nodes(one), nodes(one), nodes(one)]);
    expect(new Set(threads).size).toBe(1);
    expect(await nodes(one)).toBe(threads[0]);
  });

  it('runs several searches side by side, up to its size', async () => {
    const two = pool(2, file);
    const stop = new AbortController();
    const hanging = two.run(job(HANG), stop.signal);
    await nodes(two);
    stop.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
  });

  it.each([
    ['dies', DIE, 'The search thread ended unexpectedly (exit code 3).'],
    ['runs out of memory', EAT, 'The search needed more memory than a search thread may use (24 MB).'],
  ])('rejects only the search whose thread %s, and goes on with another thread', async (_what, order, message) => {
    const one = pool(1, file);
    const first = await nodes(one);
    const [dead, next] = await Promise.allSettled([one.run(job(order)), nodes(one)]);
    if (dead.status !== 'rejected' || !isConductorError(dead.reason, 'PLAN_FAILED')) throw new Error('not rejected');
    expect(dead.reason.message).toBe(message);
    expect(next).toMatchObject({ status: 'fulfilled', value: expect.any(Number) });
    expect(next).not.toMatchObject({ value: first });
  });

  it('ends a running search that is aborted and goes on with another thread', async () => {
    const one = pool(1, file);
    const first = await nodes(one);
    const stop = new AbortController();
    const hanging = one.run(job(HANG), stop.signal);
    stop.abort(new Error('claim lost'));
    await expect(hanging).rejects.toThrow('claim lost');
    expect(await nodes(one)).not.toBe(first);
  });

  it('takes an aborted search out of the queue', async () => {
    const one = pool(1, file);
    const running = new AbortController();
    const hanging = one.run(job(HANG), running.signal);
    const stop = new AbortController();
    const queued = one.run(job(DIE), stop.signal);
    stop.abort(new Error('not wanted'));
    await expect(queued).rejects.toThrow('not wanted');
    running.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
    await expect(one.run(job(ANSWER), AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  });

  it('passes on what the search throws without showing it', async () => {
    const failing = pool(1, file).run(job(FAIL));
    await expect(failing).rejects.toMatchObject({ code: 'INTERNAL', cause: { message: 'bug', stack: 'at x' } });
    await expect(failing).rejects.not.toThrow('bug');
  });

  it('passes on where a search stands, to the one who asked for it', async () => {
    const one = pool(1, file);
    const told: (SearchState | string)[] = [];
    await one.run(job(TELL), undefined, (state) => told.push(state));
    await one.run(job(TELL)).then(() => told.push('nobody asked'));
    await one.run(job(ANSWER), undefined, (state) => told.push(state));
    expect(told).toEqual([expect.objectContaining({ round: 1, nodes: 7, elapsedMs: 300 }), 'nobody asked']);
  });

  it('hears from the bundled thread while it is busy', async () => {
    // Equal scores and demands that must differ over fewer zones than would do: proving that nothing fits takes very long.
    const zones = { width: 1, values: Float64Array.from({ length: 11 }, (_, index) => index) };
    const all = [...Array(12).keys()];
    const demands = all.map(() => ({ scores: new Float64Array(11), unique: new Uint8Array(11) }));
    const pairs = all.flatMap((a) => all.slice(a + 1).map((b) => ({ a, b, rule: 0, left: zones, right: zones })));
    const rules = [{ type: 'zone', params: { same: false, category: 'region', location: null } }];
    const one = pool(1);
    const stop = new AbortController();
    const endless = { model: { demands, rules, pairs, optimise: true }, wanted: 1, timeLimitMs: 1e6 };
    const states = await new Promise<readonly SearchState[]>((resolve) => {
      const heard: SearchState[] = [];
      const running = one.run(endless, stop.signal, (state) => {
        heard.push(state);
        if (heard.length === 2) resolve(heard);
      });
      running.catch(() => undefined);
    });
    stop.abort(new Error('enough'));
    const [first, second] = states;
    expect(first).toMatchObject({ round: 1, placement: null, total: null, bound: 0 });
    expect(second?.nodes).toBeGreaterThan(first?.nodes ?? Number.NaN);
  });

  it('rejects what runs, waits and comes when it is closed', async () => {
    const one = pool(1, file);
    const running = one.run(job(HANG));
    const queued = one.run(job(ANSWER));
    const both = Promise.allSettled([running, queued]);
    await one.close();
    for (const { status } of await both) expect(status).toBe('rejected');
    await expect(one.run(job(ANSWER))).rejects.toThrow('The solver is closed.');
  });

  it('rejects the search when the thread cannot start', async () => {
    const nothing = pool(1, new URL('data:text/javascript,throw new Error("no such file")'));
    await expect(nothing.run(job(ANSWER))).rejects.toMatchObject({ code: 'PLAN_FAILED' });
  });
});
