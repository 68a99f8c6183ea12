// Plans at the door: what is refused and with which text, what is stored, and that watching a plan never waits in vain.
import { expect, test } from 'vitest';
import type { CreatePlanInput, RequestScope } from '../../src/services/index.ts';
import { createWorld, scope } from '../api/graphql/harness.ts';
import { planHead } from '../support/planted-store.ts';

const TEMPLATE = { homing_template_version: '2017-10-10' };

async function created(input: Partial<CreatePlanInput> = {}, from: RequestScope = scope) {
  const world = await createWorld();
  const { plan } = await world.services.plans.create(from, { template: TEMPLATE, ...input });
  return { head: plan.head, document: await world.store.template(plan.head.id) };
}

test.each([
  [undefined, '1'],
  ['1', '1'],
  ['007', '7'],
  ['all', 'all'],
  ['51', '50'],
  ['9'.repeat(400), '50'],
])('num_solution %s is stored as %s', async (numSolution, stored) => {
  expect((await created({ numSolution })).head.recommendMax).toBe(stored);
});

test.each(['0', '000', '', 'many', '-1', '1.5', ' 1', 'ALL', '1e3', '٣'])(
  'num_solution %j is refused with a text that says what to send',
  async (numSolution) => {
    await expect(created({ numSolution })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'num_solution must be a number from 1 in digits, or the word all.',
    });
  },
);

test.each([-1, 1.5, Number.NaN, 2 ** 31])('timeout %s is refused', async (timeout) => {
  await expect(created({ timeout })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('a timeout of 0 is kept, and none is the default', async () => {
  expect((await created({ timeout: 0 })).head.timeout).toBe(0);
  expect((await created()).head.timeout).toBe(10);
});

test.each([0, 0.05, 0.999])('a gap limit of %s is kept, and none is none', async (gapLimit) => {
  expect((await created({ gapLimit })).head.gapLimit).toBe(gapLimit);
  expect((await created()).head).not.toHaveProperty('gapLimit');
});

test.each([-0.1, 1, 5, Number.NaN, Number.POSITIVE_INFINITY])(
  'a gap limit of %s is refused with a text that says what to send',
  async (gapLimit) => {
    await expect(created({ gapLimit })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'gap limit must be a number from 0 to below 1; 0.05 means 5 %.',
    });
  },
);

test.each(['urgent', 'HIGH', ''])(
  'a priority of "%s" is refused with a text that says what to send',
  async (priority) => {
    await expect(created({ priority })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'priority must be one of high, normal, low.',
    });
  },
);

test('a plan without a name gets one, and an empty name is kept', async () => {
  expect((await created({ name: '' })).head.name).toBe('');
  const { head } = await created();
  expect(head.name).toMatch(/^id-\d$/);
  expect(head.name).not.toBe(head.id);
  await expect(created({ name: 'x'.repeat(1001) })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('the transaction id goes into the template only when the caller gave it, for text too', async () => {
  const asked = { ...scope, transactionId: 't-1' };
  expect((await created()).document.template).toEqual(TEMPLATE);
  expect((await created({}, asked)).document.template).toEqual({ ...TEMPLATE, 'transaction-id': 't-1' });
  const template = JSON.stringify(TEMPLATE);
  expect((await created({ template }, asked)).document.template).toEqual({ ...TEMPLATE, 'transaction-id': 't-1' });
});

test('a template with the name __proto__ keeps it beside the transaction id', async () => {
  const template = JSON.parse('{"__proto__": {"a": 1}}');
  const { document } = await created({ template }, { ...scope, transactionId: 't' });
  expect(JSON.stringify(document.template)).toBe('{"__proto__":{"a":1},"transaction-id":"t"}');
});

test('the limit of bytes counts text, files and multi-byte characters', async () => {
  await expect(created({ template: ' '.repeat(10_001) })).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  await expect(created({ files: { f: 'ä'.repeat(5_000) } })).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  expect((await created({ files: { f: 'a'.repeat(5_000) } })).head.status).toBe('template');
});

test('a template that is no object is invalid, files that are none are a bad request', async () => {
  await expect(created({ template: '[1]' })).rejects.toMatchObject({ code: 'TEMPLATE_INVALID' });
  await expect(created({ template: [] as never })).rejects.toMatchObject({ code: 'TEMPLATE_INVALID' });
  await expect(created({ files: [] as never })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('one key means one plan per principal, whatever the transaction id and the order of fields', async () => {
  const { plans } = (await createWorld()).services;
  const input = { template: { a: 1, b: 2 }, idempotencyKey: 'k', name: 'n' };
  const first = await plans.create({ ...scope, transactionId: 't-1' }, input);
  const again = await plans.create(
    { ...scope, requestId: 'r-2', transactionId: 't-2' },
    { ...input, template: '{"b": 2, "a": 1}', numSolution: '1', timeout: 10, files: {} },
  );
  expect(again).toEqual({ plan: first.plan, replayed: true });
  const other = await plans.create({ ...scope, principal: { name: 'other', kind: 'basic' } }, input);
  expect(other.replayed).toBe(false);
  for (const change of [
    { name: 'm' },
    { numSolution: '2' },
    { timeout: 11 },
    { files: { f: '' } },
    { template: {} },
    { gapLimit: 0.1 },
    { timeLimit: 9 },
  ]) {
    await expect(plans.create(scope, { ...input, ...change })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  }
});

test('an idempotency key that is empty or too long is refused', async () => {
  for (const idempotencyKey of ['', 'k'.repeat(256)]) {
    await expect(created({ idempotencyKey })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  }
});

test('many plans are answered in the order asked, with null for unknown and impossible ids', async () => {
  const world = await createWorld();
  for (const id of ['a', 'b']) await world.store.plant(planHead({ id }));
  const found = await world.services.plans.getMany(scope, ['b', 'x/y', 'c', 'a']);
  expect(found.map((plan) => plan?.head.id ?? null)).toEqual(['b', null, null, 'a']);
  expect(world.store.calls).toEqual(['getMany 3']);
});

test('an impossible id is not found without asking the store', async () => {
  const world = await createWorld();
  const { plans } = world.services;
  for (const id of ['', '../a', 'a\nb', 'x'.repeat(200)]) {
    expect(await plans.get(scope, id)).toBeNull();
    expect(await plans.delete(scope, id)).toBe(false);
    expect(await plans.events(scope, id, 0)).toEqual([]);
    expect(await plans.reservations(scope, id)).toEqual([]);
  }
  expect(world.store.calls).toEqual([]);
});

test('watching a plan that is not there fails at once and lets the feed go', async () => {
  const world = await createWorld();
  const changes = world.services.plans.watch(scope, { planId: 'missing', signal: new AbortController().signal });
  await expect(changes[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'PLAN_NOT_FOUND' });
  expect(world.store.watches.map((signal) => signal.aborted)).toEqual([true]);
});

test('watching ends when the signal is aborted', async () => {
  const world = await createWorld();
  const stop = new AbortController();
  const changes = world.services.plans.watch(scope, { signal: stop.signal })[Symbol.asyncIterator]();
  const pending = changes.next();
  stop.abort();
  expect(await pending).toEqual({ done: true, value: undefined });
});

test('every issue of a template is told, also those of its text', async () => {
  const { plans } = (await createWorld()).services;
  const demands = { vG: [{ inventory_provider: 'aai', inventory_type: 'cloud' }] };
  expect(await plans.validateTemplate({ ...TEMPLATE, demands })).toEqual([]);
  expect(await plans.validateTemplate({ ...TEMPLATE, demands: [] as never })).toEqual([
    { path: 'demands', message: 'Demand section must be a dictionary' },
  ]);
  expect(await plans.validateTemplate('a: 1\nb: 2\na: 3')).toEqual([
    { path: '', message: 'Template has a duplicate key on line 3: a: 3', line: 3 },
  ]);
  await expect(plans.validateTemplate(' '.repeat(10_001))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
});

test('a principal of a kind that nothing is granted to may do nothing', async () => {
  const { plans, inventory } = (await createWorld()).services;
  const stranger = { ...scope, principal: { name: 'x', kind: 'stranger' as never } };
  const refused = { code: 'FORBIDDEN' };
  await expect(plans.create(stranger, { template: {} })).rejects.toMatchObject(refused);
  await expect(plans.get(stranger, 'a')).rejects.toMatchObject(refused);
  await expect(plans.getMany(stranger, ['a'])).rejects.toMatchObject(refused);
  await expect(plans.list(stranger, { order: 'oldest-first', first: 1 })).rejects.toMatchObject(refused);
  await expect(plans.delete(stranger, 'a')).rejects.toMatchObject(refused);
  await expect(plans.solution(stranger, planHead({ id: 'a' }))).rejects.toMatchObject(refused);
  await expect(plans.events(stranger, 'a', 0)).rejects.toMatchObject(refused);
  await expect(plans.progress(stranger, 'a')).rejects.toMatchObject(refused);
  const progress = plans.watchProgress(stranger, 'a', new AbortController().signal)[Symbol.asyncIterator]();
  await expect(progress.next()).rejects.toMatchObject(refused);
  const watching = plans.watch(stranger, { signal: new AbortController().signal })[Symbol.asyncIterator]();
  await expect(watching.next()).rejects.toMatchObject(refused);
  await expect(inventory.refresh(stranger)).rejects.toMatchObject(refused);
  const input = { serviceModel: 'm', request: {}, candidateId: 'c' };
  await expect(inventory.serviceCapacity(stranger, input)).rejects.toMatchObject(refused);
});
