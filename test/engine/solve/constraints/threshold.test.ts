import { describe, expect, it } from 'vitest';
import { threshold } from '../../../../src/engine/solve/constraints/threshold.ts';
import type { JsonValue } from '../../../../src/lib/json.ts';
import { candidate, judge, parsed, words } from '../support.ts';

const rule = (attribute: string, operator: string, limit: JsonValue) => ({
  attribute,
  operator,
  threshold: limit,
  unit: 'ms',
});

describe('threshold', () => {
  it.each([
    ['gte keeps the equal value', 20, rule('x', 'gte', 20), 'fit'],
    ['gte refuses less', 19, rule('x', 'gte', 20), 'x is 19, must be >= 20'],
    ['lte keeps the equal value', 20, rule('x', 'lte', 20), 'fit'],
    ['lte refuses more', 21, rule('x', 'lte', 20), 'x is 21, must be <= 20'],
    ['gt refuses the equal value', 20, rule('x', 'gt', 20), 'x is 20, must be > 20'],
    ['lt refuses the equal value', 20, rule('x', 'lt', 20), 'x is 20, must be < 20'],
    ['eq keeps the equal value', 20, rule('x', 'eq', 20), 'fit'],
    ['eq refuses another', 20.5, rule('x', 'eq', 20), 'x is 20.5, must be = 20'],
    ['0 is a value', 0, rule('x', 'lte', 5), 'fit'],
    ['numeric text is a number', '9', rule('x', 'lt', 10), 'fit'],
    ['numeric text as limit is a number', 9, rule('x', 'lt', '1e1'), 'fit'],
    ['text equals text', 'SGP', rule('x', 'eq', 'SGP'), 'fit'],
    ['text is ordered', 'abc', rule('x', 'lt', 'abd'), 'fit'],
    ['text and number cannot be compared', 'SGP', rule('x', 'lte', 5), 'x cannot be compared with 5'],
    ['a missing attribute is refused', undefined, rule('x', 'lte', 5), 'x is missing'],
    ['null is missing', null, rule('x', 'lte', 5), 'x is missing'],
    ['empty text is missing', '', rule('x', 'eq', ''), 'x is missing'],
    ['a list cannot be compared', [1], rule('x', 'eq', 1), 'x cannot be compared with 1'],
    ['truth values equal', true, rule('x', 'eq', true), 'fit'],
    ['truth values have no order', true, rule('x', 'gte', false), 'x is true, must be >= false'],
    [
      'names of object members are attributes like any other',
      5,
      rule('constructor', 'lte', 5),
      'constructor is missing',
    ],
  ])('%s', async (_promise, value, one, expected) => {
    const [verdict] = await judge(threshold, { evaluate: [one] }, [candidate('c', { x: value })]);
    expect(words(verdict)).toBe(expected);
  });

  it('needs every rule to hold and gives the numbers of the first that does not', async () => {
    const properties = { evaluate: [rule('cost', 'gte', 1), rule('x', 'lte', '3')] };
    const verdicts = await judge(threshold, properties, [candidate('a', { x: 3 }), candidate('b', { x: '4' })]);
    expect(verdicts[0]?.kind).toBe('fit');
    expect(verdicts[1]).toEqual({ kind: 'reject', reason: 'x is 4, must be <= 3', measured: 4, required: 3 });
  });

  it('sums refusals up by the span of what was there', async () => {
    const properties = { evaluate: [rule('latency', 'lte', 20)] };
    const refusedOf = async (...values: unknown[]) => {
      const verdicts = await judge(
        threshold,
        properties,
        values.map((latency) => candidate('c', { latency })),
      );
      return verdicts.flatMap((verdict) => (verdict.kind === 'reject' ? [verdict] : []));
    };
    const summary = async (...values: unknown[]) =>
      threshold.summarize?.(parsed(threshold, properties), await refusedOf(...values));
    expect(await summary(25, '31', 22)).toBe('latency from 22 to 31, must be <= 20');
    expect(await summary(25, 25)).toBe('latency is 25, must be <= 20');
    expect(await summary(25, 25, null)).toBe('latency is 25, must be <= 20 (2); latency is missing (1)');
  });

  it.each([
    ['an unknown operator', { evaluate: [rule('x', '<', 1)] }, "Threshold operator '<' unsupported"],
    [
      'a member name as operator',
      { evaluate: [rule('x', 'toString', 1)] },
      "Threshold operator 'toString' unsupported",
    ],
    ['no attribute', { evaluate: [{ operator: 'lte', threshold: 1 }] }, "needs an 'attribute'"],
    ['no limit', { evaluate: [{ operator: 'lte', attribute: 'x' }] }, 'needs a number or a text'],
    ['an operator that no text can show', { evaluate: [rule('x', JSON.parse('{"toString": 1}'), 1)] }, 'unsupported'],
    ['something else than a list', { evaluate: {} }, "'evaluate' must be a list"],
  ])('refuses %s', (_what, properties, message) => {
    expect(() => parsed(threshold, properties)).toThrow(message);
  });
});
