// Soft pairwise constraints: two choices that do not fit together are not refused, they cost something. The cost is counted
// with the later of the two demands, so that the total of a path is exact as soon as both are decided.
import type { Registry } from '../framework/registry.ts';
import type { PairModel, RuleModel, SoftPairModel } from './model.ts';

/** What one earlier decision costs the candidates of a later demand. */
export interface SoftTie {
  /** Position of the earlier demand in the model; `levelsOf` makes it a level. */
  readonly earlier: number;
  readonly weight: number;
  /** Whether candidate `i` of the earlier demand and `j` of the later one have to pay. */
  readonly violated: (i: number, j: number) => boolean;
}

/** By the position of the later demand. */
export type SoftTies = ReadonlyMap<number, readonly SoftTie[]>;

export function softTies(pairs: readonly SoftPairModel[], rules: readonly RuleModel[], registry: Registry): SoftTies {
  const ties = new Map<number, SoftTie[]>();
  for (const pair of pairs) {
    const rule = rules[pair.rule];
    const test = rule && registry.get(rule.type)?.pair;
    if (!test) throw new Error(`constraint type '${rule?.type}' has no pair test`);
    const fits = test.between(rule.params, pair.left, pair.right);
    const [left, right] = [pair.alone.left.values, pair.alone.right.values];
    const violated = (i: number, j: number) => left[i] !== 1 || right[j] !== 1 || !fits(i, j);
    const list = ties.get(pair.b) ?? [];
    list.push({ earlier: pair.a, weight: pair.weight, violated });
    ties.set(pair.b, list);
  }
  return ties;
}

/** The ties of each level of a group, their earlier demands as levels. */
export function levelsOf(positions: readonly number[], ties: SoftTies): readonly (readonly SoftTie[])[] {
  return positions.map((position) =>
    (ties.get(position) ?? []).map((tie) => ({ ...tie, earlier: positions.indexOf(tie.earlier) })),
  );
}

/** Pairs that stand for everything in which a soft constraint may tell candidates apart. */
export function tellingApart(pairs: readonly SoftPairModel[]): readonly PairModel[] {
  return pairs.flatMap((pair) => [pair, { ...pair, left: pair.alone.left, right: pair.alone.right }]);
}
