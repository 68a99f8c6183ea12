// Translation over fake inventories: who is asked what, how answers become the problem, and how failures read.
import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../src/domain/candidate.ts';
import { ConductorError } from '../../../src/domain/errors.ts';
import type { LatencyRules } from '../../../src/domain/latency.ts';
import type {
  CallContext,
  DemandRequest,
  DemandResolution,
  InventoryProvider,
  Logger,
} from '../../../src/domain/ports.ts';
import { planMessageOf } from '../../../src/engine/template/index.ts';
import { createTranslator, TranslationError, type TranslatorOptions } from '../../../src/engine/translate/index.ts';
import { CLOUD, documentWith, SERVICE } from '../template/support.ts';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const ctx: CallContext = { requestId: 'r-1', planId: 'p-1' };

function candidate(id: string, fields: Partial<Candidate> = {}): Candidate {
  return {
    candidate_id: id,
    inventory_type: 'cloud',
    inventory_provider: 'aai',
    uniqueness: 'true',
    cost: 2,
    ...fields,
  };
}

const found = (...ids: string[]): DemandResolution => ({ candidates: ids.map((id) => candidate(id)), dropped: [] });

interface Fake extends InventoryProvider {
  /** One entry a call: the demand names asked about. */
  readonly calls: string[][];
}

function fake(
  name: string,
  answer: (request: DemandRequest) => DemandResolution,
  more: Partial<InventoryProvider> = {},
): Fake {
  const calls: string[][] = [];
  return {
    name,
    calls,
    async resolveDemands(requests) {
      calls.push(requests.map((request) => request.demand));
      return requests.map(answer);
    },
    ...more,
  };
}

const RULES: LatencyRules = {
  regions: [{ group: 'EU', countries: ['FRA', 'DEU'] }],
  countries: [{ country: '*', groups: ['USA', 'EU', '*'] }],
};

function translate(
  providers: readonly InventoryProvider[],
  changes: Record<string, unknown>,
  context = ctx,
  more: Partial<TranslatorOptions> = {},
) {
  const latencyRules = { read: async () => RULES };
  const translator = createTranslator({ providers, latencyRules, logger: quiet, ...more });
  return translator.translate(documentWith(changes), { id: 'p-1', name: 'order' }, context);
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('was translated');
    },
    (error: Error) => error,
  );
}

describe('demands', () => {
  test('one question to the provider, whatever the number of demands', async () => {
    const aai = fake('aai', ({ demand }) => found(`${demand}-1`, `${demand}-2`));
    const { problem } = await translate([aai], { demands: { vG: [CLOUD, SERVICE], vB: [CLOUD] } });
    expect(aai.calls).toEqual([['vG', 'vG', 'vB']]);
    expect(problem.demands.map((demand) => [demand.name, demand.candidates.map((one) => one.candidate_id)])).toEqual([
      ['vG', ['vG-1', 'vG-2']],
      ['vB', ['vB-1', 'vB-2']],
    ]);
  });

  test('a later equal id replaces the earlier value in its place', async () => {
    const aai = fake('aai', ({ requirement }) =>
      requirement.inventoryType === 'cloud'
        ? found('a', 'b')
        : { candidates: [candidate('a', { cost: 9 }), candidate('c')], dropped: [] },
    );
    const { problem } = await translate([aai], { demands: { vG: [CLOUD, SERVICE] } });
    expect(problem.demands[0]?.candidates.map((one) => [one.candidate_id, one.cost])).toEqual([
      ['a', 9],
      ['b', 2],
      ['c', 2],
    ]);
  });

  test('requirements go to the provider they name, to all when none has that name', async () => {
    const aai = fake('aai', () => found('from-aai'));
    const generator = fake('generator', () => found('from-generator'));
    const demands = {
      one: [{ ...CLOUD, inventory_provider: 'generator' }],
      two: [CLOUD],
      three: [{ ...CLOUD, inventory_provider: 'sdc' }],
    };
    const { problem } = await translate([aai, generator], { demands });
    expect([aai.calls, generator.calls]).toEqual([[['two', 'three']], [['one', 'three']]]);
    expect(problem.demands.map((demand) => demand.candidates.map((one) => one.candidate_id))).toEqual([
      ['from-generator'],
      ['from-aai'],
      ['from-aai', 'from-generator'],
    ]);
  });

  test('a named provider that does not serve the type is passed over for those that do', async () => {
    const aai = fake('aai', () => found('from-aai'), { inventoryTypes: new Set(['cloud']) });
    const generator = fake('generator', () => found('from-generator'), { inventoryTypes: new Set(['slice_profiles']) });
    const demands = {
      one: [{ inventory_provider: 'aai', inventory_type: 'slice_profiles' }],
      two: [{ inventory_provider: 'generator', inventory_type: 'cloud' }],
      three: [{ inventory_provider: 'sdc', inventory_type: 'cloud' }],
    };
    await translate([aai, generator], { demands });
    expect([aai.calls, generator.calls]).toEqual([[['two', 'three']], [['one']]]);
    const nobody = { vG: [{ inventory_provider: 'aai', inventory_type: 'nst' }] };
    expect((await failure(translate([aai, generator], { demands: nobody }))).message).toBe(
      'Unable to resolve inventory candidates for demand vG',
    );
  });

  test('flavors are asked for where an hpa constraint will look at them', async () => {
    const asked: [string, boolean][] = [];
    const aai = fake('aai', ({ demand, flavors }) => {
      asked.push([demand, flavors]);
      return found('a');
    });
    const feature = {
      architecture: 'generic',
      'hpa-feature': 'f',
      'hpa-feature-attributes': [],
      'hpa-version': 'v1',
      mandatory: 'True',
      directives: [],
    };
    const evaluate = [{ id: 'x', type: 'vnfc', directives: [{}], flavorProperties: [feature] }];
    await translate([aai], { constraints: { h: { type: 'hpa', demands: ['vB'], properties: { evaluate } } } });
    expect(asked).toEqual([
      ['vG', false],
      ['vB', true],
    ]);
  });

  test('explicit cloud candidates get the conflict id of their requirement unless they bring one', async () => {
    const conflict_identifier = [{ get_candidate_attribute: 'location_id' }, 'vG'];
    const candidates = [
      { candidate_id: 'a', location_id: 'l1' },
      { candidate_id: 'b', location_id: 'l2', conflict_id: 'mine' },
      { candidate_id: 'c', inventory_type: 'service' },
    ];
    const demands = { vG: [{ inventory_type: 'cloud', conflict_identifier, candidates }] };
    const { problem } = await translate([], { demands });
    expect(problem.demands[0]?.candidates.map((one) => one.conflict_id)).toEqual(['l1|vG|', 'mine', undefined]);
  });

  test('explicit candidates need no inventory and come first', async () => {
    const aai = fake('aai', () => found('x', 'y'));
    const explicit = {
      inventory_type: 'cloud',
      unique: 'false',
      service_resource_id: 'sr-1',
      candidates: [
        { candidate_id: 'z', location_id: 'l' },
        { candidate_id: 'y', cost: '5', inventory_type: 'service' },
      ],
    };
    const only = await translate([aai], { demands: { vG: [explicit] } });
    expect(aai.calls).toEqual([]);
    expect(only.problem.demands[0]?.candidates).toEqual([
      {
        candidate_id: 'z',
        location_id: 'l',
        inventory_type: 'cloud',
        inventory_provider: 'aai',
        uniqueness: 'false',
        cost: 0,
        service_resource_id: 'sr-1',
      },
      {
        candidate_id: 'y',
        inventory_type: 'service',
        inventory_provider: 'aai',
        uniqueness: 'false',
        cost: 5,
        service_resource_id: 'sr-1',
      },
    ]);
    const both = await translate([aai], { demands: { vG: [CLOUD, explicit] } });
    expect(both.problem.demands[0]?.candidates.map((one) => [one.candidate_id, one.cost])).toEqual([
      ['z', 0],
      ['y', 2],
      ['x', 2],
    ]);
  });

  test('drops are kept per demand', async () => {
    const dropped = { candidate_id: 'd', location_id: null, reason: 'candidate is excluded' };
    const aai = fake('aai', ({ demand }) => ({ ...found('a'), dropped: demand === 'vB' ? [dropped] : [] }));
    const { dropped: all } = await translate([aai], {});
    expect(all).toEqual([{ demand: 'vB', candidates: [dropped] }]);
  });
});

describe('demands without candidates', () => {
  const dropped = { candidate_id: 'd', location_id: 'l', reason: 'no match' };
  const empty = fake('aai', () => ({ candidates: [], dropped: [dropped] }));

  test.each([
    [[CLOUD], 'Unable to find any candidate for demand vG'],
    [
      [{ ...CLOUD, required_candidates: [{ inventory_type: 'cloud', candidate_id: ['zzz'] }] }],
      'Unable to find any required candidate for demand vG',
    ],
    [[{ candidates: [] }], 'Unable to find any candidate for demand vG'],
  ])('%j', async (requirements, message) => {
    const error = await failure(translate([empty], { demands: { vG: requirements } }));
    expect(error).toBeInstanceOf(TranslationError);
    expect(planMessageOf(error)).toEqual({ message, messageForm: 'list' });
  });

  test('the error carries what was dropped for every demand', async () => {
    const error = await failure(translate([empty], {}));
    expect(error).toMatchObject({
      code: 'PLAN_FAILED',
      dropped: [
        { demand: 'vG', candidates: [dropped] },
        { demand: 'vB', candidates: [dropped] },
      ],
    });
  });

  test('nobody to ask', async () => {
    const error = await failure(translate([], { demands: { vG: [CLOUD] } }));
    expect(error.message).toBe('Unable to resolve inventory candidates for demand vG');
  });
});

describe('locations', () => {
  const locations = {
    here: { latitude: 0, longitude: '7.5', country: 'FRA' },
    host: { host_name: 'h1' },
    clli: { clli_code: 'C1' },
  };
  const place = { latitude: '51.5', longitude: '-0.1', country: 'GBR' };

  test('coordinates as given, names by the first provider that knows', async () => {
    const asked: string[] = [];
    const ignorant = fake('generator', () => found('a'));
    const first = fake('aai', () => found('a'), {
      async resolveHostName(name) {
        asked.push(name);
        return null;
      },
      async resolveClliCode() {
        return { latitude: 'unknown', longitude: 0, country: null };
      },
    });
    const second = fake('other', () => found('a'), {
      resolveHostName: async () => place,
      resolveClliCode: async () => ({ ...place, country: null }),
    });
    const { problem } = await translate([ignorant, first, second], { locations });
    expect(asked).toEqual(['h1']);
    expect(problem.locations).toEqual([
      { name: 'here', latitude: 0, longitude: '7.5', country: 'FRA' },
      { name: 'host', ...place },
      { name: 'clli', ...place, country: null },
    ]);
  });

  test('the first unresolved one in template order is named, and no demand is asked about', async () => {
    const aai = fake('aai', () => found('a'), { resolveClliCode: async () => null });
    const error = await failure(translate([aai], { locations }));
    expect(planMessageOf(error)).toEqual({ message: 'Unable to resolve location host', messageForm: 'list' });
    expect(aai.calls).toEqual([]);
  });
});

describe('failures and order', () => {
  test('a broken template asks no inventory', async () => {
    const asked: string[] = [];
    const aai = fake('aai', () => found('a'), {
      async resolveClliCode(code) {
        asked.push(code);
        return null;
      },
    });
    const changes = {
      locations: { place: { clli_code: 'C' } },
      constraints: { c: { type: 'foo', demands: ['vG'] } },
    };
    const error = await failure(translate([aai], changes));
    expect(error.message).toBe("Unsupported type 'foo' found in constraint named 'c'");
    expect([aai.calls, asked]).toEqual([[], []]);
  });

  test.each(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_REFUSED', 'UPSTREAM_BAD_DATA'] as const)(
    '%s comes through',
    async (code) => {
      const down = (): never => {
        throw new ConductorError(code, 'A&AI does not answer.');
      };
      expect(await failure(translate([fake('aai', down)], {}))).toMatchObject({ code });
      const lookUp = fake('aai', () => found('a'), { resolveClliCode: async () => down() });
      expect(await failure(translate([lookUp], { locations: { place: { clli_code: 'C' } } }))).toMatchObject({ code });
    },
  );

  test('a provider that answers too little is not believed', async () => {
    const short: InventoryProvider = { name: 'aai', resolveDemands: async () => [found('a')] };
    expect(await failure(translate([short], {}))).toMatchObject({ code: 'UPSTREAM_BAD_DATA' });
  });

  test('an aborted plan is not translated', async () => {
    const aai = fake('aai', () => found('a'));
    const signal = AbortSignal.abort(new Error('claim lost'));
    expect((await failure(translate([aai], {}, { ...ctx, signal }))).message).toBe('claim lost');
    expect(aai.calls).toEqual([]);
  });
});

describe('inventory groups', () => {
  const group = { type: 'inventory_group', demands: ['vG', 'vB'] };

  test('pairs are asked once for all such constraints and travel with them, each pair once', async () => {
    let asked = 0;
    const aai = fake('aai', () => found('a'), {
      async inventoryGroupPairs() {
        asked += 1;
        return [
          ['s1', 's2'],
          ['s3', 's4'],
          ['s1', 's2'],
        ] as const;
      },
    });
    const other = fake('other', () => found('a'));
    const evaluate = { country: 'FRA' };
    const { problem } = await translate([aai, other], {
      constraints: { g: group, h: group, c: { type: 'attribute', demands: ['vG'], properties: { evaluate } } },
    });
    const pairs = [
      ['s1', 's2'],
      ['s3', 's4'],
    ];
    expect(problem.constraints.map(({ properties }) => properties)).toEqual([{ pairs }, { pairs }, { evaluate }]);
    await translate([aai], {});
    expect(asked).toBe(1);
  });

  test('nobody who knows groups is no pair; a provider in trouble is the plan’s failure', async () => {
    const ignorant = fake('generator', () => found('a'));
    const { problem } = await translate([ignorant], { constraints: { g: group } });
    expect(problem.constraints[0]?.properties).toEqual({ pairs: [] });
    const down = fake('aai', () => found('a'), {
      async inventoryGroupPairs() {
        throw new ConductorError('UPSTREAM_UNAVAILABLE');
      },
    });
    const error = await failure(translate([down], { constraints: { g: group } }));
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});

describe('latency rules', () => {
  const latency = { latency_between: ['place', 'vG'] };
  const generic = (name: string) => ({
    homing_template_version: '2020-08-13',
    optimization: {
      goal: 'minimize',
      operation_function: {
        operator: 'sum',
        operands: [
          {
            operation_function: {
              operator: 'max',
              operands: [{ function: name, params: { demand: 'vG', location: 'place' } }],
            },
          },
        ],
      },
    },
  });

  test.each([
    ['a BASE product', { optimization: { minimize: { sum: [{ product: [2, latency] }] } } }, RULES],
    ['a nested GENERIC call', generic('latency_between'), RULES],
    ['distances', { optimization: { minimize: { sum: [{ distance_between: ['place', 'vG'] }] } } }, null],
    ['GENERIC distances', generic('distance_between'), null],
    ['no objective', {}, null],
  ])('are read for %s only if it asks for a latency', async (_name, changes, expected) => {
    let reads = 0;
    const read = async () => {
      reads += 1;
      return RULES;
    };
    const { problem } = await translate([fake('aai', () => found('a'))], changes, ctx, { latencyRules: { read } });
    expect([problem.latencyRules, reads]).toEqual([expected, expected === null ? 0 : 1]);
  });

  test('a store in trouble is the plan’s failure', async () => {
    const read = async () => {
      throw new ConductorError('STORE_UNAVAILABLE');
    };
    const changes = { optimization: { minimize: { sum: [{ product: [2, latency] }] } } };
    const aai = fake('aai', () => found('a'));
    expect(await failure(translate([aai], changes, ctx, { latencyRules: { read } }))).toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });
});

describe('the problem', () => {
  test('names the service when the template does', async () => {
    const aai = fake('aai', () => found('a'));
    const named = await translate([aai], { parameters: { service_name: 'vCPE' } });
    expect(named.problem.serviceName).toBe('vCPE');
    expect((await translate([aai], {})).problem).not.toHaveProperty('serviceName');
  });

  test('has the zone field that the deployment maps', async () => {
    const aai = fake('aai', () => found('a'));
    const properties = { qualifier: 'different', category: 'time' };
    const changes = { constraints: { z: { type: 'zone', demands: ['vG', 'vB'], properties } } };
    const zoneFields = new Map([['time', 'region']]);
    const { problem } = await translate([aai], changes, ctx, { zoneFields });
    expect(problem.constraints[0]?.properties).toEqual({ ...properties, field: 'region' });
  });

  test('has everything the template says', async () => {
    const { problem } = await translate([fake('aai', () => found('a'))], {
      parameters: { request_type: 'speed changed' },
      constraints: {
        c: { type: 'zone', demands: ['vG', 'vB'], properties: { qualifier: 'same', category: 'region' } },
      },
      optimization: { minimize: { sum: [{ distance_between: ['place', 'vG'] }] } },
      reservation: { service_model: 'ADIOD', service_candidates: { r: { demands: ['vG'] } } },
    });
    expect(problem).toMatchObject({
      version: '2017-10-10',
      planId: 'p-1',
      requestType: 'speed changed',
      constraints: [{ key: 'c', type: 'zone' }],
      objective: { kind: 'base', operands: [{ weight: 1 }] },
      reservation: { serviceModel: 'ADIOD', entries: [{ key: 'r_vG' }] },
    });
    expect(JSON.parse(JSON.stringify(problem))).toEqual(problem);
  });

  test('the digest tells whether two plans saw the same candidates', async () => {
    const digest = async (...candidates: Candidate[]) => {
      const aai = fake('aai', () => ({ candidates, dropped: [] }));
      return (await translate([aai], {})).inventoryDigest;
    };
    const one = candidate('a', { country: 'FRA', city: 'Paris' });
    const same = { city: 'Paris', country: 'FRA', ...candidate('a') };
    expect(await digest(one)).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest(same)).toBe(await digest(one));
    expect(await digest(candidate('a', { country: 'DEU' }))).not.toBe(await digest(one));
  });
});
