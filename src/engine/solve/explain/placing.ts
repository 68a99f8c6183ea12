// Whether a variant has a placement, and the best one: found by the search in its own thread.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Problem } from '../../../domain/problem.ts';
import type { BuiltModel } from '../build-model.ts';
import { modelSteps } from '../build-model.ts';
import { demandOrder } from '../demand-order.ts';
import { violatorsOf } from '../framework/filter.ts';
import type { PreparedObjective } from '../objective/objective.ts';
import { withPenalties } from '../objective/penalties.ts';
import type { SearchRunner } from '../pool.ts';
import type { SearchModel, SearchOutcome } from '../search/model.ts';
import { inTurns } from '../turns.ts';
import { type Case, type Judged, type Mode, survivors, undecided, type Variant } from './case.ts';
import type { Deadline } from './deadline.ts';

export interface Placed {
  readonly kind: 'placed';
  readonly chosen: ReadonlyMap<string, Candidate>;
  /** null without an objective. */
  readonly objective: number | null;
  /** No placement is better. */
  readonly proven: boolean;
  /** Names of constraints that could not judge all of the chosen candidates. */
  readonly assumed: readonly string[];
}

/** `none`: proven that there is none; `cut`: the time was over before either was known. */
export type Placing = Placed | { readonly kind: 'none' } | { readonly kind: 'cut' };

/** Any placement will do, or the best is wanted. */
export type Aim = 'any' | 'best';

/** What survives of a variant, ready to be searched. */
export interface Board {
  readonly variant: Variant;
  readonly judged: readonly Judged[];
  readonly built: BuiltModel;
}

export class Placer {
  readonly of: Case;
  readonly #runner: SearchRunner;

  constructor(of: Case, runner: SearchRunner) {
    this.of = of;
    this.#runner = runner;
  }

  async place(variant: Variant, mode: Mode, aim: Aim, deadline: Deadline): Promise<Placing> {
    const judged = await this.of.judgeAll(variant, deadline);
    const easy = easyPlacing(variant, judged, mode, aim);
    if (easy) return easy;
    if (deadline.over) return { kind: 'cut' };
    await deadline.breathe();
    const aimed = { ...variant, objective: aim === 'best' ? variant.objective : null };
    const board = await boardOf(aimed, judged, mode, this.of.problem.stability);
    return this.search(board, board.built.model, deadline);
  }

  /** The best placement of the board's model, or of one made from it that has the same demands. */
  async search(
    board: Board,
    model: SearchModel,
    deadline: Deadline,
    candidateAt: (position: number, index: number) => Candidate | undefined = (position, index) =>
      board.built.demands[position]?.candidates[index],
  ): Promise<Placing> {
    await deadline.breathe();
    const timeLimitMs = deadline.leftMs;
    if (timeLimitMs <= 0) return { kind: 'cut' };
    let outcome: SearchOutcome;
    try {
      outcome = await this.#runner.run({ model, wanted: 1, timeLimitMs }, deadline.signal);
    } catch (error) {
      if (!deadline.signal.aborted) throw error;
      await deadline.breathe();
      return { kind: 'cut' };
    }
    if (outcome.status === 'INFEASIBLE') return { kind: 'none' };
    const [placement] = outcome.placements;
    if (!placement) return { kind: 'cut' };
    const chosen = new Map<string, Candidate>();
    for (const [position, { name }] of board.built.demands.entries()) {
      const candidate = candidateAt(position, placement[position] ?? -1);
      if (candidate) chosen.set(name, candidate);
    }
    return placedAs(board, chosen, outcome.status === 'OPTIMAL');
  }
}

function placedAs(
  { variant, judged }: Pick<Board, 'variant' | 'judged'>,
  chosen: Placed['chosen'],
  proven: boolean,
): Placed {
  const assumed = judged.flatMap((one) => {
    const candidate = chosen.get(one.demand.name);
    return candidate ? undecided(one, one.candidates.indexOf(candidate)) : [];
  });
  const objective = variant.objective?.explain(chosen).total ?? null;
  return { kind: 'placed', chosen, objective, proven, assumed: [...new Set(assumed)] };
}

/** What needs no search: a demand without candidates, or nothing that ties demands together. */
function easyPlacing(variant: Variant, judged: readonly Judged[], mode: Mode, aim: Aim): Placing | null {
  const alive = judged.map((one) => survivors(one, mode));
  if (alive.some((left) => left.length === 0)) return { kind: 'none' };
  const tied = variant.constraints.some(
    ({ type, demands, soft }) => type.scope === 'pairwise' && demands.length > 1 && !soft,
  );
  if (tied || (aim === 'best' && variant.objective)) return null;
  const chosen = new Map<string, Candidate>();
  for (const [at, { demand, candidates }] of judged.entries()) {
    const candidate = candidates[alive[at]?.[0] ?? -1];
    if (candidate) chosen.set(demand.name, candidate);
  }
  return placedAs({ variant: { ...variant, objective: null }, judged }, chosen, true);
}

/** Without an objective nothing is paid for either: any placement will do then. */
export async function boardOf(
  given: Variant,
  judged: readonly Judged[],
  mode: Mode,
  stability: Problem['stability'],
): Promise<Board> {
  const variant = { ...given, objective: given.objective && payingFor(given, given.objective, judged, stability) };
  const { objective, constraints } = variant;
  const left = new Map(
    judged.map((one) => [one.demand.name, survivors(one, mode).flatMap((index) => one.candidates[index] ?? [])]),
  );
  const order = demandOrder([...left.keys()], anchorsIn(left, objective?.anchors ?? []), objective?.links ?? []);
  const demands = order.map((name) => ({ name, candidates: left.get(name) ?? [] }));
  return { variant, judged, built: await inTurns(modelSteps(demands, constraints, objective)) };
}

function payingFor(
  { constraints, demands }: Variant,
  objective: PreparedObjective,
  judged: readonly Judged[],
  stability: Problem['stability'],
): PreparedObjective {
  const violators = (key: string, name: string) => {
    const one = judged.find(({ demand }) => demand.name === name);
    const column = one?.columns.find(({ constraint }) => constraint?.key === key);
    return violatorsOf(one?.candidates ?? [], column?.verdicts ?? []);
  };
  const known = new Map(
    constraints.flatMap(({ key, soft, demands: names }) =>
      soft ? names.map((name) => [JSON.stringify([key, name]), violators(key, name)] as const) : [],
    ),
  );
  const placement = stability?.placement.filter(({ demand }) => demands.some(({ name }) => name === demand));
  return withPenalties(
    objective,
    constraints,
    (key, name) => known.get(JSON.stringify([key, name])) ?? NOBODY,
    placement && { placement },
  );
}

const NOBODY: ReadonlySet<string> = new Set();

function anchorsIn(left: ReadonlyMap<string, unknown>, anchors: readonly string[]): readonly string[] {
  return anchors.filter((name) => left.has(name));
}

/** The model with one candidate of one demand left; it has index 0 then. */
export function forced(model: SearchModel, position: number, candidate: number): SearchModel {
  const pick = (values: Float64Array, width = 1) => values.slice(candidate * width, (candidate + 1) * width);
  return {
    ...model,
    demands: model.demands.map(({ scores, unique, ages }, at) => {
      if (at !== position) return model.demands[at] ?? { scores, unique };
      return {
        scores: pick(scores),
        unique: unique.slice(candidate, candidate + 1),
        ...(ages ? { ages: pick(ages) } : {}),
      };
    }),
    pairs: model.pairs.map((pair) => {
      const { a, b, left, right } = pair;
      if (a === position) return { ...pair, left: { width: left.width, values: pick(left.values, left.width) } };
      if (b === position) return { ...pair, right: { width: right.width, values: pick(right.values, right.width) } };
      return pair;
    }),
    softPairs: (model.softPairs ?? []).map((pair) => {
      const { a, b, left, right, alone } = pair;
      if (a === position) {
        const one = { width: 1, values: pick(alone.left.values) };
        return {
          ...pair,
          left: { width: left.width, values: pick(left.values, left.width) },
          alone: { ...alone, left: one },
        };
      }
      if (b !== position) return pair;
      const one = { width: 1, values: pick(alone.right.values) };
      return {
        ...pair,
        right: { width: right.width, values: pick(right.values, right.width) },
        alone: { ...alone, right: one },
      };
    }),
    slots: (model.slots ?? []).map((slot) =>
      slot.position === position ? { ...slot, values: pick(slot.values) } : slot,
    ),
  };
}
