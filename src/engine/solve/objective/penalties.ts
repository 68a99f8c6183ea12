// What an objective is made to pay for: soft constraints that a choice breaks, and demands that leave their present place.
// Everything that concerns one demand joins the objective's tree as a leaf; soft constraints between demands stay pairs.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Problem } from '../../../domain/problem.ts';
import type { ScoreTerm } from '../../../domain/solution.ts';
import type { AttachedConstraint } from '../framework/registry.ts';
import type { ObjectiveLeaf, PairPenalty, PreparedObjective } from './objective.ts';

/** Ids of a demand's candidates that the constraint with this key does not find fit by themselves. */
export type Violators = (key: string, demand: string) => ReadonlySet<string>;

/** Whether there is anything to pay for besides the objective. */
export function hasPenalties({ constraints, stability }: Problem): boolean {
  return stability !== undefined || constraints.some(({ soft }) => soft !== undefined);
}

/** The objective with its penalties; `constraints` may hold others than soft ones. Always a worsening, whatever the goal. */
export function withPenalties(
  objective: PreparedObjective,
  constraints: readonly AttachedConstraint[],
  violators: Violators,
  stability: Problem['stability'],
): PreparedObjective {
  const sign = objective.goal === 'max' ? -1 : 1;
  const soft = constraints.flatMap((attached) => (attached.soft ? [{ attached, weight: attached.soft.weight }] : []));
  const leaves: PenaltyLeaf[] = [
    ...soft.flatMap(({ attached, weight }) => softLeaves(attached, sign * weight, violators)),
    ...(stability?.placement ?? []).map((entry) =>
      movingLeaf(entry.demand, entry.candidateId, sign * entry.movingCost),
    ),
  ];
  const pairs = soft.flatMap(({ attached, weight }) =>
    isPair(attached) ? [pairPenalty(attached, weight, violators)] : [],
  );
  if (leaves.length === 0 && pairs.length === 0) return objective;
  return {
    ...objective,
    root: { kind: 'operation', operator: 'sum', operands: [objective.root, ...leaves], normalization: null, weight: 1 },
    pairPenalties: pairs,
    explain(chosen) {
      const { total, terms } = objective.explain(chosen);
      const paid = [
        ...leaves.flatMap((leaf) => leafTerm(leaf, chosen)),
        ...pairs.flatMap((penalty) => pairTerms(penalty, sign, chosen)),
      ];
      return { total: paid.reduce((sum, { value }) => sum + value, total), terms: [...terms, ...paid] };
    },
  };
}

interface PenaltyLeaf extends ObjectiveLeaf {
  readonly function: 'soft' | 'moving';
  /** Name of the soft constraint. */
  readonly constraint?: string;
}

function isPair({ type, demands }: AttachedConstraint): boolean {
  return type.scope === 'pairwise' && demands.length > 1;
}

function softLeaves(attached: AttachedConstraint, weight: number, violators: Violators): readonly PenaltyLeaf[] {
  if (isPair(attached)) return [];
  return attached.demands.map((demand): PenaltyLeaf => {
    const broken = violators(attached.key, demand);
    const counts = ({ candidate_id: id }: Candidate) => broken.has(id);
    return { ...leaf('soft', demand, weight, counts), constraint: attached.name };
  });
}

function movingLeaf(demand: string, present: string, weight: number): PenaltyLeaf {
  return leaf('moving', demand, weight, ({ candidate_id: id }) => id !== present);
}

function leaf(
  name: PenaltyLeaf['function'],
  demand: string,
  weight: number,
  counts: (candidate: Candidate) => boolean,
): PenaltyLeaf {
  const measure = (candidate: Candidate) => ({ value: counts(candidate) ? 1 : 0 });
  return {
    kind: 'leaf',
    function: name,
    weight,
    normalization: null,
    term: { demand, location: null, late: true, measure },
  };
}

function pairPenalty(attached: AttachedConstraint, weight: number, violators: Violators): PairPenalty {
  return { attached, weight, fitsAlone: (demand, { candidate_id: id }) => !violators(attached.key, demand).has(id) };
}

/** None where nothing is to be paid. */
function leafTerm(of: PenaltyLeaf, chosen: ReadonlyMap<string, Candidate>): readonly ScoreTerm[] {
  const { demand } = of.term;
  const candidate = chosen.get(demand);
  const measure = candidate && of.term.measure(candidate);
  if (typeof measure !== 'object' || measure.value === 0) return [];
  const named = of.constraint === undefined ? {} : { constraint: of.constraint };
  return [{ ...plain(of.function, demand, of.weight), ...named }];
}

function pairTerms(penalty: PairPenalty, sign: number, chosen: ReadonlyMap<string, Candidate>): readonly ScoreTerm[] {
  const { name, demands } = penalty.attached;
  const decided = demands.filter((demand) => chosen.has(demand));
  return decided.flatMap((demand, at) =>
    decided.slice(at + 1).flatMap((otherDemand): readonly ScoreTerm[] => {
      const [one, other] = [chosen.get(demand), chosen.get(otherDemand)];
      if (!one || !other || holds(penalty, [demand, one], [otherDemand, other])) return [];
      return [{ ...plain('soft', demand, sign * penalty.weight), constraint: name, otherDemand }];
    }),
  );
}

type Chosen = readonly [demand: string, candidate: Candidate];

/** The very test that the search makes. */
function holds({ attached: { type, params }, fitsAlone }: PairPenalty, one: Chosen, other: Chosen): boolean {
  if (!type.pair || !fitsAlone(...one) || !fitsAlone(...other)) return false;
  const numbers = new Map<string, number>();
  const intern = (text: string) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  const [left, right] = [one, other].map(([, candidate]) => type.pair?.encode(params, [candidate], intern));
  return left !== undefined && right !== undefined && type.pair.between(params, left, right)(0, 0);
}

function plain(name: PenaltyLeaf['function'], demand: string, value: number): ScoreTerm {
  // Subtracting 0 would show as -0.
  const shown = value === 0 ? 0 : value;
  return { function: name, demand, location: null, weight: shown, distanceKm: null, cost: null, value: shown };
}
