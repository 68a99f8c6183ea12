// Each constraint's verdict on each candidate, with what was measured and how far inside or outside the limit it lies.
import type { Candidate } from '../../../domain/candidate.ts';
import type { CandidateVerdict, ExplainedPlan, VerdictList } from '../../../domain/explanation.ts';
import type { Measured, Verdict } from '../framework/constraint.ts';
import type { AttachedConstraint } from '../framework/registry.ts';
import { Case, type Column, type Judged } from './case.ts';
import type { Deadline } from './deadline.ts';
import { OBJECTIVE } from './words.ts';

const DEFAULT_LIMIT = 5000;
/** Candidates described before other work of the process gets a turn. */
const SLICE = 100;

export interface VerdictFilter {
  readonly demand?: string;
  readonly candidateId?: string;
  readonly limit?: number;
}

export async function verdictsOf(plan: ExplainedPlan, filter: VerdictFilter, deadline: Deadline): Promise<VerdictList> {
  const of = new Case(plan);
  const chosen = chosenOf(plan);
  const { limit = DEFAULT_LIMIT, demand: wanted, candidateId } = filter;
  const verdicts: CandidateVerdict[] = [];
  let complete = true;
  for (const demand of of.whole.demands) {
    if (wanted !== undefined && wanted !== demand.name) continue;
    if (verdicts.length >= limit || deadline.over) {
      complete &&= demand.candidates.length === 0;
      continue;
    }
    const all = demand.candidates.filter((one) => candidateId === undefined || one.candidate_id === candidateId);
    // Each candidate has a verdict from every constraint of its demand; what could not be listed need not be judged.
    const columns = of.whole.constraints.filter(({ demands }) => demands.includes(demand.name)).length;
    const room = columns === 0 ? all.length : Math.ceil((limit - verdicts.length) / columns);
    const judged = await of.judge(of.whole, { ...demand, candidates: all.slice(0, room) }, deadline);
    for (const index of judged.candidates.keys()) {
      if (index % SLICE === 0) await deadline.breathe();
      verdicts.push(...rowOf(judged, index, chosen));
    }
    complete &&= room >= all.length;
  }
  return { verdicts: verdicts.slice(0, limit), complete: complete && verdicts.length <= limit };
}

/** The candidates of the recommendation by demand, as the problem has them. */
export function chosenOf({ problem, recommendation }: ExplainedPlan): ReadonlyMap<string, Candidate> {
  const ids = new Map(recommendation?.demands.map(({ demand, source }) => [demand, source.candidate_id]));
  const entries = problem.demands.flatMap(({ name, candidates }) => {
    const candidate = candidates.find((one) => one.candidate_id === ids.get(name));
    return candidate ? [[name, candidate] as const] : [];
  });
  return new Map(entries);
}

type Chosen = ReadonlyMap<string, Candidate>;

function rowOf({ demand, candidates, columns }: Judged, index: number, chosen: Chosen): readonly CandidateVerdict[] {
  const candidate = candidates[index];
  if (!candidate) return [];
  return columns.flatMap(({ constraint, verdicts }: Column): readonly CandidateVerdict[] => {
    const own = verdicts[index];
    if (!own || (!constraint && own.kind === 'fit')) return [];
    const verdict =
      constraint && own.kind === 'fit' ? withPartners(constraint, demand.name, candidate, own, chosen) : own;
    return [
      {
        demand: demand.name,
        candidateId: candidate.candidate_id,
        constraint: constraint?.name ?? OBJECTIVE,
        type: constraint?.type.name ?? 'objective',
        ...described(verdict, constraint?.type.unit ?? null),
        ...(constraint?.soft ? { soft: true } : {}),
      },
    ];
  });
}

/** Of a pairwise constraint: the verdict beside each chosen candidate of the other demands; a refusal wins, then the nearest to the limit. */
function withPartners(
  { type, params, demands }: AttachedConstraint,
  demand: string,
  candidate: Candidate,
  alone: Verdict,
  chosen: Chosen,
): Verdict {
  const { pair } = type;
  if (!pair || demands.length < 2) return alone;
  let worst: Verdict | null = null;
  for (const name of demands) {
    const partner = chosen.get(name);
    if (name === demand || !partner) continue;
    const said = named(pair.judge?.(params, candidate, partner) ?? alone, name, partner);
    if (worst === null || rank(said) < rank(worst)) worst = said;
  }
  return worst ?? alone;
}

function named(verdict: Verdict, demand: string, partner: Candidate): Verdict {
  if (verdict.kind !== 'reject') return verdict;
  return { ...verdict, reason: `${verdict.reason} (with ${partner.candidate_id} for ${demand})` };
}

/** Refusals first, by how far outside; then fits, by how little inside. */
function rank(verdict: Verdict): number {
  const margin = marginOf(verdict);
  if (verdict.kind === 'reject') return margin ?? -Number.MAX_VALUE;
  return margin ?? Number.MAX_VALUE;
}

function marginOf(verdict: Verdict): number | null {
  if (verdict.kind !== 'fit' && verdict.kind !== 'reject') return null;
  const { kind, measured, required } = verdict;
  if (measured === undefined || required === undefined) return null;
  const distance = Math.abs(measured - required);
  return kind === 'fit' || distance === 0 ? distance : -distance;
}

const KINDS = { fit: 'FIT', reject: 'REFUSED', unknown: 'UNKNOWN', error: 'UNKNOWN' } as const;

function described(verdict: Verdict, unit: string | null) {
  const numbers: Measured = verdict.kind === 'fit' || verdict.kind === 'reject' ? verdict : {};
  const measured = numbers.measured ?? null;
  const reason = verdict.kind === 'reject' || verdict.kind === 'unknown' ? verdict.reason : '';
  return {
    verdict: KINDS[verdict.kind],
    reason,
    measured,
    required: numbers.required ?? null,
    margin: marginOf(verdict),
    unit: measured === null ? null : unit,
  };
}
