// Inventory without a plan: lists by cursor, freshness, refresh, and questions about capacity.
import { expect, test } from 'vitest';
import type { ReserveRequest, ServiceController } from '../../../src/domain/controller-ports.ts';
import { cloudRegion, complex } from './fake-inventory.ts';
import { codeOf, createWorld, dataOf } from './harness.ts';

test('complexes come page by page in the order of their keys, also while the list changes', async () => {
  const world = await createWorld();
  for (const id of ['c', 'a', 'e', 'b']) world.inventory.complexList.push(complex(id));
  const ask = async (after: string | null) =>
    dataOf(
      await world.run(
        'query($after: String) { complexes(first: 2, after: $after) { nodes { physicalLocationId } pageInfo { endCursor hasNextPage } } }',
        { after },
      ),
    ).complexes;
  const first = await ask(null);
  expect(first.nodes).toEqual([{ physicalLocationId: 'a' }, { physicalLocationId: 'b' }]);
  world.inventory.complexList.splice(3, 1, complex('bb'));
  const second = await ask(first.pageInfo.endCursor);
  expect(second.nodes).toEqual([{ physicalLocationId: 'bb' }, { physicalLocationId: 'c' }]);
  expect(second.pageInfo.hasNextPage).toBe(true);
  expect((await ask(second.pageInfo.endCursor)).pageInfo.hasNextPage).toBe(false);
});

test('cloud regions can be limited to one owner', async () => {
  const world = await createWorld();
  world.inventory.regionList.push(
    cloudRegion('b', '2', null),
    cloudRegion('a', '9', null),
    cloudRegion('b', '1', null),
  );
  const ids = async (args: string) =>
    dataOf(await world.run(`{ cloudRegions${args} { nodes { cloudRegionId } } }`)).cloudRegions.nodes.map(
      (region: { cloudRegionId: string }) => region.cloudRegionId,
    );
  expect(await ids('')).toEqual(['9', '1', '2']);
  expect(await ids('(cloudOwner: "b")')).toEqual(['1', '2']);
  expect(await ids('(cloudOwner: "")')).toEqual([]);
});

test('a cursor of no list is refused', async () => {
  const world = await createWorld();
  for (const after of ['', 'nonsense', 'azE6']) {
    const result = await world.run('query($after: String) { complexes(after: $after) { nodes { id } } }', { after });
    if (after === 'azE6') expect(dataOf(result).complexes.nodes).toEqual([]);
    else expect(codeOf(result)).toBe('CURSOR_INVALID');
  }
});

test('a key that is not there or empty is null, and an empty one is never sent', async () => {
  const world = await createWorld();
  const found = dataOf(
    await world.run(`{ complex(id: "x") { id } none: complex(id: "") { id } genericVnf(id: "") { id }
      serviceInstance(id: "") { id } customer(id: "") { id } cloudRegion(cloudOwner: "", cloudRegionId: "r") { id } }`),
  );
  expect(Object.values(found)).toEqual([null, null, null, null, null, null]);
  expect(world.inventory.calls).toEqual(['complexes 1']);
});

test('the state of the inventory is shown, and a refresh answers with the new one', async () => {
  const world = await createWorld();
  const before = dataOf(await world.run('{ inventoryStatus { refreshedAt stale lastError complexes } }'));
  expect(before.inventoryStatus).toEqual({ refreshedAt: null, stale: false, lastError: null, complexes: 0 });
  world.inventory.complexList.push(complex('a'));
  const after = dataOf(await world.run('mutation { refreshInventory { refreshedAt complexes } }'));
  expect(after.refreshInventory).toEqual({ refreshedAt: '1970-01-01T00:00:05.000Z', complexes: 1 });
  expect(world.inventory.refreshed).toBe(1);
});

function sdnc(asked: ReserveRequest[]): ServiceController {
  const unused = () => Promise.reject(new Error('not to be called'));
  return {
    name: 'SDN-C',
    check: unused,
    reserve: unused,
    release: unused,
    query: unused,
    async capacity(request) {
      asked.push(request);
      const resource = { name: 'port', endpointPosition: null, status: 'up', limit: 10, used: 4, available: 6 };
      return { ok: true, code: '200', message: 'fine', resources: [resource] };
    },
  };
}

test('capacity is asked of the controller named in any case, SDN-C by default', async () => {
  const asked: ReserveRequest[] = [];
  const world = await createWorld({ controllers: [sdnc(asked)] });
  const ask = (input: string) =>
    world.run(`{ serviceCapacity(input: ${input}) { ok code resources { name limit available } } }`);
  const answer = dataOf(await ask('{ serviceModel: "ADIOD", request: {a: 1}, candidateId: "c1", hostId: "h" }'));
  expect(answer.serviceCapacity).toEqual({
    ok: true,
    code: '200',
    resources: [{ name: 'port', limit: 10, available: 6 }],
  });
  dataOf(await ask('{ controller: "sdn-c", serviceModel: "ADIOD", request: {}, candidateId: "c2" }'));
  expect(asked.map((request) => request.candidates[0]?.candidate_id)).toEqual(['c1', 'c2']);
  expect(asked[0]).toMatchObject({ serviceModel: 'ADIOD', request: { a: 1 }, candidates: [{ host_id: 'h' }] });
});

test('an unknown controller, an empty candidate and a request that is no object are refused', async () => {
  const world = await createWorld({ controllers: [sdnc([])] });
  for (const input of [
    '{ controller: "other", serviceModel: "m", request: {}, candidateId: "c" }',
    '{ serviceModel: "m", request: {}, candidateId: "" }',
    '{ serviceModel: "m", request: [], candidateId: "c" }',
  ]) {
    expect(codeOf(await world.run(`{ serviceCapacity(input: ${input}) { ok } }`))).toBe('BAD_REQUEST');
  }
});

test('a moment in time is read with its offset and refused in any other form', async () => {
  const world = await createWorld();
  const ask = (at: unknown) =>
    world.run('query($at: DateTime) { plans(filter: { createdAfter: $at }) { nodes { id } } }', { at });
  expect((await ask('2026-11-22T08:30:00+02:00')).errors).toBeUndefined();
  for (const at of ['yesterday', '2026-11-22', '2026-13-22T08:30:00Z', 5, {}]) {
    expect((await ask(at)).errors?.[0]?.message).toContain('A DateTime is text such as');
  }
});
