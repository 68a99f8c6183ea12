// Explanations, what-ifs and replays of a real plan through the whole gateway: what they say holds, and nobody else is asked.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';

let gateway: Gateway;
let planId: string;

beforeAll(async () => {
  gateway = await startGateway();
  const templateText = readFileSync(new URL('../../examples/vcpe.yaml', import.meta.url), 'utf8');
  const { createPlan } = await ask(
    'mutation($input: CreatePlanInput!) { createPlan(input: $input) { ... on CreatePlanSuccess { plan { id timeLimit } } } }',
    {
      input: { templateText, timeLimit: 60 },
    },
  );
  expect(createPlan.plan.timeLimit).toBe(60);
  planId = createPlan.plan.id;
  expect((await gateway.finished(planId)).status).toBe('done');
}, 60_000);

afterAll(() => gateway?.stop());

// biome-ignore lint/suspicious/noExplicitAny: the operation's text, beside the assertion, says what is in it
async function ask(query: string, variables: Record<string, unknown>): Promise<any> {
  const { body } = await gateway.rest('POST', '/graphql', { query, variables });
  const { data, errors } = body as { data: unknown; errors?: readonly { readonly message: string }[] };
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  return data;
}

const EXPLANATION = `explanation { complete sentences
  funnels { demand candidates remaining steps { constraint before after } }
  conflicts { constraints demands sentence }
  relaxations { constraint path property from to unit sentence objective }
  binding { constraint gain sentence } }`;
const CHOICE = 'recommendations { objective demands { demand candidate { candidateId } } }';
const WHAT_IF = `query($planId: ID, $template: JSON, $changes: WhatIfChanges) {
  whatIf(planId: $planId, template: $template, changes: $changes) { __typename
    ... on WhatIfSuccess { ${CHOICE} diagnosis { status ${EXPLANATION} }
      difference { moves { demand from to } unmoved objectiveBefore objectiveAfter objectiveChange } }
    ... on Error { code message }
  } }`;

const distance = (text: string) => ({ constraints: { mux_near_customer: { properties: { distance: text } } } });
const whatIf = async (changes: object, plan: string | null = planId) =>
  (await ask(WHAT_IF, { planId: plan, changes })).whatIf;

/** The patch that writes a relaxation's property at its place. */
function patchOf({ path, property }: { readonly path: string; readonly property: unknown }): object {
  return path.split(' > ').reduceRight<unknown>((inner, name) => ({ [name]: inner }), property) as object;
}

test('a solved plan tells its funnel, its scores, and how every candidate stands', async () => {
  const { plan } = await ask(
    `query($id: ID!) { plan(id: $id) { recommendations { objective demands { demand candidate { candidateId } } }
      diagnosis { status scores { demand value terms { function } } ${EXPLANATION}
        verdicts(first: 2) { hasMore items { demand candidateId constraint verdict measured required margin unit } }
        far: verdicts(demand: "vGMuxInfra", first: 100) { hasMore items { candidateId constraint verdict reason margin unit } }
        standings(demand: "vG") { complete items { candidateId chosen refusedBy bestObjective worseBy sentence } } } } }`,
    { id: planId },
  );
  const { diagnosis, recommendations } = plan;
  expect(diagnosis.status).toBe('OPTIMAL');
  const total = diagnosis.scores.reduce((sum: number, { value }: { value: number }) => sum + value, 0);
  expect(total).toBeCloseTo(recommendations[0].objective, 6);
  expect(diagnosis.explanation).toMatchObject({ complete: true, conflicts: [], relaxations: [] });
  expect(diagnosis.explanation.sentences.length).toBeGreaterThan(0);
  expect(diagnosis.explanation.funnels.map(({ demand }: { demand: string }) => demand)).toEqual(['vGMuxInfra', 'vG']);
  expect(diagnosis.verdicts).toMatchObject({ hasMore: true, items: [{ demand: 'vGMuxInfra' }, {}] });
  const refused = diagnosis.far.items.filter(
    ({ verdict, constraint }: { verdict: string; constraint: string }) =>
      verdict === 'REFUSED' && constraint === 'mux_near_customer',
  );
  expect(refused).toMatchObject([{ unit: 'km' }]);
  expect(refused[0].margin).toBeLessThan(0);
  const chosen = diagnosis.standings.items.filter((one: { chosen: boolean }) => one.chosen);
  const { candidateId } = recommendations[0].demands.find(
    ({ demand }: { demand: string }) => demand === 'vG',
  ).candidate;
  expect(chosen).toMatchObject([{ candidateId, refusedBy: [], worseBy: 0 }]);
  for (const one of diagnosis.standings.items) expect(one.sentence).not.toBe('');
});

test('an impossible threshold names the conflict and the relaxation, and accepting the relaxation solves', async () => {
  const none = await whatIf({ templatePatch: distance('< 100 km') });
  expect(none).toMatchObject({ __typename: 'WhatIfSuccess', recommendations: [], diagnosis: { status: 'INFEASIBLE' } });
  const { conflicts, relaxations } = none.diagnosis.explanation;
  expect(conflicts[0].constraints).toContain('mux_near_customer_vGMuxInfra');
  const relaxation = relaxations.find(({ constraint }: { constraint: string }) => constraint === 'mux_near_customer');
  expect(relaxation).toMatchObject({ unit: 'km', path: 'constraints > mux_near_customer > properties > distance' });
  const solved = await whatIf({ templatePatch: patchOf(relaxation) });
  expect(solved.recommendations).toHaveLength(1);
  const less = await whatIf({ templatePatch: distance(`<= ${relaxation.to * 0.999} km`) });
  expect(less.recommendations).toEqual([]);
});

test('candidates can be removed, changed and added; the difference says who moved', async () => {
  const same = await whatIf({});
  expect(same.difference).toMatchObject({ moves: [], objectiveChange: 0, unmoved: ['vGMuxInfra', 'vG'] });
  const before = same.recommendations[0].demands.find(({ demand }: { demand: string }) => demand === 'vG');
  const { candidateId } = before.candidate;
  const removed = await whatIf({ inventory: [{ demand: 'vG', removed: [candidateId] }] });
  const moved = removed.difference.moves.find(({ demand }: { demand: string }) => demand === 'vG');
  expect(moved === undefined ? removed.recommendations : [moved]).not.toContainEqual(
    expect.objectContaining({ to: candidateId }),
  );
  const cost = await whatIf({ inventory: [{ demand: 'vG', changed: [{ candidate_id: candidateId, latitude: 'x' }] }] });
  expect(cost.__typename).toBe('WhatIfSuccess');
  const added = [{ candidate_id: 'home', latitude: 41.85, longitude: -87.65, country: 'USA' }];
  const patch = { constraints: null, reservations: null };
  const nearer = await whatIf({ templatePatch: patch, inventory: [{ demand: 'vG', added }] });
  expect(nearer.difference.moves).toContainEqual({ demand: 'vG', from: candidateId, to: 'home' });
  expect(nearer.difference.objectiveAfter).toBeLessThan(nearer.difference.objectiveBefore);
});

test('what the record cannot answer is refused by name, and bad input is the caller to mend', async () => {
  const refusals: [object, string, RegExp][] = [
    [{ inventory: [{ demand: 'nobody', removed: [] }] }, 'BAD_REQUEST', /no demand nobody/],
    [{ inventory: [{ demand: 'vG', removed: ['x'] }] }, 'BAD_REQUEST', /Candidate x of demand vG is not there/],
    [{ inventory: [{ demand: 'vG', added: [{}] }] }, 'BAD_REQUEST', /no candidate_id/],
    [{ inventory: [{ demand: 'vG', added: ['text'] }] }, 'BAD_REQUEST', /JSON object/],
    [{ inventory: [{ demand: 'vG', added: [{ candidate_id: 'n', cost: 'much' }] }] }, 'BAD_REQUEST', /number as cost/],
    [
      { templatePatch: { locations: { customer_loc: { latitude: null, longitude: null, host_name: 'h' } } } },
      'BAD_REQUEST',
      /host name h/,
    ],
    [
      { templatePatch: { demands: { vG: [{ inventory_provider: 'aai', inventory_type: 'cloud', unique: 'false' }] } } },
      'BAD_REQUEST',
      /demand vG/,
    ],
    [{ templatePatch: { optimization: { minimize: { sum: [{ foo: 1 }] } } } }, 'TEMPLATE_INVALID', /./],
    [{ templatePatch: 'text' }, 'BAD_REQUEST', /templatePatch/],
  ];
  for (const [changes, code, message] of refusals) {
    const answer = await whatIf(changes);
    expect(answer).toMatchObject({ code });
    expect(answer.message).toMatch(message);
  }
  expect(await whatIf({}, 'nobody')).toMatchObject({ code: 'PLAN_NOT_FOUND' });
  expect(await whatIf({}, null)).toMatchObject({ code: 'BAD_REQUEST' });
});

test('a replay gives the same answer byte for byte, and asks nobody', async () => {
  const { aai, sdnc, multicloud } = gateway.simulators;
  for (const one of [aai, sdnc, multicloud]) one.clearCalls();
  const { replayPlan } = await ask(
    `query($id: ID!) { replayPlan(id: $id) { ... on ReplayPlanSuccess { same ${CHOICE} difference { moves { demand } objectiveChange } diagnosis { status } } } }`,
    { id: planId },
  );
  expect(replayPlan).toMatchObject({
    same: true,
    diagnosis: { status: 'OPTIMAL' },
    difference: { moves: [], objectiveChange: 0 },
  });
  const { plan } = await ask('query($id: ID!) { plan(id: $id) { events { seq } } }', { id: planId });
  expect(plan.events).toHaveLength(7);
  await whatIf({ templatePatch: distance('< 100 km') });
  for (const one of [aai, sdnc, multicloud]) expect(one.calls).toEqual([]);
});

test('two plans are compared; a finished plan has nothing to stop', async () => {
  const query = `query($a: ID!, $b: ID!) { diffSolutions(a: $a, b: $b) {
    ... on DiffSolutionsSuccess { before { id } after { id } difference { moves { demand } unmoved objectiveChange } }
    ... on Error { code message } } }`;
  expect((await ask(query, { a: planId, b: planId })).diffSolutions).toEqual({
    before: { id: planId },
    after: { id: planId },
    difference: { moves: [], unmoved: ['vGMuxInfra', 'vG'], objectiveChange: 0 },
  });
  expect((await ask(query, { a: planId, b: 'nobody' })).diffSolutions).toMatchObject({ code: 'PLAN_NOT_FOUND' });
  const stop = 'mutation($id: ID!) { stopPlan(id: $id) { __typename ... on Error { code message } } }';
  expect((await ask(stop, { id: planId })).stopPlan).toMatchObject({ code: 'PLAN_NOT_STOPPABLE' });
  expect((await ask(stop, { id: 'nobody' })).stopPlan).toMatchObject({ code: 'PLAN_NOT_FOUND' });
});
