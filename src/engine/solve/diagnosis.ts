// Says what happened in words: per demand what took its candidates away, and, when nothing was found, why.
import type { DemandDiagnosis, Diagnosis, SearchProof } from '../../domain/solution.ts';
import type { BuiltModel } from './build-model.ts';
import type { DemandState, Step } from './framework/filter.ts';
import { proofOf } from './proof.ts';
import type { SearchOutcome } from './search/model.ts';

/** Facts of a search that ran. */
export interface SearchFacts {
  readonly outcome: SearchOutcome;
  readonly built: BuiltModel;
  /** Of the placements found. */
  readonly objectives: readonly (number | null)[];
  /** Number of recommendations asked for, or the bound of `all`. */
  readonly wanted: number;
  readonly all: boolean;
  /** See `SearchOptions.gapLimit`; 0 for none. */
  readonly gapLimit: number;
}

export interface Timing {
  readonly elapsedMs: number;
  readonly timeLimitMs: number;
  /** The limit was reached before the search could start. */
  readonly timedOutEarly: boolean;
}

/** `search` is null when a demand lost all candidates before the search, or the time was up; `notices` are for the plan's message. */
export function diagnose(
  states: readonly DemandState[],
  search: SearchFacts | null,
  timing: Timing,
  notices: readonly string[],
): Diagnosis {
  const timedOut = timing.timedOutEarly || (search?.outcome.timedOut ?? false);
  return {
    demands: states.map(demandDiagnosis),
    nodes: search?.outcome.nodes ?? 0,
    elapsedMs: timing.elapsedMs,
    timedOut,
    summary: [...(timedOut ? [timeoutSentence(search, timing)] : []), ...sentences(states, search)],
    proof: search ? proofOf(search.outcome, search.built, search.objectives) : notSearched(timing),
    ...(notices.length > 0 ? { notices } : {}),
  };
}

function notSearched({ timedOutEarly }: Timing): SearchProof {
  return { status: timedOutEarly ? 'TIMED_OUT' : 'INFEASIBLE', bound: null, gap: null, nodes: 0, seed: null };
}

function demandDiagnosis({ demand, candidates, steps }: DemandState): DemandDiagnosis {
  return {
    demand: demand.name,
    candidates: demand.candidates.length,
    outcomes: steps.map(({ outcome }) => outcome),
    remaining: candidates.length,
  };
}

function sentences(states: readonly DemandState[], search: SearchFacts | null): readonly string[] {
  if (search)
    return search.outcome.placements.length === 0 ? nothingFound(search) : [...near(search), ...fewer(search)];
  return states.filter(({ candidates }) => candidates.length === 0).map(emptySentence);
}

function emptySentence({ demand, steps }: DemandState): string {
  const head = `Demand ${demand.name}: 0 of ${demand.candidates.length} candidates remain`;
  const parts = steps.flatMap(stepWords);
  return [head, ...parts].join('; ');
}

/** `distance_to_location "near" refused 12 (nearest 612 km, limit 500 km)`. */
function stepWords({ outcome, refused, unknown, words }: Step): string[] {
  const title = `${outcome.type} "${outcome.constraint}"`;
  const parts: string[] = [];
  if (refused.length > 0) {
    const why = words ?? commonest(refused.map(({ reason }) => reason));
    parts.push(`${title} refused ${refused.length} (${why})`);
  }
  if (unknown.count > 0) parts.push(`${title} could not judge ${unknown.count} (${unknown.reason})`);
  return parts;
}

function commonest(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  let best = { reason: '', count: 0 };
  for (const [reason, count] of counts) if (count > best.count) best = { reason, count };
  return counts.size > 1 ? `for example: ${best.reason}` : best.reason;
}

function timeoutSentence(search: SearchFacts | null, { timeLimitMs }: Timing): string {
  const head = `The time limit of ${timeLimitMs / 1000} s was reached`;
  if (!search) return `${head} while the constraints were checked`;
  const nodes = `${head} after ${search.outcome.nodes} nodes`;
  return search.outcome.placements.length > 0
    ? `${nodes}; the last recommendation is the best found until then`
    : `${nodes}; no placement had been found`;
}

function nothingFound({ outcome, built }: SearchFacts): readonly string[] {
  const { model, rules, demands } = built;
  const title = (rule: number) => `${rules[rule]?.type.name} "${rules[rule]?.name}"`;
  const size = (position: number) => `${demands[position]?.name} (${demands[position]?.candidates.length})`;
  const pairs = outcome.impossible.flatMap((index) => {
    const pair = model.pairs[index];
    return pair ? [`${title(pair.rule)}: no candidates of ${size(pair.a)} and ${size(pair.b)} fit together`] : [];
  });
  if (pairs.length > 0 || outcome.timedOut) return pairs;
  if (outcome.status === 'STOPPED') return ['The search was stopped before any placement had been found'];
  const worst = outcome.blocked
    .map((count, rule) => ({ count, rule }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ count, rule }) => `${title(rule)} ended ${count} attempts`);
  const all = demands.map((_, position) => size(position)).join(', ');
  return [[`No combination of candidates fits for ${all}`, ...worst].join('; ')];
}

/** What a gap limit did to the answer. */
function near({ outcome, built, objectives, gapLimit }: SearchFacts): readonly string[] {
  const { status, gap } = proofOf(outcome, built, objectives);
  if (status !== 'FEASIBLE' || outcome.timedOut || gap === null || gapLimit === 0) return [];
  return [`The search ended with a gap of ${percent(gap)}, which the gap limit of ${percent(gapLimit)} allows`];
}

function percent(part: number): string {
  return `${Number((100 * part).toPrecision(3))} %`;
}

function fewer({ outcome, built, wanted, all }: SearchFacts): readonly string[] {
  if (outcome.status === 'STOPPED')
    return ['The search was stopped; the last recommendation is the best found until then'];
  const found = outcome.placements.length;
  if (all && found >= wanted) return [`Stopped at ${found} recommendations, the most that "all" gives`];
  if (all || found >= wanted || outcome.timedOut) return [];
  const taken = outcome.placements
    .at(-1)
    ?.some((candidate, position) => built.model.demands[position]?.unique[candidate] === 1);
  const why = taken
    ? 'nothing more fits once the unique candidates in these are taken'
    : 'no candidate in the last one is unique, so that a further one would be the same again';
  return [`${found} of ${wanted} recommendations: ${why}`];
}
