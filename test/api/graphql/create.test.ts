// Creating, deleting and checking: what a caller must handle is data, with a type and a code.
import { expect, test } from 'vitest';
import { CreatePlanDocument, DeletePlanDocument, ValidateTemplateDocument } from '../../support/gql/graphql.ts';
import { planHead } from '../../support/planted-store.ts';
import { codeOf, createWorld, dataOf } from './harness.ts';

const TEMPLATE = { homing_template_version: '2017-10-10', demands: {} };

test('a plan is created from an object', async () => {
  const world = await createWorld();
  const input = { name: 'order-1', template: TEMPLATE, files: { f: 'text' }, timeout: 20, numSolution: '3' };
  const { createPlan } = dataOf(await world.run(CreatePlanDocument, { input }));
  expect(createPlan).toMatchObject({
    __typename: 'CreatePlanSuccess',
    replayed: false,
    plan: { id: 'id-1', name: 'order-1', status: 'TEMPLATE', restPath: '/v1/plans/id-1' },
  });
  expect(await world.store.template('id-1')).toEqual({ template: TEMPLATE, files: { f: 'text' } });
  expect((await world.store.plans.get('id-1'))?.head).toMatchObject({
    timeout: 20,
    recommendMax: '3',
    createdBy: 'tester',
    requestId: 'request-1',
  });
});

test('limits of the search are kept and shown, and wrong ones refused with what to send', async () => {
  const world = await createWorld();
  const create = async (limits: object) => {
    const text = `mutation($input: CreatePlanInput!) { createPlan(input: $input) { __typename
      ... on CreatePlanSuccess { plan { timeLimit gapLimit } } ... on Error { code message } } }`;
    return dataOf(await world.run(text, { input: { template: TEMPLATE, ...limits } })).createPlan;
  };
  expect((await create({ timeLimit: 5, gapLimit: 0.05 })).plan).toEqual({ timeLimit: 5, gapLimit: 0.05 });
  expect((await create({})).plan).toEqual({ timeLimit: null, gapLimit: null });
  const refused = await create({ gapLimit: 1 });
  expect(refused).toMatchObject({ code: 'BAD_REQUEST' });
  expect(refused.message).toContain('gap limit must be a number from 0 to below 1');
});

test('a plan has the priority that is asked for, and the normal one otherwise', async () => {
  const world = await createWorld();
  const text = `mutation($input: CreatePlanInput!) { createPlan(input: $input) { __typename
    ... on CreatePlanSuccess { plan { id priority } } } }`;
  for (const priority of ['HIGH', 'NORMAL', 'LOW', undefined]) {
    const input = { template: TEMPLATE, ...(priority && { priority }) };
    const { plan } = dataOf(await world.run(text, { input })).createPlan;
    expect(plan.priority).toBe(priority ?? 'NORMAL');
    // Plans without one are stored as they ever were.
    const stored = (await world.store.plans.get(plan.id))?.head;
    if (plan.priority === 'NORMAL') expect(stored).not.toHaveProperty('priority');
    else expect(stored?.priority).toBe(plan.priority.toLowerCase());
  }
});

test('a plan is created from text', async () => {
  const world = await createWorld();
  const input = { templateText: JSON.stringify(TEMPLATE) };
  const { createPlan } = dataOf(await world.run(CreatePlanDocument, { input }));
  expect(createPlan.__typename).toBe('CreatePlanSuccess');
  expect(await world.store.template(createPlan.plan.id)).toEqual({ template: TEMPLATE, files: {} });
});

test('a template written as a literal of the document keeps its values, names like __proto__ included', async () => {
  const world = await createWorld();
  const document = `mutation($lat: JSON) { createPlan(input: { template: {
    n: 1, f: 1.5, s: "x", t: true, z: null, list: [1, {a: 2}], lat: $lat, __proto__: {polluted: 1}, constructor: "c"
  } }) { __typename } }`;
  dataOf(await world.run(document, { lat: '45.4' }));
  const [id = ''] = await world.store.ids();
  const { template } = await world.store.template(id);
  expect(JSON.stringify(template)).toBe(
    '{"n":1,"f":1.5,"s":"x","t":true,"z":null,"list":[1,{"a":2}],"lat":"45.4","__proto__":{"polluted":1},"constructor":"c"}',
  );
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('the same key gives the same plan again, another request under it a conflict', async () => {
  const world = await createWorld();
  const send = async (name: string, template: object = TEMPLATE) =>
    dataOf(await world.run(CreatePlanDocument, { input: { name, template, idempotencyKey: 'k' } })).createPlan;
  const first = await send('a');
  const again = await send('a');
  expect(again).toMatchObject({ replayed: true, plan: { id: first.plan.id } });
  for (const conflict of [await send('b'), await send('a', {})]) {
    expect(conflict).toMatchObject({
      __typename: 'IdempotencyConflictError',
      code: 'IDEMPOTENCY_CONFLICT',
      retryable: false,
    });
  }
  expect(await world.store.ids()).toEqual([first.plan.id]);
});

test.each([
  ['no template', {}, 'Give either `template`'],
  ['both forms', { template: {}, templateText: '{}' }, 'Give either `template`'],
  ['a template that is no object', { template: [1] }, '`template` must be a JSON object'],
  ['files that are no object', { template: {}, files: 'x' }, '`files` must be a JSON object'],
  ['no number of solutions', { template: {}, numSolution: 'many' }, 'num_solution must be'],
  ['a negative timeout', { template: {}, timeout: -1 }, 'timeout must be'],
  ['an empty key', { template: {}, idempotencyKey: '' }, 'idempotency key must have'],
])('%s is answered with InvalidInputError', async (_, input, message) => {
  const world = await createWorld();
  const { createPlan } = dataOf(await world.run(CreatePlanDocument, { input }));
  expect(createPlan).toMatchObject({ __typename: 'InvalidInputError', code: 'BAD_REQUEST' });
  expect(createPlan.message).toContain(message);
  expect(await world.store.ids()).toEqual([]);
});

test('unreadable text is answered with its place', async () => {
  const { createPlan } = dataOf(
    await (await createWorld()).run(CreatePlanDocument, { input: { templateText: 'broken' } }),
  );
  expect(createPlan).toEqual({
    __typename: 'TemplateInvalidError',
    code: 'TEMPLATE_INVALID',
    message: 'Template cannot be read',
    retryable: false,
    issues: [{ path: '', message: 'Template cannot be read', line: 3 }],
  });
});

test('a template that is too large or too deep is refused as such', async () => {
  const world = await createWorld();
  const large = await world.run(CreatePlanDocument, { input: { template: { text: 'x'.repeat(10_000) } } });
  expect(dataOf(large).createPlan).toMatchObject({ __typename: 'PayloadTooLargeError', code: 'PAYLOAD_TOO_LARGE' });
  const deep = JSON.parse(`{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`);
  const nested = await world.run(CreatePlanDocument, { input: { template: deep } });
  expect(dataOf(nested).createPlan).toMatchObject({ __typename: 'TemplateInvalidError', code: 'TEMPLATE_INVALID' });
});

test('an outage of the store is a top-level error', async () => {
  const world = await createWorld();
  await world.store.kv.close();
  expect(codeOf(await world.run(CreatePlanDocument, { input: { template: {} } }))).toBe('STORE_UNAVAILABLE');
});

test('a plan is deleted once', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }));
  const first = dataOf(await world.run(DeletePlanDocument, { id: 'p' })).deletePlan;
  expect(first).toEqual({ __typename: 'DeletePlanSuccess', planId: 'p' });
  const second = dataOf(await world.run(DeletePlanDocument, { id: 'p' })).deletePlan;
  expect(second).toEqual({ __typename: 'PlanNotFoundError', code: 'PLAN_NOT_FOUND', message: 'Plan p not found' });
});

test('a template is checked without creating anything', async () => {
  const world = await createWorld();
  const check = async (variables: Record<string, unknown>) =>
    dataOf(await world.run(ValidateTemplateDocument, variables)).validateTemplate;
  const demands = { vG: [{ inventory_provider: 'aai', inventory_type: 'cloud' }] };
  expect(await check({ template: { ...TEMPLATE, demands } })).toEqual({ valid: true, issues: [] });
  expect(await check({ template: { ...TEMPLATE, demands: 5 } })).toEqual({
    valid: false,
    issues: [{ path: 'demands', message: 'Demand section must be a dictionary', line: null }],
  });
  expect(await check({ templateText: 'a: 1\nb: 2\na: 3' })).toMatchObject({ valid: false, issues: [{ line: 3 }] });
  expect(codeOf(await world.run(ValidateTemplateDocument, {}))).toBe('BAD_REQUEST');
  expect(await world.store.ids()).toEqual([]);
});
