// F31 to F36 and F39 to F44: A&AI and SDN-C are slow, sick, wrong, somebody else, or half-done with what they were asked.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Fault } from '../sim/faults.ts';
import { isObject, type Json } from '../sim/json.ts';
import { startServer } from '../sim/server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { FULL, gate, type Single } from './cluster.ts';
import { controllerCases } from './controller.cases.ts';
import { fault, type Run, stopsWithCase } from './fault.ts';
import { LIGHT, ONE_RESERVATION, setRoom } from './templates.ts';
import { ended, verify, withSingle } from './verify.ts';

/** On a busy machine. */
const SLOWLY = { timeout: 60_000 };
/** What is read for each plan anew. */
const READS = /\/(pservers|vservers|generic-vnfs)\b/;
const VNFS = /generic-vnf/;

/** The process is as well as before: a plan is done, and everything that ended before is accounted for. */
async function wellAfter(single: Single, run: Run, ids: readonly string[]) {
  single.simulators.aai.faults.clear();
  single.simulators.sdnc.faults.clear();
  const after = await single.api.create('after', ONE_RESERVATION);
  const plans = await verify(single, run, [...ids, after], { anyEnd: true });
  expect(plans.at(-1)?.status).toBe('done');
}

fault(31, 'one byte a second: the total deadline counts, the plan is tried again and then says why', (run) =>
  withSingle(
    { lines: ['[aai]', 'aai_rest_timeout = 1', 'aai_retries = 1', '[controller]', 'max_translation_counter = 2'] },
    async (single) => {
      const { faults } = single.simulators.aai;
      faults.add({ match: { path: READS }, kind: 'slow-bytes', pieceBytes: 1, delayMs: 1_000 });
      run.struck();
      const plan = await ended(single, ONE_RESERVATION);
      run.recovered();
      expect(plan.status).toBe('error');
      expect(plan.message).toMatch(/^Tried 2 times\. .*A&AI did not answer in time/);
      expect(plan.events.map(({ reason }) => reason)).toEqual(['created', 'claimed', 'failed', 'claimed', 'failed']);
      await wellAfter(single, run, [plan.id]);
    },
  ),
);

for (const status of FULL ? [500, 502, 503, 429] : [503]) {
  fault(32, `${status} with Retry-After: asked again not before that time`, (run) =>
    withSingle({}, async (single) => {
      const { faults } = single.simulators.aai;
      faults.add({ match: { path: VNFS }, times: 1, kind: 'status', status, headers: { 'retry-after': '2' } });
      single.simulators.aai.clearCalls();
      run.struck();
      const plan = await ended(single, ONE_RESERVATION);
      run.recovered();
      expect(plan.status).toBe('done');
      const calls = single.simulators.aai.calls;
      const failed = calls.findIndex((call) => call.status === status);
      const again = calls.slice(failed + 1).find(({ path }) => path === calls[failed]?.path);
      expect((again?.at ?? 0) - (calls[failed]?.doneAt ?? 0)).toBeGreaterThan(1_900);
      await wellAfter(single, run, [plan.id]);
    }),
  );
}

fault(32, 'a system that answers 503 to everything is not asked much more often than usual', (run) =>
  withSingle({ lines: ['[controller]', 'workers = 8', 'max_translation_counter = 1'] }, async (single) => {
    const { aai } = single.simulators;
    await ended(single, LIGHT);
    aai.clearCalls();
    aai.faults.add({ match: { path: READS }, kind: 'status', status: 500 });
    const many = 40;
    const plans = await Promise.all(Array.from({ length: many }, () => ended(single, ONE_RESERVATION)));
    expect(plans.every(({ status }) => status === 'error')).toBe(true);
    const first = aai.calls.filter(({ path, query }) => READS.test(`${path}?${query}`)).length;
    // Each plan fails at its first read: 40 requests, 10 retries that are always free, and a tenth.
    run.note(`${first} requests for ${many} plans`);
    expect(first).toBeLessThanOrEqual(many * 1.1 + 11);
    await wellAfter(
      single,
      run,
      plans.map(({ id }) => id),
    );
  }),
);

const json = { 'content-type': 'application/json' };
const bad: readonly (readonly [string, Omit<Fault, 'match'>])[] = [
  ['HTML', { kind: 'html', status: 200 }],
  ['cut JSON', { kind: 'cut-json' }],
  ['wrong types', { kind: 'wrong-types' }],
  ['duplicate keys', { kind: 'answer', answer: { status: 200, headers: json, body: '{"results":[],"results":7}' } }],
  ['null', { kind: 'answer', answer: { status: 200, headers: json, body: 'null' } }],
];
const huge: typeof bad = [
  ['200 MB', { kind: 'answer', answer: { status: 200, headers: json, body: Buffer.alloc(200_000_000, '[') } }],
  [
    'a gzip bomb',
    {
      kind: 'answer',
      answer: {
        status: 200,
        headers: { ...json, 'content-encoding': 'gzip' },
        body: gzipSync(Buffer.alloc(100_000_000, ' ')),
      },
    },
  ],
];

fault(33, 'answers that are none: the plan says so, the process lives', (run) =>
  withSingle({ lines: ['[controller]', 'max_translation_counter = 1', 'workers = 1'] }, async (single) => {
    const ids: string[] = [];
    for (const [what, spoilt] of FULL ? [...bad, ...huge] : bad) {
      run.at(what);
      single.simulators.aai.faults.add({ match: { path: VNFS }, ...spoilt });
      const plan = await ended(single, ONE_RESERVATION);
      single.simulators.aai.faults.clear();
      expect(['error', 'not found'], what).toContain(plan.status);
      expect(plan.message, what).toMatch(/A&AI|candidate/);
      ids.push(plan.id);
    }
    run.note(
      `resident memory afterwards: ${Math.round((await single.api.metric('process_resident_memory_bytes')) / 1e6)} MB`,
    );
    await wellAfter(single, run, ids);
  }),
);

/** Changes an object wherever it stands in an answer. */
function spoil(value: Json, holds: (object: Readonly<Record<string, Json>>) => boolean, field: string, to: Json): Json {
  if (Array.isArray(value)) return value.map((item) => spoil(item, holds, field, to));
  if (!isObject(value)) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoil(item, holds, field, to)]));
  return holds(value) ? { ...copy, [field]: to } : copy;
}

const HPA = readFileSync(new URL('../../examples/hpa.yaml', import.meta.url), 'utf8');

for (const [what, isSpoilt, outcome] of [
  [
    'the best region are null: only its candidate is dropped',
    (url: Json | undefined) => String(url).includes('iad-01'),
    { status: 'done', recommendations: [{ demands: [{ restCandidate: { candidate_id: 'dal-01' } }] }] },
  ],
  [
    'every region are null: the plan says so',
    () => true,
    { status: 'error', message: expect.stringMatching(/A&AI sent .* flavor/) },
  ],
] as const) {
  fault(
    33,
    `the flavors of ${what}`,
    (run) =>
      withSingle({}, async (single) => {
        const { faults } = single.simulators.aai;
        const holds = (object: Readonly<Record<string, Json>>) =>
          Object.hasOwn(object, 'flavor') && isSpoilt(object['url']);
        const mutate = (body: Json) => spoil(body, holds, 'flavor', null);
        faults.add({ match: { path: /dsl/ }, kind: 'wrong-types', mutate });
        const plan = await ended(single, HPA);
        expect(faults.hits).toBeGreaterThan(0);
        expect(plan).toMatchObject(outcome);
        await wellAfter(single, run, [plan.id]);
      }),
    { short: false },
  );
}

fault(34, '404 for a list: there is nothing, and that is no error of A&AI', (run) =>
  withSingle({}, async (single) => {
    single.simulators.aai.faults.add({ match: { path: VNFS }, kind: 'status', status: 404 });
    const plan = await ended(single, ONE_RESERVATION);
    expect(plan.message).toMatch(/candidate/);
    expect(plan.message).not.toMatch(/A&AI/);
    expect(plan.events.filter(({ reason }) => reason === 'claimed')).toHaveLength(1);
    await wellAfter(single, run, [plan.id]);
  }),
);

for (const [field, value] of [
  ['vnf-name', null],
  ['vnf-id', null],
] as const) {
  fault(35, `one VNF of several has a bad ${field}: only that candidate is dropped`, (run) =>
    withSingle({}, async (single) => {
      const holds = (object: Readonly<Record<string, Json>>) => object['vnf-id'] === 'vnf-vgmux-chi';
      const mutate = (body: Json) => spoil(body, holds, field, value);
      single.simulators.aai.faults.add({ match: { path: VNFS }, kind: 'wrong-types', mutate });
      const plan = await ended(single, ONE_RESERVATION);
      expect(plan.status).toBe('done');
      const triage = await (await single.api.get(`/v1/triage_tool/${plan.id}`)).text();
      expect(triage).toContain(`BAD_DATA ${field}`);
      await wellAfter(single, run, [plan.id]);
    }),
  );
}

fault(36, 'answers broken off, connections closed at reuse: a read is repeated', (run) =>
  withSingle({}, async (single) => {
    const { faults } = single.simulators.aai;
    faults.add({ match: { path: READS }, times: 1, kind: 'truncate' });
    run.struck();
    const first = await ended(single, ONE_RESERVATION);
    run.recovered();
    faults.add({ match: { path: READS }, times: 1, kind: 'reset' });
    const second = await ended(single, ONE_RESERVATION);
    expect([first, second].map(({ status, stages }) => [status, stages[0]?.failures])).toEqual([
      ['done', 0],
      ['done', 0],
    ]);
    await wellAfter(single, run, [first.id, second.id]);
  }),
);

fault(36, 'connections are closed by the peer just when they are used again: the request is repeated', async (run) => {
  const proxy = stopsWithCase(await startTcpProxy(0));
  await withSingle({ env: { OS_AAI__SERVER_URL: `https://127.0.0.1:${proxy.port}/aai` } }, async (single) => {
    proxy.retarget(single.simulators.aai.port);
    const first = await ended(single, ONE_RESERVATION);
    const lost = proxy.loseAnswerTo(() => true);
    const second = await ended(single, ONE_RESERVATION);
    await lost;
    expect([first, second].map(({ status, stages }) => [status, stages[0]?.failures])).toEqual([
      ['done', 0],
      ['done', 0],
    ]);
    await wellAfter(single, run, [first.id, second.id]);
  });
});

fault(39, 'a redirect to another host is not followed', async (run) => {
  const other = stopsWithCase(
    await startServer({
      handle: () => ({ status: 200, headers: json, body: '{}' }),
      failure: () => ({ status: 500, headers: {} }),
    }),
  );
  await withSingle({ lines: ['[controller]', 'max_translation_counter = 1'] }, async (single) => {
    for (const status of [301, 302, 307, 308]) {
      const answer = { status, headers: { location: `${other.origin}/aai/v32/network/generic-vnfs` } };
      single.simulators.aai.faults.add({ match: { path: VNFS }, times: 1, kind: 'answer', answer });
    }
    const plan = await ended(single, ONE_RESERVATION);
    expect(other.calls).toEqual([]);
    await wellAfter(single, run, [plan.id]);
  });
});

fault(
  40,
  'the chosen place fills up between solving and reserving: refused, and solved anew a bounded number of times',
  (run) =>
    withSingle({ lines: ['[reservation]', 'max_reservation_counter = 3'] }, async (single) => {
      const { sdnc } = single.simulators;
      const late = gate();
      sdnc.faults.add({ match: { path: 'service-capacity-reserve' }, times: 1, kind: 'delay', until: late.promise });
      const reserving = sdnc.faults.hitsReached(1);
      const id = await single.api.create('overtaken', ONE_RESERVATION);
      await reserving;
      setRoom(single.simulators, 0);
      run.struck();
      late.release();
      await single.watcher.event(id, ({ reason }) => reason === 'rolled-back');
      run.recovered();
      const [plan] = await verify(single, run, [id], { anyEnd: true });
      expect(plan?.events.filter(({ reason }) => reason === 'rolled-back').length).toBeLessThanOrEqual(3);
      expect(['done', 'not found', 'error']).toContain(plan?.status);
      run.note('the controller is the judge: resource versions of A&AI are not compared again before reserving');
    }),
);

controllerCases();

fault(44, 'A&AI away for long: calls are paused, plans wait and count nothing, one probe ends it', (run) =>
  withSingle(
    { lines: ['[controller]', 'workers = 8', 'max_translation_counter = 2', '[aai]', 'aai_retries = 2'] },
    async (single) => {
      const { aai } = single.simulators;
      aai.faults.add({ match: { path: READS }, kind: 'reset' });
      const doomed = await Promise.all(
        Array.from({ length: 8 }, (_, at) => single.api.create(`first ${at}`, ONE_RESERVATION)),
      );
      await single.watcher.until((items) =>
        items.find((item) => item.kind === 'event' && item.event.reason === 'failed'),
      );
      const open = () => single.api.metric('conductor_upstream_breaker_open', 'A&AI');
      await expect.poll(open, SLOWLY).toBe(1);
      aai.clearCalls();
      const waiting = await single.api.create('waits', ONE_RESERVATION);
      await expect
        .poll(async () => (await single.api.plan(waiting))?.status, { timeout: 60_000 })
        .toMatch(/template|translating/);
      run.struck();
      aai.faults.clear();
      await single.watcher.ended([...doomed, waiting]);
      run.recovered();
      expect(await open()).toBe(0);
      const plans = await verify(single, run, [...doomed, waiting], { anyEnd: true });
      run.note(
        `${plans.filter(({ status }) => status === 'done').length} of ${plans.length} plans survived the outage`,
      );
      expect(plans.at(-1)?.status).toBe('done');
    },
  ),
);

fault(44, 'SDN-C away for long: plans whose capacity is to be checked wait and count nothing', (run) =>
  withSingle({ lines: ['[solver]', 'max_solver_counter = 2'] }, async (single) => {
    const { sdnc } = single.simulators;
    const { api, watcher, program } = single;
    sdnc.faults.add({ match: { path: 'service-capacity' }, kind: 'reset' });
    const open = () => api.metric('conductor_upstream_breaker_open', 'SDN-C');
    const waits = program.logged((line) => line.message === 'plan waits');
    const first = await api.create('meets the outage', ONE_RESERVATION);
    await waits;
    const waiting = await Promise.all(Array.from({ length: 4 }, () => api.create('waits', ONE_RESERVATION)));
    await Promise.all(waiting.map((id) => watcher.reached(id, 'translated')));
    // Long enough for a probe that fails: it ends nobody's patience.
    await sdnc.faults.hitsReached(sdnc.faults.hits + 2);
    expect(await open()).toBe(1);
    run.struck();
    sdnc.faults.clear();
    await watcher.ended([first, ...waiting]);
    run.recovered();
    expect(await open()).toBe(0);
    const plans = await verify(single, run, [first, ...waiting], { anyEnd: true });
    for (const plan of plans.slice(1)) {
      expect(plan.status).toBe('done');
      expect(plan.stages.map(({ failures }) => failures)).toEqual([0, 0, 0]);
    }
    run.note(`${plans.filter(({ status }) => status === 'done').length} of ${plans.length} plans survived the outage`);
  }),
);
