// A search that goes on for long, seen from outside: its progress reaches every gateway, somebody ends it in the middle and keeps
// the best, and limits given with the plan end it by themselves. On the embedded store and, with two gateways, on etcd.
import { createClient } from 'graphql-ws';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { readEvents } from '../../src/cli/event-source.ts';
import { watchPlan } from '../../src/cli/watch.ts';
import type { SearchProgress } from '../../src/domain/solution.ts';
import { type EtcdServer, startEtcd } from '../support/etcd.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { longSearchTemplate } from '../support/long-search.ts';

const TEMPLATE = longSearchTemplate();
const DEMANDS = 20;
const PROGRESS = 'number round objective bound gap nodes elapsedMs placement { demand candidateId }';
const PLAN = `query($id: ID!) { plan(id: $id) { status gapLimit timeLimit progress { ${PROGRESS} }
  recommendations { objective demands { demand candidate { candidateId } } }
  diagnosis { status bound gap timedOut } } }`;
const STOP = 'mutation($id: ID!) { stopPlan(id: $id) { __typename ... on Error { code } } }';

// biome-ignore lint/suspicious/noExplicitAny: the operation's text, beside the assertion, says what is in it
async function ask(gateway: Gateway, query: string, variables: Record<string, unknown>): Promise<any> {
  const { body } = await gateway.rest('POST', '/graphql', { query, variables });
  const { data, errors } = body as { data: unknown; errors?: readonly { readonly message: string }[] };
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  return data;
}

/** `subscription searchProgress` over a WebSocket, until it ends. */
function searchProgress({ url, authorization }: Gateway, id: string) {
  class AuthorizedSocket extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols, { headers: { authorization } });
    }
  }
  const socket = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: AuthorizedSocket });
  onTestFinished(() => socket.terminate());
  const query = `subscription($id: ID!) { searchProgress(planId: $id) { ${PROGRESS} } }`;
  return socket.iterate<{ readonly searchProgress: SearchProgress }>({ query, variables: { id } });
}

/** A promise that somebody else fulfils. */
function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give: () => give(), given };
}

/** All that the event stream tells, until the plan has ended; `begun` when it has told of a placement. */
function eventsOf({ url, authorization }: Gateway, id: string) {
  const begun = signal();
  const read = async () => {
    const headers = { authorization, accept: 'text/event-stream' };
    const response = await fetch(`${url}/v1/plans/${id}/events?progress=true`, { headers });
    if (!response.body) throw new Error(`no stream: ${response.status}`);
    const told: { readonly type: string; readonly id: string | null; readonly data: Record<string, unknown> }[] = [];
    for await (const { type, id: at, data } of readEvents(response.body)) {
      if (data === '') continue;
      told.push({ type, id: at, data: JSON.parse(data) });
      if (type === 'progress' && told.at(-1)?.data['objective'] !== null) begun.give();
    }
    return told;
  };
  return { all: read(), begun: begun.given };
}

/** What `conductor watch --progress` prints; `begun` as above. */
function watched({ url, authorization }: Gateway, planId: string) {
  const begun = signal();
  const lines: string[] = [];
  const print = (line: string) => {
    lines.push(line);
    if (/^search \d+: objective/.test(line)) begun.give();
  };
  const parts = { planId, urls: [url], after: null, progress: true, json: false, authorization };
  const code = watchPlan({ ...parts, signal: new AbortController().signal, print, complain: print });
  return { code, lines, begun: begun.given };
}

/** Ends a search in its middle through this gateway, whoever searches. */
async function stopsInTheMiddle(gateway: Gateway): Promise<void> {
  const id = await gateway.accepted({ name: 'long', template: TEMPLATE });
  const [events, watching] = [eventsOf(gateway, id), watched(gateway, id)];
  const heard: SearchProgress[] = [];
  for await (const { data, errors } of searchProgress(gateway, id)) {
    if (errors || !data) throw new Error(JSON.stringify(errors));
    heard.push(data.searchProgress);
    // Once, when the first placement is told.
    if (heard.filter(({ objective }) => objective !== null).length !== 1) continue;
    if (data.searchProgress.objective === null) continue;
    await Promise.all([events.begun, watching.begun]);
    const { plan } = await ask(gateway, PLAN, { id });
    expect(plan).toMatchObject({ status: 'SOLVING', recommendations: null, diagnosis: null });
    expect(plan.progress.number).toBeGreaterThanOrEqual(data.searchProgress.number);
    expect((await ask(gateway, STOP, { id })).stopPlan.__typename).toBe('StopPlanSuccess');
  }
  const last = heard.at(-1);
  expect(last?.placement).toHaveLength(DEMANDS);
  expect(heard.map(({ number }) => number)).toEqual(
    [...new Set(heard.map(({ number }) => number))].sort((a, b) => a - b),
  );
  expect((await gateway.finished(id)).status).toBe('done');
  const { plan } = await ask(gateway, PLAN, { id });
  expect(plan).toMatchObject({ progress: null, diagnosis: { status: 'STOPPED', timedOut: false } });
  const [best, ...more] = plan.recommendations;
  expect([best.demands.length, more]).toEqual([DEMANDS, []]);
  expect(best.objective).toBeLessThanOrEqual((last?.objective ?? 0) + 1e-6);
  expect(plan.diagnosis.gap).toBeGreaterThan(0);
  expect(plan.diagnosis.gap).toBeLessThanOrEqual((last?.gap ?? 1) + 1e-6);
  expect(plan.diagnosis.gap).toBeCloseTo((best.objective - plan.diagnosis.bound) / best.objective, 6);
  const told = await events.all;
  expect(told.at(-1)).toMatchObject({ type: 'status', data: { to: 'done' } });
  expect(told.filter(({ type }) => type === 'progress').length).toBeGreaterThan(0);
  expect(told.filter(({ type, id: at }) => (type === 'progress') !== (at === null))).toEqual([]);
  expect(await watching.code).toBe(0);
  expect(watching.lines.join('\n')).toMatch(/^search \d+: objective [\d.]+, bound [\d.]+, gap [\d.]+ %/m);
}

test('somebody who sees that the answer is good enough ends the search and keeps it', async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway.stop());
  await stopsInTheMiddle(gateway);
}, 120_000);

test('a gap limit ends the search with an answer that is proven to be as near', async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway.stop());
  const id = await gateway.accepted({ name: 'near', template: TEMPLATE, gap_limit: 0.5 });
  expect((await gateway.finished(id)).status).toBe('done');
  const { plan } = await ask(gateway, PLAN, { id });
  expect(plan).toMatchObject({ gapLimit: 0.5, timeLimit: null, diagnosis: { timedOut: false } });
  expect(['FEASIBLE', 'OPTIMAL']).toContain(plan.diagnosis.status);
  expect(plan.diagnosis.gap).toBeLessThanOrEqual(0.5);
  expect(plan.recommendations[0].demands).toHaveLength(DEMANDS);
  const short = await gateway.accepted({ name: 'short', template: TEMPLATE, time_limit: 2 });
  await gateway.finished(short);
  const limited = await ask(gateway, PLAN, { id: short });
  expect(limited.plan).toMatchObject({ timeLimit: 2, diagnosis: { timedOut: true } });
}, 120_000);

describe('on etcd', () => {
  let etcd: EtcdServer | null = null;
  afterAll(() => etcd?.stop());

  test('a search is followed and ended through another gateway than the one that solves', async () => {
    etcd = await startEtcd();
    const store = { etcd: etcd.endpoint };
    const api = await startGateway({ store, lines: ['[gateway]', 'roles = api'] });
    onTestFinished(() => api.stop());
    const roles = 'roles = controller, solver, reservation';
    const engine = await startGateway({ store, simulators: api.simulators, lines: ['[gateway]', roles] });
    onTestFinished(() => engine.stop());
    await stopsInTheMiddle(api);
  }, 120_000);
});
