import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFlow } from '../../../../src/engine/solve/constraints/hpa/flow.ts';
import { givenValue, holds, readStored } from '../../../../src/engine/solve/constraints/hpa/value.ts';
import type { JsonValue } from '../../../../src/lib/json.ts';

describe('a stored value', () => {
  it.each<[JsonValue, unknown]>([
    ['{"value": "4"}', { value: '4', unit: '' }],
    ['{"value": 4}', { value: '4', unit: '' }],
    ['{"value":"65536","unit":"MB"}', { value: '65536', unit: 'MB' }],
    ['{"value":["aes","sse"]}', { value: ['aes', 'sse'], unit: '' }],
    ['{value:4}', { value: '4', unit: '' }],
    ['{value:4, unit:"GB" }', { value: '4', unit: 'GB' }],
    ["{value: 'prefer'}", { value: 'prefer', unit: '' }],
    ['{ value : dedicated , unit : }', { value: 'dedicated', unit: '' }],
    ['{value: [aes, "sse"]}', { value: ['aes', 'sse'], unit: '' }],
    ["{value:{['A', 'B']}}", { value: ['A', 'B'], unit: '' }],
    ['value: 4\nunit: GB', { value: '4', unit: 'GB' }],
    ['4', { value: '4', unit: '' }],
    ['dedicated', { value: 'dedicated', unit: '' }],
    [4, { value: '4', unit: '' }],
    [
      { value: 4, unit: 'GB' },
      { value: '4', unit: 'GB' },
    ],
    ['{"value": true}', { value: 'true', unit: '' }],
    ['{"value": 1, "unit": null}', { value: '1', unit: '' }],
    ['{"value": 1, "unit": {}}', { value: '1', unit: '' }],
  ])('%j is read', (raw, expected) => {
    expect(readStored(raw)).toEqual(expected);
  });

  it.each<[JsonValue | undefined]>([
    [undefined],
    [null],
    [''],
    ['{"unit": "GB"}'],
    ['{"value": null}'],
    ['{"value": {"a": 1}}'],
    ['{value: 4'],
    ['{value 4}'],
    ['[1, 2'],
    ["{value: 'x}"],
    ['{value: 4} {'],
    ['{'.repeat(200)],
    [`{"value": "${'9'.repeat(20_000)}"}`],
    ['{"value": [1, null]}'],
  ])('%j cannot be read', (raw) => {
    expect(readStored(raw)).toBeNull();
  });

  it('is read without failing whatever the text is', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'{}[],:"\' ab1\n') }), (text) => void readStored(text)));
    fc.assert(fc.property(fc.jsonValue(), (value) => void readStored(value as JsonValue)));
  });

  it('that is JSON means what JSON means', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parseFlow(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('a comparison', () => {
  type Side = readonly [value: JsonValue, unit?: string];
  it.each<[Side, string, Side, boolean]>([
    [['8'], '>=', ['8'], true],
    [['8'], '>', ['8'], false],
    [['9'], '>', ['8'], true],
    [['8'], '<=', ['8'], true],
    [['8'], '<', ['8'], false],
    [['10'], '<', ['9'], false],
    [[8], '>=', ['8'], true],
    [['8'], '=', [8], true],
    [['08'], '=', ['8'], true],
    [['dedicated'], '=', ['dedicated'], true],
    [['dedicated'], '=', ['Dedicated'], false],
    [['dedicated'], '>', ['dedicated'], false],
    [['1.5'], '>=', ['1'], false],
    [['1.5'], '=', ['1.5'], true],
    [['-1'], '<', ['1'], false],
    [['16384', 'MB'], '=', ['16', 'GB'], true],
    [['16', 'GB'], '>', ['16383', 'MB'], true],
    [['1024', 'KB'], '=', ['1', 'MB'], true],
    [['16', 'GB'], '>=', ['16'], true],
    [['16'], '>=', ['16', 'KB'], false],
    [['4', 'TB'], '<', ['4', 'GB'], true],
    [['4', 'gb'], '=', ['4'], true],
    [['x', 'GB'], '=', ['x', 'MB'], true],
    [['999999999999999999999'], '>', ['999999999999999999998'], true],
    [['8'], '!=', ['9'], false],
    [['8'], '', ['8'], false],
    [[['aes', 'sse', 'avx']], 'ALL', [['avx', 'aes']], true],
    [[['aes']], 'ALL', [['avx']], false],
    [[['aes']], 'ALL', [[]], false],
    [[[]], 'ALL', [['aes']], false],
    [['aes'], 'ALL', [['aes']], false],
    [[['aes']], 'ALL', ['aes'], false],
    [[[1, 2]], 'ALL', [['2']], true],
    [[['aes']], '=', [['aes']], false],
    [[['8']], '>=', ['8'], false],
  ])('of %j %s %j is %s', ([a, unitA = ''], operator, [b, unitB = ''], expected) => {
    const [stored, required] = [givenValue(a, unitA), givenValue(b, unitB)];
    if (!stored || !required) throw new Error('cannot be read');
    expect(holds(operator, stored, required)).toBe(expected);
  });

  it('of numbers follows the numbers', () => {
    const unit = fc.constantFrom(['', 1], ['KB', 1024], ['MB', 1024 ** 2], ['GB', 1024 ** 3]) as fc.Arbitrary<
      [string, number]
    >;
    fc.assert(
      fc.property(fc.nat(1_000_000), unit, fc.nat(1_000_000), unit, (a, [unitA, factorA], b, [unitB, factorB]) => {
        const [stored, required] = [givenValue(a, unitA), givenValue(String(b), unitB)];
        if (!stored || !required) throw new Error('cannot be read');
        const [left, right] = [a * factorA, b * factorB];
        expect(['<', '>', '<=', '>=', '='].map((operator) => holds(operator, stored, required))).toEqual([
          left < right,
          left > right,
          left <= right,
          left >= right,
          left === right,
        ]);
      }),
    );
  });
});
