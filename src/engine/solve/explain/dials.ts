// The limits of a template as dials: what they stand at, the problem with one of them turned, and how far one must be turned to
// admit given candidates.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Relaxation } from '../../../domain/explanation.ts';
import type { Limit } from '../framework/constraint.ts';
import type { AttachedConstraint } from '../framework/registry.ts';
import type { Case, Variant } from './case.ts';
import type { Placed } from './placing.ts';
import { assumedText, limitText, numberText, titleOf, withUnit } from './words.ts';

/** One limit of the template; its constraint may have been split per demand. */
export interface Dial {
  readonly name: string;
  readonly type: string;
  readonly limit: Limit;
  readonly attached: readonly AttachedConstraint[];
}

export function dialsOf({ problem, whole, locations }: Case): readonly Dial[] {
  const names = [...new Set(problem.constraints.map(({ name }) => name))];
  return names.flatMap((name) => {
    // A soft limit keeps nobody out: it is paid for, and its weight is what to turn.
    const attached = whole.constraints.filter((one) => one.name === name && !one.soft);
    const [first] = attached;
    if (!first) return [];
    const limits = first.type.limits?.(first.params, locations) ?? [];
    return limits.map((limit): Dial => ({ name, type: first.type.name, limit, attached }));
  });
}

/** The value that puts the limit out of the way. */
export function farthest({ limit }: Dial): number {
  return limit.relax === 'up' ? Number.MAX_VALUE : -Number.MAX_VALUE;
}

/** The whole problem with the limit at another value. */
export function turned({ whole, problem }: Case, { attached, limit }: Dial, value: number): Variant {
  const constraints = whole.constraints.map((one) => {
    if (!attached.includes(one)) return one;
    const properties = problem.constraints.find(({ key }) => key === one.key)?.properties ?? {};
    return { ...one, params: one.type.parse(limit.changed(properties, value)) };
  });
  return { ...whole, constraints };
}

/** The value of the limit that just admits these candidates; null when that is no change. */
export function neededFor({ attached, limit }: Dial, chosen: ReadonlyMap<string, Candidate>): number | null {
  const { relax, strict, value } = limit;
  const outward = relax === 'up' ? 1 : -1;
  const measures = attached.flatMap(({ type, demands }) => {
    const present = demands.flatMap((name) => chosen.get(name) ?? []);
    if (type.scope === 'unary') return present.flatMap((one) => limit.measure(one, null) ?? []);
    return present.flatMap((one, at) => present.slice(at + 1).flatMap((other) => limit.measure(one, other) ?? []));
  });
  if (measures.length === 0) return null;
  const worst = measures.reduce((a, b) => (outward * (b - a) > 0 ? b : a));
  const needed = strict ? nextFloat(worst, outward) : worst;
  return outward * (needed - value) > 0 ? needed : null;
}

/** The number next to it on the tighter side: nothing lies between the two. */
export function tighter({ limit }: Dial, value: number): number {
  return nextFloat(value, limit.relax === 'up' ? -1 : 1);
}

/** The next larger (1) or smaller (-1) number. */
function nextFloat(value: number, way: 1 | -1): number {
  if (value === 0) return way * Number.MIN_VALUE;
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value);
  const outward = value > 0 === way > 0 ? 1n : -1n;
  bytes.setBigInt64(0, bytes.getBigInt64(0) + outward);
  return bytes.getFloat64(0);
}

/** `gain` is null for a plan without an answer. */
export function relaxationOf({ name, type, limit }: Dial, to: number, placed: Placed, gain: number | null): Relaxation {
  const { value: from, unit, path } = limit;
  const { objective, assumed } = placed;
  const change = `${titleOf(type, name)} at ${limitText(limit, to)} instead of ${withUnit(from, unit)}`;
  const effect =
    gain === null
      ? `makes the plan solvable${objective === null ? '' : `, with an objective of ${numberText(objective)}`}`
      : `makes the objective better by ${numberText(gain)}, to ${numberText(objective ?? 0)}`;
  return {
    constraint: name,
    path: ['constraints', name, 'properties', ...path].join(' > '),
    property: limit.written(to),
    from,
    to,
    unit,
    objective,
    gain,
    assumed,
    sentence: `${change} ${effect}${assumedText(assumed)}`,
  };
}
