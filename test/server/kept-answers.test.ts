// The store of answers that are sent again: whose they are, until when they are good, and how much of it there can be.
import { expect, test } from 'vitest';
import { ConductorError } from '../../src/domain/errors.ts';
import type { PlanHead, PlanRecord } from '../../src/domain/plan.ts';
import type { Principal } from '../../src/domain/principal.ts';
import { createGraphqlContext } from '../../src/resolvers/context.ts';
import { createKeptAnswers, type Reads, recordReads } from '../../src/server/kept-answers.ts';
import type { RequestScope } from '../../src/services/index.ts';
import { fakeServices, planRecord, recordingLogger } from '../api/rest/support.ts';

const ANNA: Principal = { kind: 'basic', name: 'anna' };

const scopeOf = (principal: Principal): RequestScope => ({ principal, requestId: 'r' });

function plan(id: string, revision: number, head: Partial<PlanHead> = {}): PlanRecord {
  return { ...planRecord(id, { seq: revision, updated: revision, ...head }), revision };
}

function readsOf(...plans: readonly PlanRecord[]): Reads {
  const reads = recordReads();
  for (const one of plans) reads.plan(one);
  return reads;
}

/** Plans that can be read, and a gate in front of them. */
class Plans {
  readonly stored = new Map<string, PlanRecord>();
  readonly asked: string[] = [];
  /** What a reading waits for. */
  gate: Promise<void> = Promise.resolve();

  put(...plans: readonly PlanRecord[]): void {
    for (const one of plans) this.stored.set(one.head.id, one);
  }

  async get({ principal }: RequestScope, id: string): Promise<PlanRecord | null> {
    this.asked.push(`${principal.name} ${id}`);
    await this.gate;
    return this.stored.get(id) ?? null;
  }
}

function setUp({ capacity }: { readonly capacity?: number } = {}) {
  const plans = new Plans();
  plans.put(plan('p', 5), plan('q', 6));
  const answers = createKeptAnswers(plans, capacity);
  return {
    plans,
    answers,
    find: (request: string, principal = ANNA) => answers.find(request, scopeOf(principal)),
    keep: (request: string, body: string, reads = readsOf(plan('p', 5)), principal = ANNA) =>
      answers.keep(request, principal, reads, body),
  };
}

/** Resolves when `open` is called. */
function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

test('the same request gets the same text again, and the plan is read each time', async () => {
  const { plans, keep, find } = setUp();
  keep('request', 'body');
  expect([await find('request'), await find('request')]).toEqual(['body', 'body']);
  expect(plans.asked).toEqual(['anna p', 'anna p']);
});

test('another request does not get it, however alike', async () => {
  const { plans, keep, find } = setUp();
  keep('request', 'body');
  expect([await find('request '), await find('Request'), await find('')]).toEqual([null, null, null]);
  expect(plans.asked).toEqual([]);
});

test.each<[string, Principal]>([
  ['another name', { kind: 'basic', name: 'bert' }],
  ['another kind', { kind: 'anonymous', name: 'anna' }],
  ['a name that goes on with the request', { kind: 'basic', name: 'annare' }],
])('a principal of %s does not get it', async (_what, principal) => {
  const { keep, find } = setUp();
  keep('request', 'body');
  expect(await find('request', principal)).toBeNull();
  // Name and request are kept apart: together they would read the same.
  expect(await find('quest', principal)).toBeNull();
  expect(await find('request')).toBe('body');
});

test.each<[string, PlanRecord | null]>([
  ['has moved on', plan('p', 7)],
  ['is gone', null],
  ['is another under the same id', plan('p', 7, { seq: 5, updated: 5 })],
  ['was put back and went another way to the same revision', plan('p', 5, { updated: 9 })],
  ['was put back and is at another step', plan('p', 5, { seq: 4 })],
])('an answer is given up when its plan %s', async (_what, now) => {
  const { plans, keep, find } = setUp();
  keep('request', 'body');
  if (now) plans.put(now);
  else plans.stored.delete('p');
  expect(await find('request')).toBeNull();
  // For good: also when the store should come back to what it was.
  plans.put(plan('p', 5));
  expect(await find('request')).toBeNull();
});

test('an answer about several plans is given up when any of them moves on', async () => {
  for (const moved of ['p', 'q']) {
    const { plans, keep, find } = setUp();
    keep('request', 'body', readsOf(plan('p', 5), plan('q', 6)));
    expect(await find('request')).toBe('body');
    plans.put(plan(moved, 7));
    expect(await find('request')).toBeNull();
  }
});

const OTHER = 'other';

test.each<[string, readonly (PlanRecord | typeof OTHER)[]]>([
  ['no plan', []],
  ['a plan and something else', [plan('p', 5), OTHER]],
  ['something else and a plan', [OTHER, plan('p', 5)]],
  ['a plan in two states', [plan('p', 4), plan('p', 5)]],
  ['a plan in two states and back', [plan('p', 5), plan('p', 4), plan('p', 5)]],
  ['many plans', ['p', 'q', 'r', 's', 't'].map((id) => plan(id, 5))],
])('a result that was made of %s is not kept', async (_what, read) => {
  const { plans, keep, find } = setUp();
  plans.put(...['p', 'q', 'r', 's', 't'].map((id) => plan(id, 5)));
  const reads = recordReads();
  for (const one of read) {
    if (one === OTHER) reads.other();
    else reads.plan(one);
  }
  keep('request', 'body', reads);
  expect(await find('request')).toBeNull();
});

test.each([['services'], ['scope']] as const)('a resolver that takes the %s may have read anything', (member) => {
  const reads = readsOf(plan('p', 5));
  const services = fakeServices().services;
  const context = createGraphqlContext({ services, scope: scopeOf(ANNA), logger: recordingLogger(), reads });
  expect(context.logger).toBeDefined();
  expect(reads.states()?.size).toBe(1);
  expect(context[member]).toBeDefined();
  expect(reads.states()).toBeNull();
});

test('a plan that is read twice in one state is kept', async () => {
  const { keep, find } = setUp();
  keep('request', 'body', readsOf(plan('p', 5), plan('p', 5)));
  expect(await find('request')).toBe('body');
});

test('a failure to read is left to the operation, and costs it one vain attempt only', async () => {
  const { plans, keep, find } = setUp();
  keep('request', 'body');
  plans.gate = Promise.reject(new ConductorError('STORE_UNAVAILABLE'));
  expect(await find('request')).toBeNull();
  expect(await find('request')).toBeNull();
  expect(plans.asked).toEqual(['anna p']);
});

test('an answer that is late does not push out the newer one, and is not sent for it', async () => {
  const { plans, keep, find } = setUp();
  keep('request', 'old');
  const { passed, open } = gate();
  plans.gate = passed;
  const late = find('request');
  plans.put(plan('p', 7));
  keep('request', 'new', readsOf(plan('p', 7)));
  open();
  expect(await late).toBeNull();
  expect(await find('request')).toBe('new');
});

test('an answer made of an older state than the store has is not sent', async () => {
  const { plans, keep, find } = setUp();
  plans.put(plan('p', 7));
  keep('request', 'new', readsOf(plan('p', 7)));
  // The operation began before the plan moved on, and ends after one that began later.
  keep('request', 'old', readsOf(plan('p', 5)));
  expect(await find('request')).toBeNull();
});

const TEXT = 'x'.repeat(3_000);
/** Bytes for about ten answers of `TEXT`. */
const CAPACITY = 75_000;

async function keptOf(count: number, find: (request: string) => Promise<string | null>): Promise<number[]> {
  const found: number[] = [];
  // From the oldest on, so that looking changes no order.
  for (let at = 0; at < count; at += 1) if ((await find(`request ${at}`)) !== null) found.push(at);
  return found;
}

test('the memory is bounded, and what was asked for last stays', async () => {
  const { keep, find } = setUp({ capacity: CAPACITY });
  for (let at = 0; at < 100; at += 1) keep(`request ${at}`, TEXT);
  const kept = await keptOf(100, find);
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.length * 2 * TEXT.length).toBeLessThan(CAPACITY);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, at) => 100 - kept.length + at));
});

test('an answer that is asked for outlives those that are not', async () => {
  const { keep, find } = setUp({ capacity: CAPACITY });
  keep('often', TEXT);
  for (let at = 0; at < 100; at += 1) {
    keep(`request ${at}`, TEXT);
    expect(await find('often')).toBe(TEXT);
  }
});

test('many small answers are bounded too', async () => {
  const { keep, find } = setUp({ capacity: CAPACITY });
  for (let at = 0; at < 1_000; at += 1) keep(`request ${at}`, '');
  expect((await keptOf(1_000, find)).length).toBeLessThan(100);
});

test('replacing, giving up and crowding out answers does not wear the memory down', async () => {
  const { plans, keep, find } = setUp({ capacity: CAPACITY });
  for (let at = 0; at < 100; at += 1) keep(`request ${at}`, TEXT);
  const before = await keptOf(100, find);
  const { passed, open } = gate();
  for (let round = 0; round < 200; round += 1) {
    keep('request 99', round % 2 === 0 ? TEXT : 'short');
    plans.gate = passed;
    const late = find('request 99');
    keep('request 99', 'replaced while it was looked for');
    open();
    await late;
    plans.put(plan('p', 6));
    await find('request 99');
    plans.put(plan('p', 5));
  }
  for (let at = 0; at < 100; at += 1) keep(`request ${at}`, TEXT);
  expect(await keptOf(100, find)).toEqual(before);
});

test('requests beyond ordinary length crowd nothing out', async () => {
  const { keep, find } = setUp({ capacity: CAPACITY });
  keep('request', TEXT);
  for (let at = 0; at < 10; at += 1) keep(`${'x'.repeat(20_001)}${at}`, TEXT);
  expect(await find('request')).toBe(TEXT);
});

test('requests and answers beyond ordinary length are not kept', async () => {
  const { keep, find } = setUp();
  const long = 'x'.repeat(20_001);
  const large = 'x'.repeat(256 * 1024 + 1);
  keep(long, 'body');
  keep('request', large);
  expect([await find(long), await find('request')]).toEqual([null, null]);
  keep(long.slice(1), large.slice(1));
  expect(await find(long.slice(1))).toBe(large.slice(1));
});
