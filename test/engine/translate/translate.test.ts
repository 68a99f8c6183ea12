// Translation over fake inventories: who is asked what, how answers become the problem, and how failures read.
import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../src/domain/candidate.ts';
import { ConductorError } from '../../../src/domain/errors.ts';
import type {
  CallContext,
  DemandRequest,
  DemandResolution,
  InventoryProvider,
  Logger,
} from '../../../src/domain/ports.ts';
import { planMessageOf } from '../../../src/engine/template/index.ts';
import { createTranslator, TranslationError } from '../../../src/engine/translate/index.ts';
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

function translate(providers: readonly InventoryProvider[], changes: Record<string, unknown>, context = ctx) {
  const translator = createTranslator({ providers, logger: quiet });
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

describe('the problem', () => {
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
