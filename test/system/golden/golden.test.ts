// The recorded plans of the reference, each posted through REST to a running gateway over the recorded world and followed to its
// end: status, steps, message and recommendations are as recorded, or better, or as the table of deviations says.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../../src/domain/principal.ts';
import { loadWorld } from '../../sim/load-world.ts';
import {
  type Gateway,
  type RestAnswer,
  type RestPlan,
  type RestRecommendation,
  startGateway,
} from '../../support/gateway.ts';
import { PlanDocument } from '../../support/gql/graphql.ts';
import { DEVIATIONS, type Deviation, NOT_YET, type Picks, STRAY_MESSAGE } from './deviations.ts';

type Recommendations = readonly Readonly<Record<string, RestRecommendation>>[];

interface RecordedPlan {
  readonly flags: readonly string[];
  readonly request: { readonly name: string; readonly template: unknown };
  readonly create: { readonly status: number; readonly body: object };
  readonly statuses: readonly string[];
  readonly plan: { readonly message?: string | readonly string[]; readonly recommendations?: Recommendations } | null;
  readonly translation: RecordedTranslation | null;
}

interface Place {
  readonly latitude?: string | number | null;
  readonly longitude?: string | number | null;
}

interface RecordedTranslation {
  readonly locations: Readonly<Record<string, Place>>;
  readonly demands: Readonly<
    Record<
      string,
      { readonly candidates: readonly (Place & { readonly candidate_id: string; readonly cost: number })[] }
    >
  >;
  readonly objective: {
    readonly operands?: readonly { readonly weight: number; readonly function_param: readonly string[] }[];
  } | null;
}

interface Outcome {
  readonly created: RestAnswer;
  /** null when it was refused at the door. */
  readonly plan: RestPlan | null;
  readonly statuses: readonly string[];
}

const FOLDER = new URL('../../golden/', import.meta.url);
const HOST = 'golden-machine';
/** Regions where SDN-C has room. */
const ROOM = { 'nyc-1': { 'service-instances': 100 } };

const records = new Map(
  readdirSync(new URL('plans/', FOLDER))
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file.slice(0, -5), readJson(`plans/${file}`) as RecordedPlan]),
);
const unsupported = new Map(NOT_YET.flatMap(([what, plans]) => plans.map((name) => [name, what])));
const outcomes = new Map<string, Outcome>();
let gateway: Gateway;

function readJson(path: string) {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'));
}

beforeAll(async () => {
  // The recorded world says nothing about SDN-C; here it has room in one region.
  const capacity = new Map(Object.entries(ROOM).map(([region, room]) => [region, new Map(Object.entries(room))]));
  gateway = await startGateway({
    world: { ...loadWorld(readJson('world.json')), capacity },
    lines: ['[gateway]', `instance_name = ${HOST}`],
  });
  await Promise.all([...records].map(async ([name, { request }]) => outcomes.set(name, await run(request))));
});

afterAll(() => gateway.stop());

async function run(request: object): Promise<Outcome> {
  const created = await gateway.rest('POST', '/v1/plans', request);
  if (created.status !== 201) return { created, plan: null, statuses: [] };
  const plan = await gateway.finished((created.body as RestPlan).id);
  const scope = { principal: ANONYMOUS, requestId: 'golden' };
  const events = await gateway.app.services.plans.events(scope, plan.id, 0);
  return { created, plan, statuses: events.map(({ to }) => to) };
}

describe('the tables', () => {
  it('name recorded plans only, and each once', () => {
    const named = [...Object.keys(DEVIATIONS), ...NOT_YET.flatMap(([, plans]) => plans)];
    expect(named.filter((name) => !records.has(name))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });

  it('say what a recorded crash, an endless or a very slow plan means', () => {
    const broken = [...records].filter(([, { flags }]) =>
      ['CRASH', 'STUCK', 'SLOW'].some((flag) => flags.includes(flag)),
    );
    expect(broken.map(([name]) => name).filter((name) => !DEVIATIONS[name] && !unsupported.has(name))).toEqual([]);
    expect(records.size).toBe(241);
  });
});

describe('a recorded plan is answered as recorded, or better', () => {
  const plain = [...records.keys()].filter((name) => !DEVIATIONS[name] && !unsupported.has(name));

  it.each(plain)('%s', (name) => checkLike(name, name));
});

describe('a deviation is what the table says', () => {
  const cases = Object.entries(DEVIATIONS).map(([name, deviation]) => ({ name, ...deviation }));

  it.each(cases)('$name ($entry: $why)', ({ name, ...deviation }) => checkDeviation(name, deviation));
});

describe('what a later release brings is refused by its name', () => {
  it.each([...unsupported])('%s: %s', (name, what) => {
    const { plan } = outcome(name);
    expect(plan?.status).toBe('error');
    expect(plan?.message).toEqual([`${what} is not supported by this release yet`]);
  });
});

describe('what the record cannot show', () => {
  /** Per constraint of the one demand: who was refused, and why. */
  async function outcomesOf(name: string) {
    const { plan } = await gateway.graphql(PlanDocument, { id: outcome(name).plan?.id ?? '' });
    return plan?.diagnosis?.demands.flatMap(({ outcomes: found }) => found) ?? [];
  }

  it('SDN-C is asked about every region (I26), and only those that it has room in stay', async () => {
    const [fit] = await outcomesOf('c_region_fit_sdnc');
    const regions = Object.keys(ROOM);
    expect(fit).toMatchObject({ constraint: 's', type: 'region_fit', before: 16, after: 4 + regions.length });
    expect(fit?.rejected.map(({ candidateId }) => candidateId)).not.toContain(regions[0]);
    expect(new Set(fit?.rejected.map(({ reason }) => reason))).toEqual(new Set(['SDN-C has no capacity for it.']));
  });

  it('a plan without an answer tells which rule took the candidates away', async () => {
    const [refused] = await outcomesOf('inline_ok');
    expect(refused?.rejected).toEqual([
      { candidateId: 'nyc-1', reason: 'no coordinates, so its distance from cust is not known' },
    ]);
  });
});

describe('afterwards', () => {
  it('SDN-C holds the reservations of the plans that reserve, and no other', () => {
    expect(gateway.simulators.sdnc.reservations().size).toBe(3);
  });

  it('nothing was logged as an error', async () => {
    expect((await gateway.log()).filter(({ level }) => level === 'error')).toEqual([]);
  });
});

function record(name: string): RecordedPlan {
  const found = records.get(name);
  if (!found) throw new Error(`there is no recording ${name}`);
  return found;
}

function outcome(name: string): Outcome {
  const found = outcomes.get(name);
  if (!found) throw new Error(`${name} was not run`);
  return found;
}

function checkLike(name: string, like: string): void {
  const { create, statuses, plan: recorded, translation, flags } = record(like);
  const { created, plan, statuses: ours } = outcome(name);
  expect(created.status).toBe(create.status);
  if (!plan) throw new Error('must be accepted');
  expect(created.body).toMatchObject(filled({ ...create.body, name: record(name).request.name }, plan.id) as object);
  expect(ours).toEqual(statuses);
  expect(plan.status).toBe(statuses.at(-1));
  const message = recorded?.message === STRAY_MESSAGE ? undefined : recorded?.message;
  expect(plan.message).toEqual(message === undefined ? undefined : filled(message, plan.id));
  if (flags.includes('RANDOM-PICK'))
    checkRandom(plan.recommendations ?? [], recorded?.recommendations ?? [], translation);
  else checkRecommendations(plan.recommendations ?? [], recorded?.recommendations ?? []);
}

function checkDeviation(name: string, { expect: expected }: Deviation): void {
  const { created, plan } = outcome(name);
  if ('refused' in expected) {
    expect(created.status).toBe(400);
    expect(created.body).toMatchObject({ error_message: { explanation: expected.refused } });
  } else if ('like' in expected) {
    checkLike(name, expected.like);
  } else if ('error' in expected) {
    expect(plan).toMatchObject({ status: 'error', message: [expected.error] });
  } else if ('notFound' in expected) {
    expect(plan?.status).toBe('not found');
    expect(plan?.message).toBe(`Plan ${plan?.id} search failed, no recommendations found by machine ${HOST}`);
  } else {
    expect(plan?.status).toBe('done');
    expect(plan?.message).toBeUndefined();
    const picks = 'better' in expected ? expected.better : expected.picks;
    expect(picksOf(plan?.recommendations ?? [])).toEqual(picks);
    checkNoWorse(name, picks, 'better' in expected);
  }
}

/** Same candidates in the same order, told in the same words: key order included, as clients show it. */
function checkRecommendations(ours: Recommendations, recorded: Recommendations): void {
  expect(picksOf(ours)).toEqual(picksOf(recorded));
  expect(ours).toEqual(recorded);
  expect(JSON.stringify(ours)).toBe(JSON.stringify(recorded));
}

/** Without an objective any candidate will do: as many as recorded, and of those that the reference saw. */
function checkRandom(ours: Recommendations, recorded: Recommendations, translation: RecordedTranslation | null): void {
  expect(ours).toHaveLength(recorded.length);
  for (const pick of picksOf(ours)) {
    for (const [demand, id] of Object.entries(pick)) {
      expect(translation?.demands[demand]?.candidates.map(({ candidate_id }) => candidate_id)).toContain(id);
    }
  }
}

/** Position by position, by what the record says about candidates and objective. */
function checkNoWorse(name: string, picks: readonly Picks[], better: boolean): void {
  const { plan, translation } = record(name);
  const theirs = picksOf(plan?.recommendations ?? []);
  if (better) expect(theirs.length).toBeGreaterThan(0);
  if (!translation) return;
  for (const [index, pick] of picks.entries()) {
    const recorded = theirs[index];
    if (!recorded) continue;
    const [mine, other] = [objectiveOf(translation, pick), objectiveOf(translation, recorded)];
    if (better) expect(mine).toBeLessThan(other - 1e-6);
    else expect(mine).toBeLessThanOrEqual(other + 1e-6);
  }
}

function picksOf(recommendations: Recommendations): Picks[] {
  return recommendations.map((demands) =>
    Object.fromEntries(
      Object.entries(demands).map(([demand, { candidate }]) => [demand, String(candidate['candidate_id'])]),
    ),
  );
}

/** The sum of weight × (kilometres + cost). */
function objectiveOf({ locations, demands, objective }: RecordedTranslation, pick: Picks): number {
  let total = 0;
  for (const { weight, function_param: params } of objective?.operands ?? []) {
    const demand = params.find((param) => Object.hasOwn(demands, param)) ?? '';
    const location = params.find((param) => Object.hasOwn(locations, param)) ?? '';
    const chosen = demands[demand]?.candidates.findLast(({ candidate_id }) => candidate_id === pick[demand]);
    if (!chosen) throw new Error(`the record does not know ${pick[demand]}`);
    total += weight * (kilometres(locations[location] ?? {}, chosen) + chosen.cost);
  }
  return total;
}

function kilometres(a: Place, b: Place): number {
  const radians = (degrees: unknown) => (Number(degrees) * Math.PI) / 180;
  const [from, to] = [radians(a.latitude), radians(b.latitude)];
  const across = Math.sin((radians(b.longitude) - radians(a.longitude)) / 2) ** 2;
  const square = Math.sin((to - from) / 2) ** 2 + Math.cos(from) * Math.cos(to) * across;
  return 2 * 6371 * Math.asin(Math.sqrt(square));
}

function filled(recorded: unknown, planId: string): unknown {
  return JSON.parse(JSON.stringify(recorded).replaceAll('{plan_id}', planId).replaceAll('{host}', HOST));
}
