// Demand resolution gives the candidates that the reference was recorded to give for the same inventory.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemandRequest } from '../../../src/domain/ports.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { Aai } from '../../../src/plugins/aai/index.ts';
import { type AaiSimulator, startAaiSimulator } from '../../sim/aai.ts';
import { loadWorld } from '../../sim/load-world.ts';
import { aaiFor, ctx, recorder, requirement } from './support.ts';

const GOLDEN = new URL('../../golden/', import.meta.url);

interface Case {
  readonly name: string;
  readonly request: { readonly template: { readonly demands: Record<string, JsonObject[]>; parameters?: JsonObject } };
  readonly translation: { readonly demands: Record<string, { readonly candidates: JsonObject[] }> } | null;
}

const read = (file: string) => JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8'));

const TYPES = new Set(['cloud', 'service', 'vfmodule']);

/** The recorded plans whose demands are all of the types that this plugin reads itself, and were resolved. */
const cases: Case[] = readdirSync(new URL('plans/', GOLDEN))
  .filter((file) => file.endsWith('.json'))
  .map((file) => read(`plans/${file}`) as Case)
  .filter((item) => item.translation && isOurs(item));

function isOurs({ request, translation }: Case): boolean {
  const { demands } = request.template;
  return Object.keys(translation?.demands ?? {}).every((name) =>
    (demands[name] ?? []).every((r) => TYPES.has(String(r.inventory_type).toLowerCase()) && !r.candidates),
  );
}

/** `{get_param: name}` replaced, as the translator does before it asks the inventory. */
function resolveParams(value: unknown, parameters: JsonObject): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveParams(item, parameters));
  if (typeof value !== 'object' || value === null) return value;
  if ('get_param' in value) return parameters[String(value.get_param)];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveParams(item, parameters)]));
}

function toRequest(demand: string, raw: JsonObject): DemandRequest {
  const get = <T>(key: string) => (raw[key] ?? null) as T | null;
  return {
    planId: 'plan',
    demand,
    flavors: false,
    requirement: requirement({
      inventoryType: String(raw.inventory_type).toLowerCase(),
      filteringAttributes: get('filtering_attributes'),
      passthroughAttributes: get('passthrough_attributes'),
      unique: get('unique') ?? 'true',
      region: get('region'),
      complex: get('complex'),
      requiredCandidates: get('required_candidates') ?? [],
      excludedCandidates: get('excluded_candidates') ?? [],
      existingPlacement: get<{ candidate_id: string }>('existing_placement')?.candidate_id ?? null,
      conflictIdentifier: get('conflict_identifier'),
      customerId: get('customer_id'),
      serviceType: get('service_type'),
      serviceResourceId: get('service_resource_id'),
      serviceSubscription: get('service_subscription'),
      vlanKey: get('vlan_key'),
      portKey: get('port_key'),
    }),
  };
}

/** Solver and reservation bookkeeping, and flavors, are not the inventory's. */
const BOOKKEEPING = new Set([
  'node_id',
  'name',
  'constraints',
  'status',
  'flavors',
  'flavor_map',
  'all_directives',
  'hpa_score',
  'request',
]);
const facts = (candidate: object) => Object.entries(candidate).filter(([key]) => !BOOKKEEPING.has(key));

describe('recorded plans', () => {
  let simulator: AaiSimulator;
  let aai: Aai;
  beforeAll(async () => {
    simulator = await startAaiSimulator({ world: loadWorld(read('world.json')) });
    aai = aaiFor(simulator, recorder());
  });
  afterAll(async () => {
    await aai.close();
    await simulator.stop();
  });

  it('are there in good number', () => expect(cases.length).toBeGreaterThan(130));

  it.each(cases.map((item) => [item.name, item] as const))(
    '%s: same candidates, fields and order',
    async (_name, item) => {
      const { parameters = {}, demands } = item.request.template;
      const resolved = resolveParams(demands, parameters) as Record<string, JsonObject[]>;
      const requests = Object.entries(resolved).flatMap(([name, list]) => list.map((raw) => toRequest(name, raw)));
      const answers = await aai.provider.resolveDemands(requests, ctx);
      for (const [name, recorded] of Object.entries(item.translation?.demands ?? {})) {
        const ours = answers.filter((_, i) => requests[i]?.demand === name).flatMap((answer) => answer.candidates);
        expect(ours.map(facts)).toEqual(recorded.candidates.map(facts));
      }
    },
  );

  /** Requests of a recorded plan, whether or not the reference could answer it. */
  function requestsOf(name: string, flavors = false): DemandRequest[] {
    const { demands } = (read(`plans/${name}.json`) as Case).request.template;
    return Object.entries(demands).flatMap(([demand, list]) =>
      list.map((raw) => ({ ...toRequest(demand, raw), flavors })),
    );
  }

  it('transport_basic, where the reference crashed: the line in its zone', async () => {
    const [answer] = await aai.provider.resolveDemands(requestsOf('transport_basic'), ctx);
    expect(answer?.candidates).toMatchObject([
      { candidate_id: 'tr-1', inventory_type: 'transport', zone_id: 'zone-1', physical_location_id: 'NYCMNY54' },
    ]);
  });

  it('conflict_identifier, where the reference crashed: every region has its conflict id', async () => {
    const [answer] = await aai.provider.resolveDemands(requestsOf('conflict_identifier'), ctx);
    expect(answer?.candidates.length).toBeGreaterThan(5);
    for (const candidate of answer?.candidates ?? []) {
      expect(candidate.conflict_id).toBe(`e2e|${candidate.candidate_id}|`);
    }
  });

  it('hpa_mandatory: every region brings the flavors that its world has, whole', async () => {
    const world = read('world.json') as { aai: Record<string, { type: string; object: JsonObject }> };
    const [answer] = await aai.provider.resolveDemands(requestsOf('hpa_mandatory', true), ctx);
    const flavors = Object.entries(world.aai).filter(([, entry]) => entry.type === 'flavor');
    let seen = 0;
    for (const { cloud_owner, candidate_id, flavors: document } of answer?.candidates ?? []) {
      const inside = `/cloud-infrastructure/cloud-regions/cloud-region/${cloud_owner}/${candidate_id}/`;
      const expected = flavors.filter(([uri]) => uri.startsWith(inside)).map(([, { object }]) => object);
      const found = (document as { flavor: JsonObject[] } | null)?.flavor ?? [];
      expect(found).toEqual(expect.arrayContaining(expected));
      expect(found).toHaveLength(expected.length);
      seen += found.length;
    }
    expect(seen).toBe(29);
  });

  it('c_invgroup: the pairs of its world, without the group of one', async () => {
    expect(await aai.provider.inventoryGroupPairs?.(ctx)).toEqual([
      ['svc-0001', 'svc-0006'],
      ['svc-0003', 'svc-0008'],
      ['svc-0002', 'svc-0007'],
    ]);
  });
});
