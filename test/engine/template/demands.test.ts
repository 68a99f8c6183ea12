// Demands and requirements: every rule with its text, the forms that OSDF sends, and what the requirement becomes.
import { describe, expect, test } from 'vitest';
import { INVENTORY_TYPES } from '../../../src/domain/candidate.ts';
import { pythonRepr } from '../../../src/engine/template/python-text.ts';
import type { JsonValue } from '../../../src/lib/json.ts';
import { CLOUD, messagesOf, parsed, requirement, SERVICE } from './support.ts';

const first = (changes: Record<string, unknown>) => parsed(changes).demands[0]?.requirements[0];

describe('rules', () => {
  test.each([
    ['an unknown key', requirement({ foo: 1 }), 'Demand vG has an invalid key foo'],
    [
      'the old name of the filters',
      requirement({ attributes: {} }),
      'Demand vG has an invalid key attributes (it is called filtering_attributes)',
    ],
    ['no provider', requirement({ inventory_provider: undefined }), 'Inventory provider not specified in demand vG'],
    ['an empty provider', requirement({ inventory_provider: '' }), 'Inventory provider not specified in demand vG'],
    [
      'an unknown provider',
      requirement({ inventory_provider: 'zzz' }),
      'Unsupported inventory provider zzz in demand vG',
    ],
    ['no type', requirement({ inventory_type: undefined }), 'Inventory type not specified for demand vG'],
    [
      'an unknown type',
      requirement({ inventory_type: 'CLOUD' }),
      'Unknown inventory type CLOUD specified for demand vG',
    ],
    [
      'a service without customer',
      requirement({ ...SERVICE, customer_id: undefined }),
      'Customer ID not specified for demand vG',
    ],
    [
      'a service whose filters have no customer',
      requirement({ ...SERVICE, filtering_attributes: { 'equipment-role': 'x' } }),
      'Customer ID not specified for demand vG',
    ],
    [
      'a service without role',
      requirement({ ...SERVICE, service_type: '' }),
      'Service Type not specified for demand vG',
    ],
    [
      'an id required and excluded',
      requirement({
        required_candidates: [{ inventory_type: 'cloud', candidate_id: ['a', 'b'] }],
        excluded_candidates: [{ inventory_type: 'vimId', candidate_id: ['b'] }],
      }),
      'Required candidate list and excluded candidate list are not mutually exclusive for demand vG',
    ],
    ['no requirement', { demands: { vG: [] } }, 'Unable to find any candidate for demand vG'],
    ['no list', { demands: { vG: CLOUD } }, 'Requirements of demand vG must be provided in list form'],
    ['a text as requirement', { demands: { vG: ['x'] } }, 'Requirement of demand vG is not a dictionary'],
    [
      'filters of another type',
      requirement({ filtering_attributes: [1] }),
      'Demand vG has an invalid value [1] for key filtering_attributes',
    ],
    ['a region that is no text', requirement({ region: ['x'] }), "Demand vG has an invalid value ['x'] for key region"],
    [
      'a cost that is no number',
      requirement({ default_cost: 'x' }),
      'Demand vG has an invalid value x for key default_cost',
    ],
    [
      'a candidate list without ids',
      requirement({ excluded_candidates: [{ inventory_type: 'cloud' }] }),
      'Demand vG has an invalid candidate list in excluded_candidates: inventory_type and a list of candidate_id are needed',
    ],
    ...[{ foo: 1 }, { get_candidate_attribute: 5 }, { get_candidate_attribute: 'a', b: 1 }, 5, null, ['a']].map(
      (element): [string, Record<string, unknown>, string] => [
        `a conflict identifier with ${JSON.stringify(element)}`,
        requirement({ conflict_identifier: ['a', element] }),
        `Demand vG has an invalid element ${pythonRepr(element as JsonValue)} in conflict_identifier: a text or {'get_candidate_attribute': field} is needed`,
      ],
    ),
    [
      'a conflict identifier that is no list',
      requirement({ conflict_identifier: 'a' }),
      'Demand vG has an invalid value a for key conflict_identifier',
    ],
    [
      'an existing placement of another form',
      requirement({ existing_placement: { candidate_id: 5 } }),
      "Demand vG has an invalid value {'candidate_id': 5} for key existing_placement",
    ],
  ] as [string, Record<string, unknown>, string][])('%s', (_name, changes, message) => {
    expect(messagesOf(changes)).toEqual([message]);
  });

  test('several broken requirements are all reported, with their places', () => {
    const demands = { vG: [{}, { ...CLOUD, foo: 1 }] };
    expect(messagesOf({ demands })).toEqual([
      'Inventory provider not specified in demand vG',
      'Inventory type not specified for demand vG',
      'Demand vG has an invalid key foo',
    ]);
  });
});

describe('explicit candidates', () => {
  const withCandidates = (candidates: unknown, others: object = {}) => ({
    demands: { vG: [{ candidates, ...others }] },
  });

  test.each([
    [withCandidates(['x']), 'Candidate found in demand vG that is not a dictionary'],
    [
      withCandidates([{ candidate_id: 'x', inventory_type: 'cloud', foo: 1 }]),
      'Candidate with invalid key foo found in demand vG',
    ],
    [withCandidates([{ inventory_type: 'cloud' }]), 'Candidate without candidate_id found in demand vG'],
    [withCandidates([{ candidate_id: 'x' }]), 'Inventory type not specified for demand vG'],
    [
      withCandidates([{ candidate_id: 'x', inventory_type: 'cloud', cost: 'x' }]),
      'Candidate with invalid cost x found in demand vG',
    ],
    [withCandidates([], { inventory_provider: 'zzz' }), 'Unsupported inventory provider zzz in demand vG'],
    [withCandidates({}), 'Demand vG has an invalid value {} for key candidates'],
  ])('%j', (changes, message) => {
    expect(messagesOf(changes)).toEqual([message]);
  });

  test('may have the fields of found ones and need neither provider nor type beside them', () => {
    const candidate = {
      candidate_id: 'x',
      inventory_type: 'nssi',
      latitude: '1',
      longitude: 2,
      country: 'FRA',
      'vim-id': 'o_r',
    };
    expect(first(withCandidates([candidate]))).toMatchObject({
      candidates: [candidate],
      inventoryProvider: 'aai',
      inventoryType: null,
    });
  });
});

test.each(['nssi', 'nsi', 'slice_profiles', 'nst', 'nsst'])(
  'explicit %s candidates may have any profile field',
  (type) => {
    const candidate = { candidate_id: 'x', inventory_type: type, uLThpt_difference: 3, maxNumberofUEs: 9 };
    expect(first({ demands: { vG: [{ candidates: [candidate] }] } })?.candidates).toEqual([candidate]);
  },
);

describe('forms that clients send', () => {
  test('a full requirement', () => {
    expect(
      first(
        requirement({
          ...SERVICE,
          service_resource_id: '',
          unique: 'True',
          region: 'r1',
          complex: 'c1',
          filtering_attributes: { 'global-customer-id': 'c', a: { any: ['x'] }, b: { not: ['y'] } },
          passthrough_attributes: { 'td-role': 'anchor' },
          default_attributes: { x: 1 },
          excluded_candidates: [{ inventory_type: 'serviceInstanceId', candidate_id: ['s-1'] }],
          required_candidates: [{ inventory_type: 'vimId', candidate_id: 'TXAUS219' }],
          existing_placement: { candidate_id: 'e-1' },
          conflict_identifier: ['text', { get_candidate_attribute: 'candidate_id' }],
          vlan_key: 'v',
          port_key: 7,
          default_cost: '3',
          flavor: 'ignored',
        }),
      ),
    ).toEqual({
      candidates: null,
      inventoryProvider: 'aai',
      inventoryType: 'service',
      filteringAttributes: { 'global-customer-id': 'c', a: { any: ['x'] }, b: { not: ['y'] } },
      passthroughAttributes: { 'td-role': 'anchor' },
      defaultAttributes: { x: 1 },
      unique: 'True',
      region: 'r1',
      complex: 'c1',
      requiredCandidates: [{ inventory_type: 'vimId', candidate_id: ['TXAUS219'] }],
      excludedCandidates: [{ inventory_type: 'serviceInstanceId', candidate_id: ['s-1'] }],
      existingPlacement: 'e-1',
      conflictIdentifier: ['text', { get_candidate_attribute: 'candidate_id' }],
      customerId: 'customer-1',
      serviceType: 'vGMux',
      serviceResourceId: '',
      serviceSubscription: null,
      vlanKey: 'v',
      portKey: '7',
      defaultCost: 3,
    });
  });

  test.each([
    [undefined, 'true'],
    [null, 'true'],
    ['false', 'false'],
    ['True', 'True'],
    [true, 'True'],
    [false, 'False'],
  ])('unique %j is %s: only the text true means unique', (unique, text) => {
    expect(first(requirement({ unique }))?.unique).toBe(text);
  });

  test.each(INVENTORY_TYPES)('type %s is accepted', (type) => {
    const inventory_type = type;
    expect(first(requirement({ ...SERVICE, inventory_type }))?.inventoryType).toBe(type);
  });

  test.each([[[]], [null], [undefined]])('conflict identifier %j locks nothing', (conflict_identifier) => {
    expect(first(requirement({ conflict_identifier }))?.conflictIdentifier).toBeNull();
  });

  test('demands keep their order', () => {
    const demands = { zz: [CLOUD], aa: [CLOUD], mm: [CLOUD, SERVICE] };
    expect(parsed({ demands }).demands.map((demand) => [demand.name, demand.requirements.length])).toEqual([
      ['zz', 1],
      ['aa', 1],
      ['mm', 2],
    ]);
  });
});
