// The limits of a distance as numbers that explanations can move: one of an operator, two of a range, none of an equality.
import type { JsonObject } from '../../../lib/json.ts';
import type { Limit } from '../framework/constraint.ts';
import type { DistanceLimit } from './distance.ts';

/** `measure` gives the distance that is compared, in km. */
export function distanceLimits(limit: DistanceLimit, measure: Limit['measure']): readonly Limit[] {
  const base = { path: ['distance'], unit: 'km', measure };
  if (limit.operator === 'range') {
    const { min, max } = limit;
    return [
      { ...base, value: max, relax: 'up', strict: false, ...rangeTexts((value) => ({ min, max: value })) },
      { ...base, value: min, relax: 'down', strict: false, ...rangeTexts((value) => ({ min: value, max })) },
    ];
  }
  const { operator, value } = limit;
  if (operator === '=') return [];
  const relax = operator === '>' || operator === '>=' ? 'down' : 'up';
  return [
    {
      ...base,
      value,
      relax,
      strict: operator === '<' || operator === '>',
      written: (next) => `${operator} ${next} km`,
      changed: (properties, next) => withDistance(properties, { operator, value: next, units: 'km' }),
    },
  ];
}

function rangeTexts(
  rangeOf: (value: number) => { readonly min: number; readonly max: number },
): Pick<Limit, 'written' | 'changed'> {
  return {
    written(value) {
      const { min, max } = rangeOf(value);
      // A range knows no negative exponents; below a millimetre it is zero.
      return `${min < 1e-6 ? 0 : min}-${max} km`;
    },
    changed: (properties, value) => withDistance(properties, { operator: '=', value: rangeOf(value), units: 'km' }),
  };
}

function withDistance(properties: JsonObject, distance: JsonObject): JsonObject {
  return { ...properties, distance };
}
