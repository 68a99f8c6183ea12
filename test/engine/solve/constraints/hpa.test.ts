import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../../src/domain/candidate.ts';
import type { Metrics } from '../../../../src/domain/ports.ts';
import { hpa } from '../../../../src/engine/solve/constraints/hpa.ts';
import type { JsonObject, JsonValue } from '../../../../src/lib/json.ts';
import { candidate, checkContext, judge, parsed, words } from '../support.ts';
import { capability, entry, flavor, flavorDirective, need, optional, region } from './hpa-samples.ts';

const BASIC = 'basicCapabilities';
const small = flavor(
  'small',
  capability(BASIC, { numVirtualCpu: '2', virtualMemSize: '{"value": "2048", "unit": "MB"}' }),
);
const big = flavor(
  'big',
  capability(BASIC, { numVirtualCpu: '16', virtualMemSize: '{"value": "32", "unit": "GB"}' }),
  capability('numa', { numaNodes: '2' }),
);
const pinned = flavor(
  'pinned',
  capability(BASIC, { numVirtualCpu: '16', virtualMemSize: '{"value": "32", "unit": "GB"}' }),
  capability('cpuPinning', { policy: 'dedicated' }),
);
const sixteen = need(BASIC, [['numVirtualCpu', '>=', '16']]);

async function adds(one: Candidate, ...entries: readonly JsonValue[]): Promise<JsonObject> {
  const [verdict] = await judge(hpa, { evaluate: entries }, [one]);
  if (verdict?.kind !== 'fit' || !verdict.adds) throw new Error(words(verdict));
  return verdict.adds;
}

async function reasonFor(one: Candidate, ...entries: readonly JsonValue[]): Promise<string> {
  const [verdict] = await judge(hpa, { evaluate: entries }, [one]);
  return words(verdict);
}

describe('the flavor of a cloud region', () => {
  it('is the first that meets every mandatory feature, under its label and by its id', async () => {
    expect(await adds(region('r', small, big, pinned), entry('vm', sixteen))).toEqual({
      flavor_map: { 'label-vm': 'big', flavorId: 'id-big' },
      all_directives: {
        directives: [
          {
            id: 'vm',
            type: 'vnfc',
            directives: [flavorDirective('label-vm', 'flavorId')],
            flavor_id: 'id-big',
          },
        ],
      },
      hpa_score: 0,
    });
  });

  it('is the one with the highest score of the optional features that it meets', async () => {
    const pinning = need('cpuPinning', [['policy', '=', 'dedicated']], optional('10'));
    const numa = need('numa', [['numaNodes', '=', '2']], optional(5));
    const found = await adds(region('r', small, big, pinned), entry('vm', sixteen, numa, pinning));
    expect(found).toMatchObject({ flavor_map: { 'label-vm': 'pinned' }, hpa_score: 10 });
  });

  it('is the first of those with equal scores', async () => {
    const numa = need('numa', [['numaNodes', '=', '2']], optional(5));
    const pinning = need('cpuPinning', [['policy', '=', 'dedicated']], optional(5));
    const found = await adds(region('r', pinned, big), entry('vm', sixteen, numa, pinning));
    expect(found).toMatchObject({ flavor_map: { 'label-vm': 'pinned' }, hpa_score: 5 });
  });

  it('may meet nothing but optional features, even none of them', async () => {
    const none = need('gpu', [['count', '>=', 1]], optional('7'));
    expect(await adds(region('r', small), entry('vm', none))).toMatchObject({
      flavor_map: { 'label-vm': 'small' },
      hpa_score: 0,
    });
  });

  it('gains nothing from an optional feature of which one attribute is not met', async () => {
    const numa = need(
      'numa',
      [
        ['numaNodes', '=', '2'],
        ['numaCpu-0', '=', '2'],
      ],
      optional(5),
    );
    expect(await adds(region('r', big), entry('vm', numa))).toMatchObject({ hpa_score: 0 });
  });

  it('loses by a negative score, and is still taken when it is the only one', async () => {
    const numa = need('numa', [['numaNodes', '=', '2']], optional(-3));
    expect(await adds(region('r', big), entry('vm', numa))).toMatchObject({ hpa_score: -3 });
    expect(await adds(region('r', big, pinned), entry('vm', numa))).toMatchObject({
      flavor_map: { flavorId: 'id-pinned' },
    });
  });

  it.each([
    ['text', '3', 3],
    ['a number', 3, 3],
    ['a fraction, of which the whole part counts', '3.9', 3],
    ['nothing', '', 0],
  ])('takes a score given as %s', async (_how, score, expected) => {
    const numa = need('numa', [], optional(score, { mandatory: 'false' }));
    expect(await adds(region('r', big), entry('vm', numa))).toMatchObject({ hpa_score: expected });
  });

  it.each(['True', 'true', 'TRUE', true])('must have what is mandatory: %s', async (mandatory) => {
    expect(await reasonFor(region('r', small), entry('vm', need('numa', [], { mandatory })))).toContain('has no numa');
  });
});

describe('a mandatory feature', () => {
  const v2 = capability('numa', { numaNodes: '4' }, { version: 'v2' });
  it.each([
    ['another architecture', need('numa', [], { architecture: 'Intel64' }), 'it has numa, but not for Intel64, v1'],
    ['another version', need('numa', [], { version: 'v3' }), 'it has numa, but not for generic, v3'],
    ['another name', need('sriov', []), 'it has no sriov'],
  ])('is not met by a capability of %s', async (_what, feature, reason) => {
    expect(await reasonFor(region('r', big), entry('vm', feature))).toContain(reason);
  });

  it('may find its attributes in a capability of its name with another version, as the reference does', async () => {
    const both = flavor('both', capability('numa', { numaNodes: '2' }), v2);
    const four = need('numa', [['numaNodes', '=', '4']]);
    expect(await adds(region('r', both), entry('vm', four))).toMatchObject({ flavor_map: { 'label-vm': 'both' } });
  });

  it('needs all its attributes in one capability', async () => {
    const split = flavor('split', capability('numa', { a: '1', b: '9' }), capability('numa', { a: '9', b: '1' }));
    const ones = need('numa', [
      ['a', '=', '1'],
      ['b', '=', '1'],
    ]);
    expect(await reasonFor(region('r', split), entry('vm', ones))).toContain('numa b is 9, must be = 1');
  });

  it('named twice is served by one capability, compared each time', async () => {
    const low = need(BASIC, [['numVirtualCpu', '>=', '2']]);
    const high = need(BASIC, [['numVirtualCpu', '<=', '16']]);
    expect(await adds(region('r', big), entry('vm', low, high))).toMatchObject({ hpa_score: 0 });
    const over = need(BASIC, [['numVirtualCpu', '<', '16']]);
    expect(await reasonFor(region('r', big), entry('vm', low, over))).toContain('must be < 16');
  });
});

describe('several entries', () => {
  it('are matched in order, each with its own flavor id, and their scores are summed', async () => {
    const numa = need('numa', [], optional(5));
    const pinning = need('cpuPinning', [], optional(8));
    const found = await adds(region('r', big, pinned), entry('a', sixteen, numa), entry('b', sixteen, pinning));
    expect(found).toMatchObject({
      flavor_map: { 'label-a': 'big', 'label-b': 'pinned', flavorId: 'id-pinned' },
      all_directives: {
        directives: [
          { id: 'a', flavor_id: 'id-big' },
          { id: 'b', flavor_id: 'id-pinned' },
        ],
      },
      hpa_score: 13,
    });
  });

  it('must all find a flavor', async () => {
    expect(await reasonFor(region('r', small), entry('a', need(BASIC, [])), entry('b', sixteen))).toMatch(/^b: /);
  });

  it('start from 0 when an inventory sends a score of its own that is none', async () => {
    const odd = { ...region('r', big), hpa_score: JSON.parse('{"toString": 1}'), flavor_map: 3, all_directives: [] };
    expect(await adds(odd, entry('a', need('numa', [], optional(5))))).toMatchObject({ hpa_score: 5 });
  });

  it('of a second constraint go on from the first', async () => {
    const first = await adds(region('r', big), entry('a', need('numa', [], optional(5))));
    const second = await adds({ ...region('r', big), ...first }, entry('b', need('numa', [], optional(2))));
    expect(second).toMatchObject({ flavor_map: { 'label-a': 'big', 'label-b': 'big' }, hpa_score: 7 });
    expect((second.all_directives as { directives: JsonValue[] }).directives).toHaveLength(2);
  });
});

describe('directives', () => {
  const nic = { type: 'sriovNICNetwork_directives', attributes: [{ attribute_name: 'nic', attribute_value: 'eth1' }] };
  const directivesOf = async (raw: JsonObject): Promise<JsonValue> => {
    const { all_directives } = await adds(region('r', big), raw);
    return (all_directives as unknown as { directives: [{ directives: JsonValue }] }).directives[0].directives;
  };

  it('of the features follow those of the entry, each once, satisfied or not, those without type left out', async () => {
    const empty = { type: '', attributes: [] };
    const features = [
      need('numa', [], { directives: [nic, empty] }),
      need('gpu', [], optional(1, { directives: [nic, { type: 'gpu_directives' }] })),
    ];
    expect(await directivesOf(entry('vm', ...features))).toEqual([
      flavorDirective('label-vm', 'flavorId'),
      nic,
      { type: 'gpu_directives' },
    ]);
  });

  it.each([
    ['gets a place for the flavor id', [flavorDirective('l')], [flavorDirective('l', 'flavorId')]],
    ['with two attributes stays as it is', [flavorDirective('l', 'x')], [flavorDirective('l', 'x')]],
    ['without attributes gets the flavor id alone', [{ type: 'flavor_directives' }], [flavorDirective('flavorId')]],
    ['may come second', [nic, flavorDirective('l')], [nic, flavorDirective('l', 'flavorId')]],
    ['may be missing', [nic], [nic]],
  ])('the flavor directive %s', async (_what, directives, expected) => {
    expect(await directivesOf({ ...entry('vm', sixteen), directives })).toEqual(expected);
  });

  it('do not change the template, and no candidate sees those of another', async () => {
    const raw = entry('vm', need('numa', [], { directives: [nic] }));
    const before = structuredClone(raw);
    const params = parsed(hpa, { evaluate: [raw] });
    await hpa.check(checkContext(), params, [region('r', big), region('s', big)]);
    expect(raw).toEqual(before);
  });

  it('take any label as a name', async () => {
    const { flavor_map: map } = await adds(region('r', big), {
      ...entry('vm'),
      directives: [flavorDirective('__proto__')],
    });
    expect(Object.entries(map as JsonObject)).toEqual([
      ['__proto__', 'big'],
      ['flavorId', 'id-big'],
    ]);
  });
});

describe('candidates', () => {
  it('of other types pass untouched', async () => {
    const service = candidate('s', { inventory_type: 'service' });
    expect(await judge(hpa, { evaluate: [entry('vm', sixteen)] }, [service])).toEqual([{ kind: 'fit' }]);
  });

  it.each<[string, unknown, string]>([
    ['no flavors', undefined, 'the cloud region has no flavors'],
    ['flavors null', null, 'the cloud region has no flavors'],
    ['an empty list', { flavor: [] }, 'the cloud region has no flavors'],
    ['no list', {}, 'the cloud region has no flavors'],
    ['a mistyped document', 'flavors', 'BAD_DATA flavors are not a list'],
    ['a mistyped list', { flavor: { 'flavor-id': 'x' } }, 'BAD_DATA flavors are not a list'],
    ['a flavor that is none', { flavor: [7] }, 'vm: flavor flavor 1 does not fit: BAD_DATA flavor without flavor-id'],
    ['a flavor without id', { flavor: [{ 'flavor-name': 'x' }] }, 'BAD_DATA flavor without flavor-id and flavor-name'],
    ['a flavor without capabilities', { flavor: [{ 'flavor-id': 'i', 'flavor-name': 'x' }] }, 'declares no hpa-cap'],
    [
      'mistyped capabilities',
      { flavor: [{ 'flavor-id': 'i', 'flavor-name': 'x', 'hpa-capabilities': [] }] },
      'BAD_DATA hpa-capabilities',
    ],
    ['a mistyped capability', { flavor: [flavor('x', null)] }, 'BAD_DATA hpa-capability'],
    [
      'mistyped attributes',
      { flavor: [flavor('x', { ...capability(BASIC, {}), 'hpa-feature-attributes': [3] })] },
      'BAD_DATA hpa-capability',
    ],
    [
      'a value that cannot be read',
      { flavor: [flavor('x', capability(BASIC, { numVirtualCpu: '{{' }))] },
      'BAD_DATA basicCapabilities numVirtualCpu cannot be read',
    ],
  ])('with %s are dropped with the reason', async (_what, flavors, reason) => {
    expect(await reasonFor(candidate('r', { flavors }), entry('vm', sixteen))).toContain(reason);
  });

  it('live on when one of their flavors is malformed and another fits', async () => {
    expect(await adds(region('r', 'odd', { 'flavor-id': 3 }, big), entry('vm', sixteen))).toMatchObject({
      flavor_map: { 'label-vm': 'big' },
    });
  });

  it('never end a check, whatever their flavors hold', async () => {
    const wild = fc.letrec((tie) => ({
      value: fc.oneof(fc.jsonValue(), tie('flavors')),
      flavors: fc.record({
        flavor: fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.record({
              'flavor-id': fc.oneof(fc.string(), fc.jsonValue()),
              'flavor-name': fc.oneof(fc.string(), fc.jsonValue()),
              'hpa-capabilities': fc.record({
                'hpa-capability': fc.array(
                  fc.record({
                    'hpa-feature': fc.constantFrom(BASIC, 'numa', null),
                    'hpa-version': fc.constantFrom('v1', 1),
                    architecture: fc.constantFrom('generic', null),
                    'hpa-feature-attributes': fc.array(
                      fc.record({
                        'hpa-attribute-key': fc.constantFrom('numVirtualCpu', '__proto__'),
                        'hpa-attribute-value': fc.oneof(
                          fc.string(),
                          fc.jsonValue(),
                          fc.constantFrom('{value: 9}', '{'),
                        ),
                      }),
                    ),
                  }),
                ),
              }),
            }),
          ),
        ),
      }),
    })).value;
    const properties = { evaluate: [entry('vm', sixteen, need('numa', [], optional(1)))] };
    await fc.assert(
      fc.asyncProperty(wild, async (flavors) => {
        const [verdict] = await judge(hpa, properties, [candidate('r', { flavors })]);
        expect(['fit', 'reject']).toContain(verdict?.kind);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a refusal', () => {
  it('names feature, attribute, what is there and what is asked, of the flavor that came nearest', async () => {
    const many = need(BASIC, [
      ['numVirtualCpu', '>=', '16'],
      ['virtualMemSize', '>=', '64', 'GB'],
    ]);
    const [verdict] = await judge(hpa, { evaluate: [entry('vm', need('numa', []), many)] }, [
      region('r', small, pinned, big),
    ]);
    expect(verdict).toEqual({
      kind: 'reject',
      reason: 'vm: none of 3 flavors fits, nearest big: basicCapabilities virtualMemSize is 32 GB, must be >= 64 GB',
      measured: 32,
      required: 64,
    });
  });

  it('measures in the unit of the requirement', async () => {
    const [verdict] = await judge(
      hpa,
      { evaluate: [entry('vm', need(BASIC, [['virtualMemSize', '>=', '4', 'GB']]))] },
      [region('r', small)],
    );
    expect(verdict).toMatchObject({ measured: 2, required: 4 });
  });

  it('says that an attribute is missing, and which operator is not known', async () => {
    expect(await reasonFor(region('r', big), entry('vm', need('numa', [['x', '=', '1']])))).toContain(
      'numa x is missing, must be = 1',
    );
    expect(await reasonFor(region('r', big), entry('vm', need('numa', [['numaNodes', '!=', '1']])))).toContain(
      'numa numaNodes is 2, must be != 1',
    );
  });

  it('of many candidates is summed up by the one that came nearest', async () => {
    const cpus = (count: string) => region(count, flavor('f', capability(BASIC, { numVirtualCpu: count })));
    const properties = { evaluate: [entry('vm', need(BASIC, [['numVirtualCpu', '>=', '16']]))] };
    const verdicts = await judge(hpa, properties, [cpus('2'), cpus('12'), cpus('8')]);
    const refused = verdicts.flatMap((verdict) => (verdict.kind === 'reject' ? [verdict] : []));
    expect(hpa.summarize?.(parsed(hpa, properties), refused)).toContain('numVirtualCpu is 12, must be >= 16');
    expect(
      hpa.summarize?.(parsed(hpa, properties), [{ kind: 'reject', reason: 'the cloud region has no flavors' }]),
    ).toBe('the cloud region has no flavors');
  });
});

it('counts flavors and regions as the reference does', async () => {
  const counted: string[] = [];
  const metrics: Metrics = {
    count: (name, labels = {}) =>
      counted.push(`${name} ${labels.cloud_region}${labels.flavor ? ` ${labels.flavor}` : ''}`),
    observe() {},
    gauge() {},
  };
  const ctx = checkContext({ metrics });
  await judge(hpa, { evaluate: [entry('vm', sixteen)] }, [region('r', small, big)], ctx);
  expect(counted).toEqual([
    'flavor_match_unsuccessful Owner_r small',
    'flavor_match_successful Owner_r big',
    'cloud_region_successful Owner_r',
  ]);
  counted.length = 0;
  await judge(hpa, { evaluate: [entry('vm', sixteen)] }, [region('r', small)], ctx);
  expect(counted).toEqual([
    'flavor_match_unsuccessful Owner_r small',
    'cloud_region_unsuccessful Owner_r',
    'cloud_region_unsuccessful ALL',
  ]);
});

describe('properties', () => {
  const ENTRY = 'HPA requirements need at least one set of id, type, directives and flavorProperties';
  it.each<[string, JsonValue, string]>([
    ['no list', 'x', ENTRY],
    ['an empty list', [], ENTRY],
    ['an entry that is none', [1], ENTRY],
    ['an entry without features', [{ id: 'a', type: 'b', directives: [] }], ENTRY],
    ['a feature that is none', [entry('vm', 1)], 'HPA feature must be a dict'],
    ['a feature without name', [entry('vm', {})], 'Lack of compulsory elements inside HPA feature'],
    [
      'an attribute that is none',
      [entry('vm', { ...need('numa', []), 'hpa-feature-attributes': ['x'] })],
      'HPA feature attributes must be a dict',
    ],
    [
      'an attribute without value',
      [entry('vm', { ...need('numa', []), 'hpa-feature-attributes': [{ 'hpa-attribute-key': 'k', operator: '=' }] })],
      'Lack of compulsory elements inside HPA feature attributes',
    ],
    ['a score that is no number', [entry('vm', need('numa', [], optional('high')))], 'The score of an HPA feature'],
  ])('with %s are refused', (_what, evaluate, message) => {
    expect(() => parsed(hpa, { evaluate })).toThrow(message);
  });

  it('are refused with every broken rule and its place', () => {
    const issues = hpa.parse({ evaluate: [entry('vm', 1, need('numa', [], optional('x'))), 2] });
    expect(Array.isArray(issues) ? issues.map(({ path }) => path) : []).toEqual([
      'evaluate[0] > flavorProperties[0]',
      'evaluate[0] > flavorProperties[1] > score',
      'evaluate[1]',
    ]);
  });
});
