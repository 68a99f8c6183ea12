// The table of inventory types: which are served, who is asked for which demand, in which order answers come back.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DemandRequest } from '../../../src/domain/ports.ts';
import type { Aai } from '../../../src/plugins/aai/index.ts';
import { type DemandReader, dispatch, readerTable } from '../../../src/plugins/aai/readers.ts';
import { type AaiSimulator, startAaiSimulator } from '../../sim/aai.ts';
import { isObject, type Json } from '../../sim/json.ts';
import { makeWorld } from '../../sim/world.ts';
import { aaiFor, ctx, manualClock, type Recorder, recorder, request } from './support.ts';

/** A reader whose candidates say which demand they were made for. */
function namedReader(types: DemandReader['types'], asked: string[][] = []): DemandReader {
  return {
    types,
    async resolve(requests) {
      asked.push(requests.map((item) => item.demand));
      return requests.map(({ demand }) => ({
        candidates: [{ ...BASE, candidate_id: `for ${demand}` }],
        dropped: [],
      }));
    },
  };
}
const BASE = { candidate_id: '', inventory_type: 'x', inventory_provider: 'aai', uniqueness: 'true', cost: 1 };
const ask = (demand: string, inventoryType: string): DemandRequest => request({ inventoryType }, demand);

describe('the table of readers', () => {
  it('each reader is asked once for all its demands, and every answer goes to its demand', async () => {
    const asked: string[][] = [];
    const table = readerTable([namedReader(['nssi', 'nsi'], asked), namedReader(['nst'], asked)]);
    const requests = [ask('a', 'nsi'), ask('b', 'nst'), ask('c', 'unknown'), ask('d', 'nssi')];
    const answers = await dispatch(table, requests, ctx);
    expect(asked).toEqual([['a', 'd'], ['b']]);
    expect(answers.map(({ candidates }) => candidates[0]?.candidate_id)).toEqual([
      'for a',
      'for b',
      undefined,
      'for d',
    ]);
  });

  it('two readers for one type are refused', () => {
    expect(() => readerTable([namedReader(['nst']), namedReader(['nsst', 'nst'])])).toThrow(/nst/);
  });
});

describe('the A&AI provider', () => {
  let simulator: AaiSimulator;
  let record: Recorder;
  let aai: Aai;
  beforeEach(async () => {
    record = recorder();
    const world = makeWorld({ seed: 1, regions: 3, vnfs: 4, customers: 1, roles: ['vFW', 'vDNS'] });
    simulator = await startAaiSimulator({ world });
    aai = aaiFor(simulator, record, { clock: manualClock(true), readers: [() => namedReader(['nst'])] });
  });
  afterEach(async () => {
    await aai.close();
    await simulator.stop();
  });

  it('says which inventory types it serves, added ones too', () => {
    expect([...(aai.provider.inventoryTypes ?? [])]).toEqual(['cloud', 'service', 'vfmodule', 'transport', 'nst']);
  });

  it('answers demands of its own and of added readers in one plan', async () => {
    const answers = await aai.provider.resolveDemands([ask('n', 'nst'), ask('c', 'cloud')], ctx);
    expect(answers.map(({ candidates }) => candidates.length)).toEqual([1, 3]);
  });

  it('a VNF that lost the property it was selected by is dropped in every demand that asked', async () => {
    const mutate = (body: Json): Json => {
      const list = isObject(body) ? body['generic-vnf'] : null;
      if (Array.isArray(list) && isObject(list[0])) delete list[0]['equipment-role'];
      return body;
    };
    simulator.faults.add({ match: { path: 'equipment-role' }, kind: 'wrong-types', mutate });
    const of = (serviceType: string) =>
      request({ inventoryType: 'service', serviceType, customerId: 'customer-1' }, serviceType);
    const answers = await aai.provider.resolveDemands([of('vFW'), of('vDNS')], ctx);
    expect(answers.map(({ candidates }) => candidates.length)).toEqual([1, 2]);
    for (const { dropped } of answers) expect(dropped).toMatchObject([{ reason: 'BAD_DATA equipment-role' }]);
  });
});

describe('pairs of service instances', () => {
  let simulator: AaiSimulator;
  let aai: Aai;
  beforeEach(async () => {
    simulator = await startAaiSimulator({ world: makeWorld({ seed: 1, regions: 3, vnfs: 4 }) });
    aai = aaiFor(simulator, recorder(), { clock: manualClock(true) });
  });
  afterEach(async () => {
    await aai.close();
    await simulator.stop();
  });
  const group = (id: string) => `/network/instance-groups/instance-group/${id}`;
  const pairs = async () => aai.provider.inventoryGroupPairs?.(ctx);

  it('are the groups of two with the description that says so, in one request', async () => {
    const vertex = simulator.store.get(group('pair-1'));
    const { description: _, ...other } = vertex?.object ?? {};
    simulator.store.put(group('pair-2'), { type: 'instance-group', object: { ...other, id: 'pair-2' } });
    expect(await pairs()).toEqual([['si-0001', 'si-0002']]);
    expect(simulator.calls).toHaveLength(1);
  });

  it('groups of one, of three or without readable members pair nobody', async () => {
    const link = (id: string) => ({
      'related-to': 'service-instance',
      'relationship-data': [{ 'relationship-key': 'service-instance.service-instance-id', 'relationship-value': id }],
    });
    const lists = [[link('a')], [link('a'), link('b'), link('c')], [link('a'), { 'related-to': 'service-instance' }]];
    for (const [n, relationship] of lists.entries()) {
      const object = { id: `odd-${n}`, description: 'DHV_VVIG_PAIR', 'relationship-list': { relationship } };
      simulator.store.put(group(`odd-${n}`), { type: 'instance-group', object });
    }
    expect(await pairs()).toEqual([
      ['si-0001', 'si-0002'],
      ['si-0003', 'si-0004'],
    ]);
  });

  it('no group at all is no pair; a refusal or another shape is an error that names A&AI', async () => {
    simulator.store.remove(group('pair-1'));
    simulator.store.remove(group('pair-2'));
    expect(await pairs()).toEqual([]);
    simulator.faults.add({ kind: 'status', status: 403, times: 1 });
    await expect(pairs()).rejects.toMatchObject({ message: expect.stringContaining('A&AI') });
    simulator.faults.add({ kind: 'status', status: 500, times: 9 });
    await expect(pairs()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});
