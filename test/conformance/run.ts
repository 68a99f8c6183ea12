// Puts every recorded case to running gateways over the recorded world, through REST as clients do.
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { ANONYMOUS } from '../../src/domain/principal.ts';
import { loadWorld } from '../sim/load-world.ts';
import { type Simulators, startSimulators } from '../sim/start.ts';
import { type Gateway, type RestPlan, startGateway } from '../support/gateway.ts';
import { judgePlan, type PlanOutcome } from './judge-plan.ts';
import { judgeRest, type RestOutcome } from './judge-rest.ts';
import { PLAN_DEVIATIONS } from './plan-deviations.ts';
import { type RecordedPlan, type RestRecord, recordedPlans, recordedRest, recordedWorld } from './records.ts';
import { REST_DEVIATIONS } from './rest-deviations.ts';
import type { Result } from './verdict.ts';

export const HOST = 'golden-machine';
/** The recordings say nothing about SDN-C; here it has room in one region. */
export const ROOM = { 'nyc-1': { 'service-instances': 100 } };
/** The plan that the recorded paths name. */
const KNOWN_ID = 'f4d167f5-3edb-42de-b229-09f6a10b2488';
/** Those that read what was there before the first plan. */
const FRESH = ['get_plans', 'get_plans_slash'];

/** Gateways by the list of inventory providers that the recording was made with, over one set of simulators. */
export interface PlanWorld {
  readonly simulators: Simulators;
  readonly gateways: ReadonlyMap<string, Gateway>;
  stop(): Promise<void>;
}

export async function startPlanWorld(): Promise<PlanWorld> {
  const capacity = new Map(Object.entries(ROOM).map(([region, room]) => [region, new Map(Object.entries(room))]));
  const simulators = await startSimulators({ world: { ...loadWorld(recordedWorld()), capacity } });
  const gateways = new Map<string, Gateway>();
  const stop = async () => {
    for (const gateway of gateways.values()) await gateway.stop();
    await simulators.stop();
  };
  try {
    for (const providers of ['aai', 'aai,generator']) {
      const lines = ['[gateway]', `instance_name = ${HOST}`, '[inventory_provider]', `extensions = ${providers}`];
      gateways.set(providers, await startGateway({ simulators, lines }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { simulators, gateways, stop };
}

/** Runs all at once; outcomes by name of the recording. */
export async function runPlans(
  world: PlanWorld,
  records: ReadonlyMap<string, RecordedPlan>,
): Promise<ReadonlyMap<string, PlanOutcome>> {
  const outcomes = await Promise.all(
    [...records].map(async ([name, { request: body, providers }]): Promise<[string, PlanOutcome]> => {
      const gateway = world.gateways.get(providers);
      if (!gateway) throw new Error(`no gateway with the providers ${providers}`);
      return [name, await runPlan(gateway, body)];
    }),
  );
  return new Map(outcomes);
}

async function runPlan(gateway: Gateway, body: object): Promise<PlanOutcome> {
  const created = await gateway.rest('POST', '/v1/plans', body);
  if (created.status !== 201) return { created, plan: null, statuses: [] };
  const plan = await gateway.finished((created.body as RestPlan).id);
  const events = await gateway.app.services.plans.events({ principal: ANONYMOUS, requestId: 'golden' }, plan.id, 0);
  return { created, plan, statuses: events.map(({ to }) => to) };
}

export function judgePlans(
  records: ReadonlyMap<string, RecordedPlan>,
  outcomes: ReadonlyMap<string, PlanOutcome>,
): readonly Result[] {
  return [...records].flatMap(([name, record]) => {
    const outcome = outcomes.get(name);
    if (!outcome) return [];
    const deviation = PLAN_DEVIATIONS.get(name);
    return [{ group: 'plan', name, verdict: judgePlan({ record, outcome, host: HOST, deviation, records }) }];
  });
}

/** All recorded plans whose name passes. */
export async function planResults(wanted: (name: string) => boolean): Promise<readonly Result[]> {
  const records = recordedPlans();
  const chosen = new Map([...records].filter(([name]) => wanted(name)));
  if (chosen.size === 0) return [];
  const world = await startPlanWorld();
  try {
    const outcomes = await runPlans(world, chosen);
    return judgePlans(records, outcomes);
  } finally {
    await world.stop();
  }
}

/** All recorded REST requests whose name passes. */
export async function restResults(wanted: (name: string) => boolean): Promise<readonly Result[]> {
  const records = [...recordedRest()].filter(([name]) => wanted(name));
  if (records.length === 0) return [];
  const simulators = await startSimulators();
  const results = new Map<string, Result>();
  try {
    for (const secure of [false, true]) {
      const part = records.filter(([, { setting }]) => setting.includes('secure=true') === secure);
      for (const result of await restPart(simulators, secure, part)) results.set(result.name, result);
    }
  } finally {
    await simulators.stop();
  }
  return records.flatMap(([name]) => results.get(name) ?? []);
}

async function restPart(
  simulators: Simulators,
  secure: boolean,
  records: readonly (readonly [string, RestRecord])[],
): Promise<readonly Result[]> {
  const credentials = ['[conductor_api]', 'username = admin1', 'password = plan.15', `basic_auth_secure = ${secure}`];
  const gateway = await startGateway({ simulators, lines: credentials });
  const judged = async ([name, record]: readonly [string, RestRecord], planId: string): Promise<Result> => {
    const outcome = await send(gateway.url, record.request, planId);
    return { group: 'rest', name, verdict: judgeRest(record, outcome, REST_DEVIATIONS.get(name)) };
  };
  try {
    const results: Result[] = [];
    for (const entry of records.filter(([name]) => FRESH.includes(name))) results.push(await judged(entry, ''));
    const planId = await knownPlan(gateway);
    for (const entry of records.filter(([name]) => !FRESH.includes(name))) results.push(await judged(entry, planId));
    return results;
  } finally {
    await gateway.stop();
  }
}

/** A finished plan, in the place of the one that the recorded paths name. */
async function knownPlan(gateway: Gateway): Promise<string> {
  const good = recordedRest().get('post_plan_good');
  const authorization = `Basic ${Buffer.from('admin1:plan.15').toString('base64')}`;
  const { status, body } = await gateway.rest('POST', '/v1/plans', good?.request.body, { authorization });
  if (status !== 201) throw new Error(`the plan that others ask for was refused with ${status}`);
  return (await finishedAs(gateway, (body as RestPlan).id)).id;
}

async function finishedAs(gateway: Gateway, id: string): Promise<{ readonly id: string }> {
  await gateway.finished(id).catch(() => undefined);
  return { id };
}

function send(base: string, asked: RestRecord['request'], planId: string): Promise<RestOutcome> {
  const { method, path, headers, body } = asked;
  const length = body === null ? {} : { 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const url = new URL(path.replace(KNOWN_ID, planId), base);
    const outgoing = request(url, { method, headers: { ...headers, ...length } }, async (incoming) => {
      const raw = await text(incoming);
      const { statusCode = 0, headers: answered } = incoming;
      resolve({ status: statusCode, headers: answered, body: raw === '' ? '' : JSON.parse(raw), base });
    });
    outgoing.on('error', reject);
    outgoing.end(body ?? undefined);
  });
}
