// How the candidates of one demand compare with the answer: who refuses them, or how much worse the best placement with them is.
import type { CandidateStanding, ExplainedPlan, StandingList } from '../../../domain/explanation.ts';
import { type Judged, survivors, undecided } from './case.ts';
import type { Deadline } from './deadline.ts';
import { type Board, boardOf, forced, type Placer, type Placing } from './placing.ts';
import { chosenOf } from './verdicts.ts';
import { listed, numberText, OBJECTIVE, titleOf } from './words.ts';

const DEFAULT_SEARCHES = 50;
/** Searches handed to the threads at a time: enough to keep them busy, few enough to stop soon. */
const BATCH = 4;

export interface StandingFilter {
  readonly demand: string;
  readonly candidateIds?: readonly string[];
  readonly searches?: number;
}

export async function standingsOf(
  placer: Placer,
  plan: ExplainedPlan,
  filter: StandingFilter,
  deadline: Deadline,
): Promise<StandingList> {
  const { whole } = placer.of;
  const all = await placer.of.judgeAll(whole, deadline);
  const judged = all.find((one) => one.demand.name === filter.demand);
  if (!judged) return { standings: [], complete: true };
  const wanted = wantedOf(judged, filter.candidateIds);
  const chosenId = chosenOf(plan).get(filter.demand)?.candidate_id;
  const fitting = new Set(survivors(judged, 'strict'));
  const asked = wanted.filter((index) => fitting.has(index) && judged.candidates[index]?.candidate_id !== chosenId);
  const searched = await searchEach(placer, all, judged, asked, filter.searches ?? DEFAULT_SEARCHES, deadline);
  const goal = whole.objective ? whole.objective.goal : null;
  const compare = { judged, chosenId, answer: plan.recommendation?.objective ?? null, goal };
  return {
    standings: wanted.map((index) => standing(compare, index, searched.get(index))),
    complete: asked.every((index) => isDecided(searched.get(index))),
  };
}

function wantedOf({ candidates }: Judged, ids: readonly string[] | undefined): readonly number[] {
  const only = ids && new Set(ids);
  return candidates.flatMap(({ candidate_id: id }, index) => (!only || only.has(id) ? [index] : []));
}

/** The best placement with each candidate, in the order in which the search tries them. */
async function searchEach(
  placer: Placer,
  all: readonly Judged[],
  { demand, candidates }: Judged,
  asked: readonly number[],
  most: number,
  deadline: Deadline,
): Promise<ReadonlyMap<number, Placing>> {
  const found = new Map<number, Placing>();
  if (asked.length === 0 || deadline.over) return found;
  if (all.some((one) => survivors(one, 'strict').length === 0)) {
    return new Map(asked.map((index) => [index, { kind: 'none' }]));
  }
  const board = await boardOf(placer.of.whole, all, 'strict', placer.of.problem.stability);
  const position = board.built.demands.findIndex(({ name }) => name === demand.name);
  const ranked = board.built.demands[position]?.candidates ?? [];
  const places = new Map(ranked.map((candidate, at) => [candidate, at]));
  const order = asked
    .map((index) => ({ index, at: places.get(candidates[index] ?? ranked[0] ?? NOBODY) ?? -1 }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .slice(0, most);
  for (let start = 0; start < order.length && !deadline.over; start += BATCH) {
    const batch = order.slice(start, start + BATCH);
    const placings = await Promise.all(batch.map(({ at }) => placeWith(placer, board, position, at, deadline)));
    for (const [turn, { index }] of batch.entries()) found.set(index, placings[turn] ?? { kind: 'cut' });
  }
  return found;
}

const NOBODY: Judged['candidates'][number] = {
  candidate_id: '',
  inventory_type: '',
  inventory_provider: '',
  uniqueness: '',
  cost: 0,
};

function placeWith(placer: Placer, board: Board, position: number, at: number, deadline: Deadline): Promise<Placing> {
  const { demands, model } = board.built;
  return placer.search(
    board,
    forced(model, position, at),
    deadline,
    (one, index) => demands[one]?.candidates[one === position ? at : index],
  );
}

function isDecided(placing: Placing | undefined): boolean {
  return placing?.kind === 'none' || (placing?.kind === 'placed' && placing.proven);
}

interface Compare {
  readonly judged: Judged;
  readonly chosenId: string | undefined;
  /** Objective of the answer. */
  readonly answer: number | null;
  readonly goal: 'min' | 'max' | null;
}

function standing(compare: Compare, index: number, placing: Placing | undefined): CandidateStanding {
  const { judged, chosenId, answer } = compare;
  const candidateId = judged.candidates[index]?.candidate_id ?? '';
  const base = { demand: judged.demand.name, candidateId, chosen: candidateId === chosenId };
  if (base.chosen) {
    const worseBy = answer === null ? null : 0;
    return { ...base, refusedBy: [], bestObjective: answer, worseBy, sentence: `${candidateId} is the answer` };
  }
  const refusals = refusalsOf(judged, index);
  if (refusals.names.length > 0) {
    const sentence = `${candidateId} is refused by ${refusals.words}`;
    return { ...base, refusedBy: refusals.names, bestObjective: null, worseBy: null, sentence };
  }
  const open = undecided(judged, index);
  if (open.length > 0) {
    const sentence = `${candidateId} could not be judged by ${listed(open)}`;
    return { ...base, refusedBy: [], bestObjective: null, worseBy: null, sentence };
  }
  return { ...base, refusedBy: [], ...compared(compare, candidateId, placing) };
}

function refusalsOf({ columns }: Judged, index: number) {
  const names: string[] = [];
  const words: string[] = [];
  for (const { constraint, verdicts } of columns) {
    const verdict = verdicts[index];
    if (verdict?.kind !== 'reject' || constraint?.soft) continue;
    names.push(constraint?.name ?? OBJECTIVE);
    const title = constraint ? titleOf(constraint.type.name, constraint.name) : 'the objective';
    words.push(`${title} (${verdict.reason})`);
  }
  return { names, words: listed(words) };
}

function compared(
  { answer, goal }: Compare,
  id: string,
  placing: Placing | undefined,
): Pick<CandidateStanding, 'bestObjective' | 'worseBy' | 'sentence'> {
  const unknown = { bestObjective: null, worseBy: null };
  if (placing?.kind === 'none') {
    return { ...unknown, sentence: `${id} fits alone, but no placement of the other demands fits with it` };
  }
  if (placing?.kind !== 'placed') return { ...unknown, sentence: `${id} fits; how it compares was not worked out` };
  const { objective, proven } = placing;
  if (objective === null) {
    return { ...unknown, sentence: `${id} fits as well; without an objective the first placement that fits is taken` };
  }
  if (!proven) {
    return {
      ...unknown,
      sentence: `${id} fits; its best placement is ${numberText(objective)} or better, which was not proven`,
    };
  }
  if (answer === null)
    return { bestObjective: objective, worseBy: null, sentence: `${id} fits, with ${numberText(objective)} at best` };
  const worse = (goal === 'max' ? -1 : 1) * (objective - answer);
  const same = Math.abs(worse) <= 1e-9 * Math.max(1, Math.abs(answer));
  const worseBy = same ? 0 : Math.max(0, worse);
  const with_ = `the best placement with ${id} has ${numberText(objective)}`;
  if (same)
    return { bestObjective: objective, worseBy, sentence: `${id} is as good as the answer; the tie went to the other` };
  const sentence =
    worse > 0
      ? `${with_}, worse than the answer by ${numberText(worse)}`
      : `${with_}, better than this answer by ${numberText(-worse)}: the answer is not the first, or was not proven best`;
  return { bestObjective: objective, worseBy, sentence };
}
