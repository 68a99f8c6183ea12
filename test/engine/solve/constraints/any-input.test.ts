// Whatever an inventory or a template holds, no constraint type throws: bad templates are issues, bad candidates are verdicts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../../src/domain/candidate.ts';
import { attribute } from '../../../../src/engine/solve/constraints/attribute.ts';
import { constraintTypes } from '../../../../src/engine/solve/constraints/index.ts';
import type { JsonObject } from '../../../../src/lib/json.ts';
import { checkContext, controller, place, provider } from '../support.ts';
import { entry, need } from './hpa-samples.ts';

const REQUEST = { vCPU: 1, Memory: { quantity: 1, unit: 'GB' }, Storage: { quantity: 1, unit: 'GB' } };

/** One sound set of properties a type. */
const SOUND: Readonly<Record<string, JsonObject>> = {
  distance_to_location: { location: 'here', distance: { operator: '<', value: 100, units: 'km' } },
  distance_between_demands: { distance: { operator: '<', value: 100, units: 'km' } },
  zone: { qualifier: 'same', category: 'country', location: 'here' },
  attribute: {
    evaluate: {
      country: { any: ['USA'] },
      'cloud-region': { 'cloud-requests': ['r'] },
      network_roles: { all: ['role'] },
      replication_role: 'primary',
    },
  },
  hpa: { evaluate: [entry('vm', need('numa', [['nodes', '>=', '2']]))] },
  inventory_group: { pairs: [['a', 'b']] },
  vim_fit: { controller: 'multicloud', request: REQUEST },
  instance_fit: { controller: 'SDN-C', request: {} },
  region_fit: { controller: 'SDN-C', request: {} },
  threshold: { evaluate: [{ attribute: 'country', operator: 'lte', threshold: 5 }] },
};

/** JSON with the names that trip careless code. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    JSON.parse('{"toString": 1, "valueOf": 2}'),
    JSON.parse('{"__proto__": {"x": 1}}'),
    1e308,
    '1e400',
    '',
  ),
);

const FIELDS = [
  'location_id',
  'vim-id',
  'complex_name',
  'country',
  'latitude',
  'longitude',
  'host_id',
  'flavors',
  'hpa_score',
  'flavor_map',
  'all_directives',
];

const wildCandidate = fc
  .tuple(
    fc.constantFrom('cloud', 'service', 'vfmodule', 'nssi'),
    fc.dictionary(fc.constantFrom(...FIELDS), odd),
    fc.constantFrom('a', 'b', '__proto__', ''),
  )
  .map(([type, fields, id]): Candidate => {
    const base = { candidate_id: id, inventory_type: type, inventory_provider: 'aai', uniqueness: 'true', cost: 1 };
    return { ...fields, ...base } as Candidate;
  });

function context(partners: number) {
  return checkContext({
    partners,
    locations: new Map([['here', place('here', 1, 1, 'USA')]]),
    providers: [
      provider({
        networkRoleRegions: async (roles) => new Map(roles.map((role) => [role, new Set(['r'])])),
        replicationRoles: async (hosts) => new Map(hosts.map((host) => [host, 'PRIMARY'])),
      }),
    ],
    controllers: [controller('SDN-C', async ({ candidates }) => candidates.map(() => ({ kind: 'fit' })))],
    vims: [{ name: 'MultiCloud', withCapacity: async (_request, vimIds) => new Set(vimIds.slice(1)) }],
  });
}

describe.each(Object.entries(SOUND))('%s', (name, properties) => {
  const type = constraintTypes.get(name);
  if (!type) throw new Error(`${name} is not registered`);

  it('gives each candidate a verdict, whatever its fields hold, and words on the refused ones', async () => {
    const params = type.parse(properties);
    expect(Array.isArray(params)).toBe(false);
    await fc.assert(
      fc.asyncProperty(fc.array(wildCandidate, { maxLength: 6 }), fc.nat(1), async (candidates, partners) => {
        const verdicts = await type.check(context(partners), params, candidates);
        expect(verdicts).toHaveLength(candidates.length);
        const refused = verdicts.flatMap((verdict) => (verdict.kind === 'reject' ? [verdict] : []));
        expect(verdicts.every(({ kind }) => kind !== 'error')).toBe(true);
        const words = type.summarize?.(params, refused) ?? null;
        expect(words === null || typeof words === 'string').toBe(true);
        type.pair?.encode(params, candidates, () => 0);
      }),
      { numRuns: 100 },
    );
  });

  it('reads any properties or says what is wrong with them', () => {
    const spoilt = fc.oneof(
      fc.dictionary(fc.string(), odd),
      fc
        .tuple(fc.constantFrom(...Object.keys(properties)), odd)
        .map(([key, value]) => ({ ...properties, [key]: value })),
      fc.array(odd, { maxLength: 3 }).map((list) => ({ ...properties, evaluate: list, pairs: list })),
      fc
        .dictionary(fc.constantFrom('id', 'type', 'directives', 'flavorProperties', 'attribute', 'operator'), odd)
        .map((one) => ({ ...properties, evaluate: [one] })),
      fc
        .dictionary(fc.constantFrom('hpa-feature', 'mandatory', 'score', 'directives', 'hpa-feature-attributes'), odd)
        .map((feature) => ({ evaluate: [{ ...entry('vm'), flavorProperties: [feature] }] })),
    );
    fc.assert(
      fc.property(spoilt, (given) => {
        const params = type.parse(given as JsonObject);
        expect(typeof params === 'object' && params !== null).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

it('attribute judges with whatever rules it could read', async () => {
  const rules = fc.oneof(
    fc.dictionary(fc.constantFrom('country', 'network_roles', 'cloud-region', 'replication_role'), odd),
    fc.array(odd, { minLength: 1, maxLength: 3 }).map((any) => ({ country: { any }, network_roles: { any } })),
  );
  await fc.assert(
    fc.asyncProperty(rules, wildCandidate, async (evaluate, one) => {
      const params = attribute.parse({ evaluate } as JsonObject);
      if (Array.isArray(params)) return;
      expect(await attribute.check(context(1), params as never, [one])).toHaveLength(1);
    }),
  );
});
