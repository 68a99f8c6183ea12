// Bad data from A&AI: one object with a missing, null, mistyped or surplus field costs at most the candidates that rest on it;
// an answer that is of another shape as a whole fails the plan with an error that names A&AI, never "nothing found".
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/domain/candidate.ts';
import type { DemandResolution } from '../../../src/domain/ports.ts';
import { type AaiSimulator, startAaiSimulator } from '../../sim/aai.ts';
import { isObject, type Json, type JsonObject } from '../../sim/json.ts';
import { makeWorld } from '../../sim/world.ts';
import { aaiFor, ctx, manualClock, recorder, request } from './support.ts';

const world = makeWorld({ seed: 9, regions: 6, vnfs: 8, customers: 1, roles: ['vFW'], flavors: 2, transports: 5 });
const TRANSPORT = { 'customer-id': 'customer-1', 'service-type': 'transport', 'service-role': 'MPLS' };
const REQUESTS = [
  request({}, 'cloud', true),
  request({ inventoryType: 'service', serviceType: 'vFW', customerId: 'customer-1' }, 'service'),
  request({ inventoryType: 'vfmodule', serviceType: 'vFW', customerId: 'customer-1' }, 'vfmodule'),
  request(
    { inventoryType: 'transport', serviceSubscription: 'transport', filteringAttributes: TRANSPORT },
    'transport',
  ),
];

let simulator: AaiSimulator;
beforeAll(async () => {
  simulator = await startAaiSimulator({ world });
});
afterEach(() => simulator.faults.clear());
afterAll(() => simulator.stop());

/** A plan with demands of all types on an instance that knows nothing yet. */
async function resolveAll(requests = REQUESTS): Promise<readonly DemandResolution[]> {
  const aai = aaiFor(simulator, recorder(), { clock: manualClock(true), version: 'v32' });
  try {
    return await aai.provider.resolveDemands(requests, ctx);
  } finally {
    await aai.close();
  }
}

/** Each kind of read, by its path. */
const READS: readonly (readonly [name: string, path: RegExp])[] = [
  ['cloud regions', /cloud-regions\?/],
  ['complexes', /complexes\?/],
  ['VNFs', /generic-vnfs\?equipment-role/],
  ['VNFs with modules', /generic-vnfs\?vnf-id/],
  ['vservers', /vservers\?/],
  ['hosts', /pservers\?/],
  ['flavors', /\/dsl/],
  ['transport lines', /service-instances\?service-type/],
  ['zones', /zones\?/],
];

/** The objects of an answer, in either of its list forms. */
function itemsOf(body: Json): readonly JsonObject[] {
  if (!isObject(body)) return [];
  const { results } = body;
  if (Array.isArray(results)) {
    return results.flatMap((item) => Object.values(isObject(item) ? item : {}).filter(isObject));
  }
  return Object.values(body).flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []));
}

/** Ids of whatever the object is and is in; a candidate that names one of them rests on it. */
function idsOf(object: JsonObject): readonly string[] {
  const keys = 'cloud-region-id physical-location-id vnf-id vserver-id hostname flavor-id service-instance-id zone-id';
  return keys.split(' ').flatMap((key) => (typeof object[key] === 'string' ? [object[key]] : []));
}

/** Every text within the candidate, with what this world derives from it: its VNF, host and flavors. */
function restsOn(candidate: Candidate, ids: readonly string[]): boolean {
  const serial = /\d{4}/.exec(String(candidate.candidate_id))?.[0];
  const region = String(candidate.location_id);
  const within = `${JSON.stringify(candidate)} vs-vnf-${serial} vs-vnf-${serial}-2 vnf-${serial} ps-${region} si-${serial}`;
  return ids.some((id) => within.includes(id));
}

const field = fc.nat(40);
const odd = fc.oneof(
  fc.constantFrom<Json | undefined>(undefined, null, '', 0, -1, 1e308, true, [], {}),
  fc.constantFrom<Json>(
    'text',
    [null],
    [[]],
    ['x'],
    { relationship: 7 },
    { relationship: [null, 7, {}] },
    { 'vf-module': 7 },
  ),
);

describe('one bad object', () => {
  it.each(READS)('among %s costs only candidates that rest on it', async (_name, path) => {
    const sound = await resolveAll();
    let kept = 0;
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(20), field, odd, async (at, fieldAt, value) => {
        const spoilt: string[] = [];
        const mutate = (body: Json): Json => {
          const items = itemsOf(body);
          const item = items[at % items.length];
          if (!item || items.length < 2) return body;
          spoilt.push(...idsOf(item));
          const names = [...Object.keys(item), 'surplus'];
          const name = names[fieldAt % names.length] ?? 'surplus';
          if (value === undefined) delete item[name];
          else item[name] = value;
          return body;
        };
        simulator.faults.clear();
        simulator.faults.add({ match: { path }, kind: 'wrong-types', mutate });
        const answers = await resolveAll();
        expect(simulator.faults.hits).toBeGreaterThan(0);
        for (const [i, { candidates }] of sound.entries()) {
          const now = answers[i]?.candidates ?? [];
          const untouched = candidates.filter((candidate) => !restsOn(candidate, spoilt));
          expect(now).toEqual(expect.arrayContaining(untouched));
          kept += untouched.length;
          lost += candidates.length - now.length;
          for (const { reason } of answers[i]?.dropped ?? []) expect(reason).not.toBe('');
        }
      }),
      { numRuns: 30, seed: 11 },
    );
    // The property says something only when there was something to lose.
    expect(kept).toBeGreaterThan(300);
    expect(lost).toBeLessThan(kept / 3);
  });

  it('surplus fields of any kind change nothing', async () => {
    const sound = await resolveAll();
    const mutate = (body: Json): Json => {
      for (const item of itemsOf(body))
        Object.assign(item, { surplus: { deep: [1, null] }, constructor: 'x', toString: 7 });
      return body;
    };
    simulator.faults.add({
      match: { path: /complexes|cloud-regions\?|vservers|pservers|zones/ },
      kind: 'wrong-types',
      mutate,
    });
    expect(await resolveAll()).toEqual(sound);
  });

  it.each([
    ['cloud', /complexes\?/, 'latitude', { deep: 1 }, 'BAD_DATA latitude'],
    ['cloud', /cloud-regions\?/, 'cloud-region-version', [], 'BAD_DATA cloud-region-version'],
    ['service', /generic-vnfs\?equipment-role/, 'vnf-name', null, 'BAD_DATA vnf-name'],
    ['vfmodule', /generic-vnfs\?equipment-role/, 'vnf-id', {}, 'BAD_DATA vnf-id'],
    ['transport', /service-instances\?service-type/, 'service-instance-id', 7.5, null],
    ['transport', /service-instances\?service-type/, 'service-instance-id', false, null],
    ['transport', /service-instances\?service-type/, 'service-instance-id', null, 'BAD_DATA service-instance-id'],
  ])('%s: the reason says which field is bad (%s %s)', async (demand, path, name, value, reason) => {
    const mutate = (body: Json): Json => {
      const [item] = itemsOf(body);
      if (item) item[name] = value as Json;
      return body;
    };
    simulator.faults.add({ match: { path }, kind: 'wrong-types', mutate });
    const [answer] = await resolveAll(REQUESTS.filter((item) => item.demand === demand));
    const reasons = answer?.dropped.map((item) => item.reason) ?? [];
    // Numbers and booleans where text belongs are taken as their text.
    expect(reasons).toEqual(reason === null ? [] : expect.arrayContaining([reason]));
    expect(answer?.candidates.length).toBeGreaterThan(0);
  });
});

describe('an answer of another shape', () => {
  const SHAPES: readonly Json[] = [
    [],
    7,
    'text',
    {},
    { message: 'hello' },
    { results: 7 },
    { results: [7, null] },
    { 'generic-vnf': 7, complex: 'x', 'cloud-region': true, vserver: 0, pserver: 'x', zone: 1, 'service-instance': '' },
    { 'generic-vnf': [7], complex: ['x'], 'cloud-region': [null], vserver: [[]], pserver: [0], zone: [1] },
  ];
  it.each(READS)('of %s fails the plan and names A&AI', async (_name, path) => {
    for (const shape of SHAPES) {
      simulator.faults.clear();
      simulator.faults.add({ match: { path }, kind: 'wrong-types', mutate: () => structuredClone(shape) });
      await expect(resolveAll(), JSON.stringify(shape)).rejects.toMatchObject({
        code: 'UPSTREAM_BAD_DATA',
        message: expect.stringContaining('A&AI'),
      });
    }
  });

  it('to every question, with values of other types throughout, fails demands and lookups alike', async () => {
    simulator.faults.add({ kind: 'wrong-types' });
    const aai = aaiFor(simulator, recorder(), { clock: manualClock(true), version: 'v32' });
    const { provider } = aai;
    const shape = { message: expect.stringMatching(/^A&AI sent an answer of another shape/) };
    for (const item of REQUESTS) await expect(provider.resolveDemands([item], ctx)).rejects.toMatchObject(shape);
    await expect(provider.resolveHostName?.('ucpe-0001', ctx)).rejects.toMatchObject(shape);
    await expect(provider.resolveClliCode?.('CHIUS01', ctx)).rejects.toMatchObject(shape);
    await expect(provider.networkRoleRegions?.(['internet'], ctx)).rejects.toMatchObject(shape);
    await expect(provider.replicationRoles?.(['vfw-0001'], ctx)).rejects.toMatchObject(shape);
    await expect(provider.inventoryGroupPairs?.(ctx)).rejects.toMatchObject(shape);
    await aai.close();
  });

  it('of one host, or one VNF by its role, is no "nothing found" either', async () => {
    const one = await startAaiSimulator({
      world: makeWorld({ seed: 4, regions: 1, vnfs: 1, customers: 1, roles: ['vFW'], hosts: 0 }),
      refuse: ['multi-get', 'query', 'dsl', 'format'],
    });
    try {
      for (const path of [/generic-vnfs\?/, /pservers/, /complex/]) {
        one.faults.clear();
        one.faults.add({ match: { path }, kind: 'wrong-types', mutate: () => ({ unknown: 1 }) });
        const aai = aaiFor(one, recorder(), { clock: manualClock(true), strategies: 'single' });
        const service = request({ inventoryType: 'service', serviceType: 'vFW', customerId: 'customer-1' });
        await expect(aai.provider.resolveDemands([service], ctx)).rejects.toMatchObject({
          code: 'UPSTREAM_BAD_DATA',
          message: expect.stringContaining('A&AI'),
        });
        await aai.close();
      }
    } finally {
      await one.stop();
    }
  });
});

describe('a list of which every object has a field of another type', () => {
  const VNFS = /generic-vnfs\?equipment-role/;
  const all = (name: string, value: Json) => (body: Json) => {
    for (const item of itemsOf(body)) item[name] = structuredClone(value);
    return body;
  };
  const only = (demand: string) => REQUESTS.filter((item) => item.demand === demand);

  it.each<[string, RegExp, string, Json]>([
    ['cloud', /cloud-regions\?/, 'cloud-region-version', [1]],
    ['cloud', /complexes\?/, 'latitude', { degrees: 1 }],
    ['service', VNFS, 'vnf-id', { id: 'v' }],
    ['service', VNFS, 'vnf-name', ['v']],
    ['service', VNFS, 'relationship-list', 7],
    ['service', VNFS, 'relationship-list', { relationship: 'none' }],
    ['service', VNFS, 'relationship-list', { relationship: { '0': { 'related-to': 'vserver' } } }],
    ['service', /vservers\?/, 'relationship-list', { relationship: [7] }],
    ['service', /pservers\?/, 'relationship-list', 'text'],
    ['vfmodule', VNFS, 'relationship-list', []],
    ['transport', /zones\?/, 'relationship-list', { relationship: 7 }],
    ['transport', /service-instances\?service-type/, 'relationship-list', 7],
  ])(
    'leaves no candidate of type %s: the plan fails, naming A&AI and the field (%s %s)',
    async (demand, path, name, value) => {
      simulator.faults.add({ match: { path }, kind: 'wrong-types', mutate: all(name, value) });
      await expect(resolveAll(only(demand))).rejects.toMatchObject({
        code: 'UPSTREAM_BAD_DATA',
        message: `A&AI sent an object whose ${name} is of another type than it must be.`,
      });
    },
  );

  it.each<[string, RegExp, string, Json]>([
    ['service', VNFS, 'vnf-name', null],
    ['service', VNFS, 'relationship-list', null],
    ['service', VNFS, 'relationship-list', {}],
    ['service', VNFS, 'relationship-list', { relationship: [] }],
    ['cloud', /complexes\?/, 'latitude', 'unknown'],
  ])('or that lacks it, is an inventory in which nothing is found (%s %s)', async (demand, path, name, value) => {
    simulator.faults.add({ match: { path }, kind: 'wrong-types', mutate: all(name, value) });
    const [answer] = await resolveAll(only(demand));
    expect(answer?.candidates).toEqual([]);
    expect(answer?.dropped.length).toBeGreaterThan(0);
  });
});
