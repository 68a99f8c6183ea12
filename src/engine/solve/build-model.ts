// From surviving candidates to the numbers that the search works on: candidates in the order in which they are to be tried,
// what each adds to the objective, and the features that pair tests compare.
import type { Candidate } from '../../domain/candidate.ts';
import type { PairFeatures } from './framework/constraint.ts';
import type { AttachedConstraint } from './framework/registry.ts';
import { newerFirst } from './objective/aic-version.ts';
import { costOf } from './objective/location-call.ts';
import type { ObjectiveNode, PairPenalty, PreparedObjective } from './objective/objective.ts';
import { type Shares, sharesOf } from './objective/shares.ts';
import { scaled } from './objective/tree.ts';
import type { Expression } from './search/expression.ts';
import type { DemandModel, PairModel, RuleModel, SearchModel, SlotModel, SoftPairModel } from './search/model.ts';
import { atOnce } from './turns.ts';

/** A demand's candidates in the order of the model. */
export interface RankedDemand {
  readonly name: string;
  readonly candidates: readonly Candidate[];
}

export interface BuiltModel {
  readonly demands: readonly RankedDemand[];
  readonly model: SearchModel;
  /** The pairwise constraint of each rule of the model, soft ones last. */
  readonly rules: readonly AttachedConstraint[];
  /** The objective's value of a total of the search. */
  objectiveOf(total: number): number;
}

/**
 * `demands` in search order; every candidate can be valued. Constraints that are not pairwise, or name fewer than two of the
 * demands, are left out; soft ones are taken from the objective, which pays for them. `drawn`: the order of the candidates was
 * drawn, and their cost does not change it.
 */
export function buildModel(...parts: Parameters<typeof modelSteps>): BuiltModel {
  return atOnce(modelSteps(...parts));
}

/** The same with a pause after each demand and each constraint: with thousands of candidates it takes a while. */
export function* modelSteps(
  demands: readonly RankedDemand[],
  constraints: readonly AttachedConstraint[],
  objective: PreparedObjective | null,
  drawn = false,
): Generator<void, BuiltModel> {
  const candidates = new Map(demands.map((demand) => [demand.name, demand.candidates]));
  const shares = objective && sharesOf(objective, (name) => candidates.get(name) ?? []);
  const preferNewer = objective?.preferNewer ?? false;
  const ranked: Ranked[] = [];
  for (const demand of demands) {
    ranked.push(rank(demand, shares, preferNewer, drawn));
    yield;
  }
  const used = constraints.filter(
    ({ type, demands: names, soft }) => type.scope === 'pairwise' && names.length > 1 && !soft,
  );
  const penalties = objective?.pairPenalties ?? [];
  const rules = [...used, ...penalties.map(({ attached }) => attached)];
  const pairs: PairModel[] = [];
  for (const [rule, constraint] of used.entries()) {
    for (const pair of pairsOf(constraint, rule, ranked)) pairs.push(pair);
    yield;
  }
  const slots: SlotModel[] = [];
  const { sign, constant } = shares ?? { sign: 1, constant: 0 };
  const model: SearchModel = {
    demands: ranked.map(({ model: one }) => one),
    rules: rules.map(({ type, params }): RuleModel => ({ type: type.name, params })),
    pairs,
    softPairs: penalties.flatMap((penalty, at) => softPairsOf(penalty, used.length + at, ranked)),
    optimise: objective !== null,
    noise: shares?.noise ?? 0,
    terms: (shares?.mixed ?? []).map(({ node, slope }) => {
      const inner = expressionOf(node, ranked, slots);
      return { kind: 'operator', operator: 'sum', operands: [inner], start: 0, span: 1, weight: slope };
    }),
    slots,
    offset: sign * constant,
  };
  return { demands: ranked, model, rules, objectiveOf: (total) => sign * total + constant };
}

interface Ranked extends RankedDemand {
  readonly model: DemandModel;
}

/** By what they add, then newer regions first if that counts, then cost; all stable, so ties keep inventory order. */
function rank({ name, candidates }: RankedDemand, shares: Shares | null, preferNewer: boolean, drawn: boolean): Ranked {
  const keys = snapped(
    candidates.map((candidate) => shares?.key(name, candidate) ?? 0),
    shares?.noise ?? 0,
  );
  const entries = candidates.map((candidate, index) => {
    const key = keys[index] ?? 0;
    return {
      candidate,
      index,
      cost: costOf(candidate),
      key,
      score: shares?.mixes(name) ? shares.score(name, candidate) : key,
    };
  });
  if (!drawn) entries.sort((a, b) => a.cost - b.cost);
  const byCost = entries.map(({ index }) => index);
  if (preferNewer) entries.sort((a, b) => newerFirst(a.candidate, b.candidate));
  const ages = agesOf(entries);
  entries.sort((a, b) => a.key - b.key);
  const places = new Map(entries.map(({ index }, place) => [index, place]));
  return {
    name,
    candidates: entries.map(({ candidate }) => candidate),
    model: {
      scores: Float64Array.from(entries, ({ score }) => score),
      unique: Uint8Array.from(entries, ({ candidate }) => (candidate.uniqueness === 'true' ? 1 : 0)),
      byCost: Uint32Array.from(byCost, (index) => places.get(index) ?? 0),
      ...(preferNewer ? { ages: Float64Array.from(entries, ({ index }) => ages.get(index) ?? 0) } : {}),
    },
  };
}

/** Values that only rounding tells apart become the least of them, so that it does not decide their order. */
function snapped(values: readonly number[], noise: number): readonly number[] {
  const result = [...values];
  let least = Number.NEGATIVE_INFINITY;
  for (const index of values.map((_, at) => at).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))) {
    const value = values[index] ?? 0;
    if (value - least > noise) least = value;
    result[index] = least;
  }
  return result;
}

/** Equal numbers for equal versions, 0 for the newest; `entries` newest first. */
function agesOf(entries: readonly { readonly candidate: Candidate; readonly index: number }[]) {
  const ages = new Map<number, number>();
  let age = 0;
  for (const [at, { candidate, index }] of entries.entries()) {
    const before = entries[at - 1];
    if (before && newerFirst(before.candidate, candidate) !== 0) age += 1;
    ages.set(index, age);
  }
  return ages;
}

/** The node over slots, which are appended: one for each leaf, its value at each candidate normalised and weighted. */
function expressionOf(node: ObjectiveNode, demands: readonly RankedDemand[], slots: SlotModel[]): Expression {
  if (node.kind === 'leaf') {
    const position = demands.findIndex(({ name }) => name === node.term.demand);
    const values = Float64Array.from(demands[position]?.candidates ?? [], (candidate) => {
      const measure = node.term.measure(candidate);
      return typeof measure === 'string' ? 0 : scaled(node, measure.value);
    });
    return { kind: 'slot', slot: slots.push({ position, values }) - 1 };
  }
  const { operator, normalization, weight } = node;
  const { start, end } = normalization ?? { start: 0, end: 1 };
  const operands = node.operands.map((operand) => expressionOf(operand, demands, slots));
  return { kind: 'operator', operator, operands, start, span: end - start, weight };
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

function softPairsOf(
  { attached, weight, fitsAlone }: PairPenalty,
  rule: number,
  demands: readonly RankedDemand[],
): SoftPairModel[] {
  const alone = demands.map(({ name, candidates }) => {
    return { width: 1, values: Float64Array.from(candidates, (one) => (fitsAlone(name, one) ? 1 : 0)) };
  });
  const none = { width: 1, values: new Float64Array() };
  return pairsOf(attached, rule, demands).map((pair) => {
    return { ...pair, weight, alone: { left: alone[pair.a] ?? none, right: alone[pair.b] ?? none } };
  });
}
