// Demand resolution gives the candidates that the reference was recorded to give for the same inventory.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemandRequest } from '../../../src/domain/ports.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { Aai } from '../../../src/plugins/aai/index.ts';
import { type FakeAai, type Item, startFakeAai } from './fake-aai.ts';
import { aaiFor, ctx, recorder, requirement } from './support.ts';

const GOLDEN = new URL('../../golden/', import.meta.url);

interface Case {
  readonly name: string;
  readonly request: { readonly template: { readonly demands: Record<string, JsonObject[]>; parameters?: JsonObject } };
  readonly translation: { readonly demands: Record<string, { readonly candidates: JsonObject[] }> } | null;
}

const read = (file: string) => JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8'));

/** The recorded plans whose demands are all of type cloud or service and were resolved. */
const cases: Case[] = readdirSync(new URL('plans/', GOLDEN))
  .filter((file) => file.endsWith('.json'))
  .map((file) => read(`plans/${file}`) as Case)
  .filter((item) => item.translation && isOurs(item));

function isOurs({ request, translation }: Case): boolean {
  const { demands } = request.template;
  return Object.keys(translation?.demands ?? {}).every((name) =>
    (demands[name] ?? []).every(
      (r) => (r.inventory_type === 'cloud' || r.inventory_type === 'service') && !r.candidates,
    ),
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
  let fake: FakeAai;
  let aai: Aai;
  beforeAll(async () => {
    const world = read('world.json') as { aai: Record<string, Item> };
    fake = await startFakeAai(Object.entries(world.aai));
    aai = aaiFor(fake, recorder());
  });
  afterAll(async () => {
    await aai.close();
    await fake.close();
  });

  it('are there in good number', () => expect(cases.length).toBeGreaterThan(80));

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
});
