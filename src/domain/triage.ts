// Triage: what became of every candidate. Made of what the plan's documents hold anyway: what the inventory side dropped while
// translating, the solver's diagnosis, and the recommendations. Source: solver.md section 9 of the behaviour specification.
import { own } from '../lib/json.ts';
import type { Candidate, DroppedCandidate } from './candidate.ts';
import type { Problem, ProblemConstraint, Translation } from './problem.ts';
import type { ConstraintOutcome, DemandDiagnosis, Recommendation, Solution } from './solution.ts';

/** Per demand, what the inventory side left out and why. */
export interface DemandDrops {
  readonly demand: string;
  readonly candidates: readonly DroppedCandidate[];
}

/** Stored with a plan whose translation failed: the translation document, which would hold it, is not there. */
export interface TriageDocument {
  readonly dropped: readonly DemandDrops[];
}

export const TRIAGE_STAGES = ['translation', 'solver'] as const;

/** One candidate that did not get through, and what stopped it. */
export interface TriageDrop {
  readonly candidateId: string;
  readonly locationId: string | null;
  readonly stage: (typeof TRIAGE_STAGES)[number];
  /** Name and type of the constraint; null for what the inventory side dropped. */
  readonly constraint: string | null;
  readonly constraintType: string | null;
  readonly reason: string;
}

export interface DemandTriage {
  readonly demand: string;
  readonly drops: readonly TriageDrop[];
  /** Those of `drops` that the latency rules of the customer's country leave out. */
  readonly latencyDrops: readonly TriageDrop[];
  /** All that were dropped: diagnoses list at most 100 rejected candidates of each constraint. */
  readonly dropped: number;
}

export interface PlanTriage {
  /** The last distance or latency function of the objective. */
  readonly optimizationType: 'distance_between' | 'latency_between' | null;
  /** In template order; null while the plan is not translated. */
  readonly demands: readonly DemandTriage[] | null;
  readonly translator: readonly DemandDrops[] | null;
  /** null while the solver has not run. */
  readonly solver: readonly TriageNode[] | null;
}

interface TriageConstraint {
  readonly name: string;
  /** null: not passed, or not asked. */
  readonly status: 'passed' | null;
  readonly constraint_type: string;
}

/** One candidate in the solver's tree, in the reference's words. */
export interface TriageNode {
  readonly node_id: string;
  readonly name: string;
  readonly constraints: readonly (
    | TriageConstraint
    | { readonly constraint_name_dropped: string; readonly name: string }
  )[];
  /** `rollback`: tried, and no combination with it fits. `not tried` also where nothing more is known. */
  readonly type: 'dropped' | 'rollback' | 'solution' | 'not tried';
  readonly children?: readonly TriageNode[];
}

/** How the reason of a candidate begins whose country the latency rules of the customer's country do not list. */
const NOT_IN_LATENCY_RULES = 'diff_bw_candidates_and_countries';

/** What the documents of a plan tell; each may be missing. */
export interface TriageSources {
  readonly translation: Translation | null;
  readonly solution: Solution | null;
  readonly triage: TriageDocument | null;
}

export function triageOf({ translation, solution, triage }: TriageSources): PlanTriage {
  const translator = translation ? allDemands(translation) : (triage?.dropped ?? null);
  const candidates = new Map(translation?.problem.demands.map((demand) => [demand.name, demand.candidates]));
  const demands = translator?.map((drops) =>
    demandTriage(drops, candidates.get(drops.demand) ?? [], diagnosisOf(solution, drops.demand)),
  );
  return {
    optimizationType: translation ? optimizationTypeOf(translation.problem) : null,
    demands: demands ?? null,
    translator,
    solver: translation && solution ? solverTree(translation.problem, solution) : null,
  };
}

/** Every demand of the template, those without drops too. */
function allDemands({ problem, dropped }: Translation): readonly DemandDrops[] {
  const drops = new Map(dropped.map((entry) => [entry.demand, entry.candidates]));
  return problem.demands.map(({ name }) => ({ demand: name, candidates: drops.get(name) ?? [] }));
}

function diagnosisOf(solution: Solution | null, demand: string): DemandDiagnosis | undefined {
  return solution?.diagnosis.demands.find((one) => one.demand === demand);
}

function demandTriage(
  { demand, candidates: inventory }: DemandDrops,
  candidates: readonly Candidate[],
  diagnosis: DemandDiagnosis | undefined,
): DemandTriage {
  const outcomes = diagnosis?.outcomes ?? [];
  const places = new Map(candidates.map(({ candidate_id, location_id }) => [candidate_id, location_id ?? null]));
  const solver = outcomes.flatMap((outcome) => dropsOf(outcome, places));
  return {
    demand,
    drops: [...inventory.map(inventoryDrop), ...solver],
    latencyDrops: solver.filter(({ reason }) => reason.startsWith(NOT_IN_LATENCY_RULES)),
    dropped: inventory.length + outcomes.reduce((sum, one) => sum + rejectedCount(one), 0),
  };
}

function inventoryDrop({ candidate_id, location_id, reason }: DroppedCandidate): TriageDrop {
  const noConstraint = { constraint: null, constraintType: null };
  return { candidateId: candidate_id, locationId: location_id, stage: 'translation', ...noConstraint, reason };
}

function dropsOf(
  { constraint, type: constraintType, rejected }: ConstraintOutcome,
  places: ReadonlyMap<string, string | null>,
): TriageDrop[] {
  return rejected.map(({ candidateId, reason }) => {
    const locationId = places.get(candidateId) ?? null;
    return { candidateId, locationId, stage: 'solver', constraint, constraintType, reason };
  });
}

/** All that a constraint took away, those included that nobody could judge. */
export function rejectedCount({ before, after }: ConstraintOutcome): number {
  return before - after;
}

function optimizationTypeOf({ objective }: Problem): PlanTriage['optimizationType'] {
  const functions: string[] = [];
  if (objective?.kind === 'base') functions.push(...objective.operands.map((operand) => operand.function));
  if (objective?.kind === 'generic') collectFunctions(objective.root, functions);
  const last = functions.findLast((name) => name === 'distance_between' || name === 'latency_between');
  return last === 'distance_between' || last === 'latency_between' ? last : null;
}

type Operation = Extract<NonNullable<Problem['objective']>, { kind: 'generic' }>['root'];

function collectFunctions({ operands }: Operation, into: string[]): void {
  for (const operand of operands) {
    if (operand.kind === 'call') into.push(operand.function);
    else collectFunctions(operand, into);
  }
}

// ---------------------------------------------------------------- the solver's tree

/** Facts of one demand that its nodes share. */
interface DemandFacts {
  readonly name: string;
  readonly ids: readonly string[];
  readonly constraints: readonly ProblemConstraint[];
  readonly outcomes: readonly ConstraintOutcome[];
  /** By candidate id: the place in `outcomes` of what dropped it. */
  readonly droppedAt: ReadonlyMap<string, number>;
  /** More was dropped than is listed: of a candidate that is not, nothing can be said. */
  readonly truncated: boolean;
}

/**
 * Level by level in search order, children below each chosen candidate; without an answer one flat list. The candidates that were
 * not chosen are listed once in each level, below its first chosen one: with many recommendations the tree would explode.
 */
function solverTree(problem: Problem, solution: Solution): readonly TriageNode[] {
  const facts = new Map(problem.demands.map(({ name }) => [name, demandFacts(problem, solution, name)]));
  const [first] = solution.recommendations;
  if (!first) {
    const type = wereTried(solution) ? 'rollback' : 'not tried';
    return [...facts.values()].flatMap((demand) => demand.ids.map((id) => nodeOf(demand, id, type)));
  }
  const order = first.demands.flatMap(({ demand }) => facts.get(demand) ?? []);
  return level(order, 0, solution.recommendations, true);
}

/** A search that ended in time after every demand still had candidates has refuted them all. */
function wereTried({ diagnosis }: Solution): boolean {
  return !diagnosis.timedOut && diagnosis.demands.every(({ remaining }) => remaining > 0);
}

function level(
  order: readonly DemandFacts[],
  depth: number,
  paths: readonly Recommendation[],
  complete: boolean,
): readonly TriageNode[] {
  const demand = order[depth];
  if (!demand) return [];
  const chosen = new Map<string, Recommendation[]>();
  for (const path of paths) {
    const id = chosenId(path, demand.name);
    const group = chosen.get(id);
    if (group) group.push(path);
    else chosen.set(id, [path]);
  }
  const [firstId] = chosen.keys();
  return demand.ids.flatMap((id) => {
    const group = chosen.get(id);
    if (!group) return complete ? [nodeOf(demand, id, 'not tried')] : [];
    return [
      { ...nodeOf(demand, id, 'solution'), children: level(order, depth + 1, group, complete && id === firstId) },
    ];
  });
}

function chosenId({ demands }: Recommendation, name: string): string {
  const choice = demands.find(({ demand }) => demand === name);
  return String(own(choice?.source, 'candidate_id') ?? '');
}

function demandFacts(problem: Problem, solution: Solution, name: string): DemandFacts {
  const outcomes = diagnosisOf(solution, name)?.outcomes ?? [];
  const droppedAt = new Map<string, number>();
  for (const [at, { rejected }] of outcomes.entries())
    for (const { candidateId } of rejected) droppedAt.set(candidateId, at);
  return {
    name,
    ids: problem.demands.find((demand) => demand.name === name)?.candidates.map((one) => one.candidate_id) ?? [],
    constraints: problem.constraints.filter(({ demands }) => demands.includes(name)),
    outcomes,
    droppedAt,
    truncated: outcomes.some((outcome) => rejectedCount(outcome) > outcome.rejected.length),
  };
}

function nodeOf(demand: DemandFacts, id: string, otherwise: TriageNode['type']): TriageNode {
  const at = demand.droppedAt.get(id);
  const unlisted = otherwise === 'rollback' && demand.truncated ? 'not tried' : otherwise;
  const type = at === undefined ? unlisted : 'dropped';
  const constraints: TriageNode['constraints'][number][] = demand.constraints.map((one) => ({
    name: one.key,
    status: passed(demand, one, at, type) ? 'passed' : null,
    constraint_type: one.type,
  }));
  const dropping = at === undefined ? undefined : demand.outcomes[at];
  if (dropping) constraints.push({ constraint_name_dropped: keyOf(demand, dropping), name: demand.name });
  return { node_id: `${demand.name}|${id}`, name: demand.name, constraints, type };
}

function matches(outcome: ConstraintOutcome, { name, type }: ProblemConstraint): boolean {
  return outcome.constraint === name && outcome.type === type;
}

function keyOf({ constraints }: DemandFacts, outcome: ConstraintOutcome): string {
  return constraints.find((one) => matches(outcome, one))?.key ?? outcome.constraint;
}

/** What was asked before the drop was passed; constraints between demands are passed by what was chosen. */
function passed(
  { outcomes }: DemandFacts,
  constraint: ProblemConstraint,
  droppedAt: number | undefined,
  type: TriageNode['type'],
): boolean {
  // Who passed a soft constraint is not kept: it stopped nobody.
  if (constraint.soft) return false;
  const asked = outcomes.findIndex((outcome) => matches(outcome, constraint));
  return asked < 0 ? type === 'solution' : asked < (droppedAt ?? Number.POSITIVE_INFINITY);
}
