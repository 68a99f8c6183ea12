// Soft pairwise constraints: two choices that do not fit together are not refused, they cost something. The cost is counted
// with the later of the two demands, so that the total of a path is exact as soon as both are decided.
import type { Registry } from '../framework/registry.ts';
import type { PairModel, RuleModel, SoftPairModel } from './model.ts';

/** What one earlier decision costs the candidates of a later demand. */
export interface SoftTie {
  /** Level of the earlier demand. */
  readonly earlier: number;
  readonly weight: number;
  /** Whether candidate `i` of the earlier demand and `j` of the later one have to pay. */
  readonly violated: (i: number, j: number) => boolean;
}

/** A soft pair of the model with its test; `violated` takes a candidate of `a`, then one of `b`. */
export interface SoftTest extends Omit<SoftTie, 'earlier'> {
  readonly a: number;
  readonly b: number;
}

export function softTests(
  pairs: readonly SoftPairModel[],
  rules: readonly RuleModel[],
  registry: Registry,
): readonly SoftTest[] {
  return pairs.map((pair) => {
    const rule = rules[pair.rule];
    const test = rule && registry.get(rule.type)?.pair;
    if (!test) throw new Error(`constraint type '${rule?.type}' has no pair test`);
    const fits = test.between(rule.params, pair.left, pair.right);
    const [left, right] = [pair.alone.left.values, pair.alone.right.values];
    const violated = (i: number, j: number) => left[i] !== 1 || right[j] !== 1 || !fits(i, j);
    return { a: pair.a, b: pair.b, weight: pair.weight, violated };
  });
}

/** The ties of each level of a group whose demands are decided in the order of `positions`. */
export function levelsOf(positions: readonly number[], tests: readonly SoftTest[]): readonly (readonly SoftTie[])[] {
  const levels: SoftTie[][] = positions.map(() => []);
  for (const { a, b, weight, violated } of tests) {
    const [i, j] = [positions.indexOf(a), positions.indexOf(b)];
    if (i < 0 || j < 0) continue;
    const tie = i < j ? { earlier: i, weight, violated } : { earlier: j, weight, violated: flipped(violated) };
    levels[Math.max(i, j)]?.push(tie);
  }
  return levels;
}

function flipped(violated: SoftTie['violated']): SoftTie['violated'] {
  return (i, j) => violated(j, i);
}

/** Pairs that stand for everything in which a soft constraint may tell candidates apart. */
export function tellingApart(pairs: readonly SoftPairModel[]): readonly PairModel[] {
  return pairs.flatMap((pair) => [pair, { ...pair, left: pair.alone.left, right: pair.alone.right }]);
}
