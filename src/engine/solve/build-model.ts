// From surviving candidates to the numbers that the search works on: candidates sorted as they are to be tried, scores,
// and the features that pair tests compare.
import type { Candidate } from '../../domain/candidate.ts';
import type { PairFeatures } from './framework/constraint.ts';
import type { AttachedConstraint } from './framework/registry.ts';
import { costOf } from './objective/distance-between.ts';
import type { DemandModel, PairModel, RuleModel, SearchModel } from './search/model.ts';

/** A demand's candidates in the order of the model, beside their scores. */
export interface RankedDemand {
  readonly name: string;
  readonly candidates: readonly Candidate[];
  readonly scores: Float64Array;
}

/** Sorts by cost, then by score; both sorts are stable, so ties keep inventory order. `scoreOf` is finite. */
export function rankDemand(
  name: string,
  candidates: readonly Candidate[],
  scoreOf: (candidate: Candidate) => number,
): RankedDemand {
  const entries = candidates.map((candidate) => ({ candidate, cost: costOf(candidate), score: scoreOf(candidate) }));
  entries.sort((a, b) => a.cost - b.cost);
  entries.sort((a, b) => a.score - b.score);
  return {
    name,
    candidates: entries.map(({ candidate }) => candidate),
    scores: Float64Array.from(entries, ({ score }) => score),
  };
}

export interface BuiltModel {
  readonly model: SearchModel;
  /** The pairwise constraint of each rule of the model. */
  readonly rules: readonly AttachedConstraint[];
}

/** `demands` in search order; constraints that are not pairwise, or name fewer than two of the demands, are left out. */
export function buildModel(
  demands: readonly RankedDemand[],
  constraints: readonly AttachedConstraint[],
  optimise: boolean,
): BuiltModel {
  const used = constraints.filter(({ type, demands: names }) => type.scope === 'pairwise' && names.length > 1);
  const pairs = used.flatMap((constraint, rule) => pairsOf(constraint, rule, demands));
  const rules = used.map(({ type, params }): RuleModel => ({ type: type.name, params }));
  const models = demands.map(({ candidates, scores }): DemandModel => {
    const unique = Uint8Array.from(candidates, ({ uniqueness }) => (uniqueness === 'true' ? 1 : 0));
    return { scores, unique };
  });
  return { model: { demands: models, rules, pairs, optimise }, rules: used };
}

function pairsOf(
  { type, params, demands: names }: AttachedConstraint,
  rule: number,
  demands: readonly RankedDemand[],
): PairModel[] {
  const numbers = new Map<string, number>();
  const intern = (text: string) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  const members: { readonly position: number; readonly features: PairFeatures }[] = [];
  for (const [position, demand] of demands.entries()) {
    const features = names.includes(demand.name) ? type.pair?.encode(params, demand.candidates, intern) : undefined;
    if (features) members.push({ position, features });
  }
  return members.flatMap((left, at) =>
    members.slice(at + 1).map((right): PairModel => {
      return { a: left.position, b: right.position, rule, left: left.features, right: right.features };
    }),
  );
}
