// Threshold expressions: the reference's checked results and texts, and what it documents but did not do.
import { expect, test } from 'vitest';
import { parseThreshold, type ThresholdKind } from '../../../src/engine/template/thresholds.ts';

test.each<[ThresholdKind, string, string, number | { min: number; max: number }, string]>([
  ['distance', '= 120 mi', '=', 193.12128, 'km'],
  ['throughput', '60-80 Gbps', '=', { min: 60000, max: 80000 }, 'Mbps'],
  ['distance', '20-10 km', '=', { min: 10, max: 20 }, 'km'],
  ['distance', '5', '=', 5, 'km'],
  ['distance', '<= 3.5 mi', '<=', 5.632704, 'km'],
  ['distance', '5 km mi', '=', 8.04672, 'km'],
  ['distance', '< -5 km', '<', -5, 'km'],
  ['distance', '> 1e3', '>', 1000, 'km'],
  ['distance', '1e-3 km', '=', 0.001, 'km'],
  ['distance', '<100km', '<', 100, 'km'],
  ['distance', '>=  .5mi', '>=', 0.804672, 'km'],
  ['distance', '= 10-20km', '=', { min: 10, max: 20 }, 'km'],
  ['distance', '0-20 km', '=', { min: 0, max: 20 }, 'km'],
  ['distance', '< 0 km', '<', 0, 'km'],
  ['time', '2 sec', '=', 2000, 'ms'],
  ['currency', '> 5 USD', '>', 5, 'USD'],
])('%s %s', (kind, expression, operator, value, units) => {
  const outcome = parseThreshold(expression, kind);
  if (!('threshold' in outcome)) throw new Error(outcome.problem);
  expect(outcome.threshold.operator).toBe(operator);
  expect(outcome.threshold.units).toBe(units);
  if (typeof value === 'number') expect(outcome.threshold.value).toBeCloseTo(value, 9);
  else expect(outcome.threshold.value).toEqual(value);
});

test.each([
  ['5 6 km', "Unknown part '6' in expression '5 6 km'"],
  ['5 < km', "Unknown part '<' in expression '5 < km'"],
  ['< < 5', "Unknown part '<' in expression '< < 5'"],
  ['< 5 parsec', "Unknown part 'parsec' in expression '< 5 parsec'"],
  ['< 5 ms', "Unknown part 'ms' in expression '< 5 ms'"],
  ['< 5 a-b km', "Unknown part 'a-b' in expression '< 5 a-b km'"],
  ['a-b', "Unknown part 'a-b' in expression 'a-b'"],
  ['1-2-3 km', "Unknown part '1-2-3' in expression '1-2-3 km'"],
  ['1-2 3-4 km', "Unknown part '3-4' in expression '1-2 3-4 km'"],
  ['nan', "Unknown part 'nan' in expression 'nan'"],
  ['1e400 km', "Unknown part '1e400' in expression '1e400 km'"],
  ['< 5 constructor', "Unknown part 'constructor' in expression '< 5 constructor'"],
  ['km 5', "Value None encountered before unit km in expression 'km 5'"],
  ['< km', "Value None encountered before unit km in expression '< km'"],
  ['km 10-20', "Value None encountered before unit km in expression 'km 10-20'"],
  ['', "Value/range missing in expression ''"],
  ['<', "Value/range missing in expression '<'"],
  ['< 10-20 km', "Operator < not supported with range 10-20 in expression '< 10-20 km'"],
  ['10-20 5 km', "Range 10.0-20.0 encountered before value 5 in expression '10-20 5 km'"],
  ['5 10-20 km', "Value 5.0 encountered before range 10-20 in expression '5 10-20 km'"],
])('%j is refused', (expression, problem) => {
  expect(parseThreshold(expression, 'distance')).toEqual({ problem });
});

test.each([[5], [null], [['< 5']], [{}]])('%j is no expression', (value) => {
  expect(parseThreshold(value, 'distance')).toEqual({ problem: 'Expression must be a string' });
});
