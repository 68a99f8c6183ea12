// distance_to_location: the candidate lies within (or beyond) a distance of a location of the template.
import { TemplateInvalidError } from '../../../domain/errors.ts';
import { own } from '../../../lib/json.ts';
import { type Constraint, type Refusal, reject, type Verdict, within } from '../framework/constraint.ts';
import {
  comparedWith,
  type DistanceLimit,
  distanceTo,
  km,
  limitWords,
  parseLimit,
  readPoint,
  withinLimit,
} from './distance.ts';
import { distanceLimits } from './distance-limits.ts';

interface Params {
  readonly location: string;
  readonly limit: DistanceLimit;
}

export const distanceToLocation: Constraint<Params> = {
  name: 'distance_to_location',
  rank: 1,
  cost: 'local',
  scope: 'unary',

  parse(properties) {
    const location = own(properties, 'location');
    const limit = parseLimit(own(properties, 'distance'));
    if (!('operator' in limit)) return limit;
    if (typeof location !== 'string') return [{ path: 'location', message: "Property 'location' must be a name" }];
    return { location, limit };
  },

  async check(ctx, { location: name, limit }, candidates) {
    const location = ctx.locations.get(name);
    const from = location && readPoint(location);
    if (!from) {
      const message = `Location ${name} in Constraint ${ctx.constraint} is undefined or has no readable coordinates`;
      const error = new TemplateInvalidError([{ path: `locations > ${name}`, message }]);
      return candidates.map(() => ({ kind: 'error', error }));
    }
    return candidates.map((candidate): Verdict => {
      const distance = distanceTo(from, candidate);
      if (distance === null) return reject('the candidate has no coordinates');
      const required = comparedWith(limit, distance);
      if (withinLimit(limit, distance)) return within(distance, required);
      return reject(`${km(distance)} from ${name}, ${limitWords(limit)}`, distance, required);
    });
  },

  summarize({ limit }, refused) {
    return distanceSummary(limit, refused);
  },

  unit: 'km',

  limits({ location: name, limit }, locations) {
    const location = locations.get(name);
    const from = location && readPoint(location);
    return distanceLimits(limit, (candidate) => (from ? distanceTo(from, candidate) : null));
  },
};

function distanceSummary(limit: DistanceLimit, refused: readonly Refusal[]): string | null {
  let nearest = Number.POSITIVE_INFINITY;
  let farthest = Number.NEGATIVE_INFINITY;
  for (const { measured } of refused) {
    if (measured === undefined) continue;
    nearest = Math.min(nearest, measured);
    farthest = Math.max(farthest, measured);
  }
  if (nearest > farthest) return null;
  if (limit.operator === '>' || limit.operator === '>=') return `farthest ${km(farthest)}, ${limitWords(limit)}`;
  const span = limit.operator === 'range' || limit.operator === '=' ? `, farthest ${km(farthest)}` : '';
  return `nearest ${km(nearest)}${span}, ${limitWords(limit)}`;
}
