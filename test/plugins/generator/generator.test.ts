// Generated slice profiles: values, order, aggregation, operators, candidate fields, and what is refused before any work.
import { expect, test } from 'vitest';
import { TemplateInvalidError } from '../../../src/domain/errors.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { JsonValue } from '../../../src/lib/json.ts';
import { createGenerator } from '../../../src/plugins/generator/index.ts';
import { ctx, recorder, request } from '../aai/support.ts';
import { generator } from './support.ts';

async function fieldsOf(subnets: JsonValue, ...names: readonly string[]) {
  const { candidates } = await generator().resolve({ subnets });
  return candidates.map((candidate) => names.map((name) => candidate[name]));
}

async function refusal(filters: JsonValue): Promise<TemplateInvalidError> {
  const error = await generator()
    .resolve(filters)
    .catch((cause: unknown) => cause);
  if (error instanceof TemplateInvalidError) return error;
  throw error;
}

test('a range counts from min, by default 1, below max in steps, by default 1; null means the default', async () => {
  const latencies = async (range: JsonValue) => (await fieldsOf({ core: { latency: range } }, 'latency')).flat();
  expect(await latencies({ max: 4 })).toEqual([1, 2, 3]);
  expect(await latencies({ min: 7, max: 12, steps: 2 })).toEqual([7, 9, 11]);
  expect(await latencies({ min: null, max: '3', steps: null })).toEqual([1, 2]);
  expect(await latencies({ min: 5, max: 5 })).toEqual([]);
});

test('values come before derive_from, which comes before a range; equal values count once', async () => {
  const spec = { values: [3, 1, 3], derive_from: { method: 'nonsense' }, max: 9 };
  expect(await fieldsOf({ core: { latency: spec } }, 'latency')).toEqual([[3], [1]]);
  expect(await fieldsOf({ core: { latency: { values: [], max: 3 } } }, 'latency')).toEqual([[1], [2]]);
});

test('combinations come in template order, the first attribute of the first subnet varying slowest', async () => {
  const subnets = { core: { a: { values: ['x', 'y'] }, b: { max: 3 } }, ran: { c: { values: [true, false] } } };
  const order = await fieldsOf(subnets, 'core_a', 'core_b', 'ran_c');
  expect(order).toEqual([
    ['x', 1, true],
    ['x', 1, false],
    ['x', 2, true],
    ['x', 2, false],
    ['y', 1, true],
    ['y', 1, false],
    ['y', 2, true],
    ['y', 2, false],
  ]);
});

test('delays add up, the least throughput counts, everything else is the first value that is not empty', async () => {
  const subnets = {
    core: { latency: { values: [10] }, jitter: { values: ['2'] }, throughput: { values: [50] }, sst: { values: [''] } },
    ran: { latency: { values: [7] }, throughput: { values: [30] }, sst: { values: ['eMBB'] }, odd: { values: [0] } },
    tn: { jitter: { values: [3] }, sst: { values: ['URLLC'] }, odd: { values: [9] } },
  };
  const { candidates } = await generator().resolve({ subnets });
  expect(candidates).toMatchObject([{ latency: 17, jitter: 5, throughput: 30, sst: 'eMBB', odd: 0 }]);
});

test('only combinations that satisfy every operator of the service profile remain', async () => {
  const service_profile = {
    latency: { value: 20, operator: 'lte' },
    reliability: { value: '99.5', operator: 'gte' },
    sharing: { value: 'shared', operator: 'eq' },
    not_given: { value: null, operator: 'gte' },
  };
  const subnets = {
    core: { latency: { values: [10, 15] }, reliability: { values: [99, 99.9] }, sharing: { values: ['shared', 'no'] } },
    ran: { latency: { values: [10] } },
  };
  const { candidates } = await generator().resolve({ service_profile, subnets });
  expect(candidates).toHaveLength(1);
  expect(candidates).toMatchObject([{ latency: 20, reliability: 99.9, sharing: 'shared' }]);
});

test('a profile that asks for what no subnet has finds nothing and says why', async () => {
  const service_profile = { jitter: { value: 5, operator: 'lte' } };
  const answer = await generator().resolve({ service_profile, subnets: { core: { latency: { max: 3 } } } });
  expect(answer.candidates).toEqual([]);
  expect(answer.dropped[0]?.reason).toBe('service_profile asks for jitter, which no subnet has');
});

test('a candidate has its own id, the aggregate, the subnets, coverage area and default attributes', async () => {
  const coverage_area = { value: 'City: X-1', operator: 'eq' };
  const subnets = { core: { latency: { values: [10] } }, ran: { latency: { values: [7] } } };
  const defaults = { 'creation-cost': 0.9, candidate_id: 'mine' };
  const { candidates } = await generator().resolve({ service_profile: { coverage_area }, subnets }, defaults);
  expect(candidates).toEqual([
    {
      candidate_id: 'id-1',
      inventory_provider: 'generator',
      inventory_type: 'slice_profiles',
      uniqueness: 'true',
      cost: 1,
      coverage_area: 'City: X-1',
      latency: 17,
      core_latency: 10,
      ran_latency: 7,
      creation_cost: 0.9,
      'creation-cost': 0.9,
    },
  ]);
});

test('get_tracking_area asks CPS once a plan for all zones and gives one value: the list without repeats', async () => {
  const rig = generator({ areas: { '1': [5, 6], '2': [6, 7], '9': [1] } });
  const areas = (area: string) => ({
    derive_from: { method: 'get_tracking_area', args: { coverage_area: area } },
  });
  const [first, second] = await rig.resolveAll([
    { subnets: { ran: { coverage_area_ta_list: areas('City: X-Y-1'), latency: { max: 3 } } } },
    { subnets: { ran: { coverage_area_ta_list: areas('City: X-2,1,2') }, core: { ta: areas('Z-9') } } },
  ]);
  expect(rig.asked).toEqual([['Y-1', '2', '1', '9']]);
  expect(first?.candidates).toHaveLength(2);
  expect(second?.candidates).toMatchObject([
    { coverage_area_ta_list: [6, 7, 5], ran_coverage_area_ta_list: [6, 7, 5], core_ta: [1] },
  ]);
});

test('derive_from never runs its method as a program: only names of the table are known', async () => {
  for (const method of ['__import__("os").system', 'constructor', '__proto__', 'toString', 7, null]) {
    const derive_from = { method, args: { coverage_area: 'X-1' } };
    const error = await refusal({ subnets: { ran: { ta: { derive_from } } } });
    expect(error.message).toBe(
      'Demand slice: filtering_attributes > subnets > ran > ta > derive_from > method must be one of get_tracking_area',
    );
  }
});

test.each<[JsonValue, string]>([
  [null, 'subnets must name at least one subnet'],
  [{ subnets: {} }, 'subnets must name at least one subnet'],
  [{ subnets: { core: 5 } }, 'subnets > core must be an object of attributes'],
  [{ subnets: { core: { latency: 5 } } }, 'latency must be an object with values, derive_from, or min and max'],
  [{ subnets: { core: { latency: {} } } }, 'latency > max must be a number'],
  [{ subnets: { core: { latency: { min: 'x', max: 2 } } } }, 'latency > min must be a number'],
  [{ subnets: { core: { latency: { max: 2, steps: 0 } } } }, 'latency > steps must be above 0'],
  [{ subnets: { core: { latency: { max: 2, steps: -1 } } } }, 'latency > steps must be above 0'],
  [
    { subnets: { ran: { ta: { derive_from: { method: 'get_tracking_area' } } } } },
    'args must have coverage_area as a text',
  ],
  [
    { subnets: { ran: { ta: { derive_from: { method: 'get_tracking_area', args: { coverage_area: 'no zones' } } } } } },
    'args must have coverage_area of the form "Name-zone,zone,…"',
  ],
  [{ service_profile: [], subnets: { c: {} } }, 'service_profile must be an object of attributes'],
  [{ service_profile: { latency: 5 }, subnets: { c: {} } }, 'latency > operator must be one of gte, lte, eq'],
  [
    { service_profile: { latency: { value: 'low', operator: 'lte' } }, subnets: { c: {} } },
    'service_profile > latency > value must be a number for lte',
  ],
])('%j is refused, naming the place', async (filters, text) => {
  const error = await refusal(filters);
  expect(error.message).toContain(text);
  expect(error.issues[0]?.path).toMatch(/^demands > slice > filtering_attributes/);
});

test('combinations are counted before any is made or anybody is asked', async () => {
  const rig = generator({ maxCombinations: 10 });
  const derive_from = { method: 'get_tracking_area', args: { coverage_area: 'X-1' } };
  const subnets = { core: { latency: { min: 0, max: 1e9 }, ta: { derive_from } } };
  await expect(rig.resolve({ subnets })).rejects.toThrow(
    'Demand slice asks for 1000000000 combinations of slice profiles, more than [generator] max_combinations (10) allows',
  );
  await expect(rig.resolve({ subnets: { a: { b: { max: 1e308, min: -1e308 } } } })).rejects.toThrow('countless');
  await expect(rig.resolve({ subnets: { a: { b: { max: 1e200 }, c: { max: 1e90 } } } })).rejects.toThrow(
    'about 1.0e+290',
  );
  expect(rig.asked).toEqual([]);
});

test('the limit holds for all demands of a plan together, and one that is just met is allowed', async () => {
  const rig = generator({ maxCombinations: 10 });
  const of = (count: number) => ({ subnets: { core: { latency: { min: 0, max: count } } } });
  const answers = await rig.resolveAll([of(4), of(6)]);
  expect(answers.map(({ candidates }) => candidates.length)).toEqual([4, 6]);
  await expect(rig.resolveAll([of(4), of(7)])).rejects.toThrow(
    'Demand slice1 asks for 7 combinations of slice profiles after 4 of the demands before it',
  );
});

test('names such as __proto__ are ordinary subnets and attributes', async () => {
  const subnets = JSON.parse(
    '{"__proto__": {"constructor": {"values": [1]}}, "constructor": {"__proto__": {"values": [2]}}}',
  );
  const { candidates } = await generator().resolve({ subnets });
  const [candidate] = candidates;
  expect(Object.keys(candidate ?? {})).toEqual(
    expect.arrayContaining(['constructor', '__proto__', '__proto___constructor', 'constructor___proto__']),
  );
  expect(Object.getPrototypeOf(candidate)).toBe(Object.prototype);
});

test('others get their turn while many profiles are made, and an abort ends the work', async () => {
  let time = 0;
  // Each look at the clock finds that a millisecond has passed.
  const clock = {
    ...systemClock,
    monotonic: () => {
      time += 1;
      return time;
    },
  };
  const rig = generator({ clock });
  const stop = new AbortController();
  let turns = 0;
  const turn = () => {
    turns += 1;
    if (turns < 10) setImmediate(turn);
    else stop.abort(new Error('enough'));
  };
  setImmediate(turn);
  const many = { subnets: { core: { latency: { min: 0, max: 90_000 } } } };
  await expect(rig.resolveAll([many], { ...ctx, signal: stop.signal })).rejects.toThrow('enough');
  expect(turns).toBe(10);
});

test('requests of other inventory types, and explicit candidates, are not for the generator', async () => {
  const cps = { trackingAreas: async () => [] };
  const { logger } = recorder();
  const ids = { uuid: () => 'id' };
  const provider = createGenerator({ cps, maxCombinations: 1, clock: systemClock, ids, logger });
  const answers = await provider.resolveDemands(
    [request({ inventoryType: 'service' }), request({ inventoryType: 'slice_profiles', candidates: [{}] })],
    ctx,
  );
  expect(answers).toEqual([
    { candidates: [], dropped: [] },
    { candidates: [], dropped: [] },
  ]);
});
