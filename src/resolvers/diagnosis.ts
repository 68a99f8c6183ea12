// Why an answer is as it is: what the solver noted, and what the explainer works out when somebody asks for it.
import type { CandidateStanding, CandidateVerdict, Explanation } from '../domain/explanation.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { Diagnosis, Recommendation, ScoreTerm } from '../domain/solution.ts';
import type { ExplainSubject, ImaginedSolution } from '../services/index.ts';
import { pageSize } from './connection.ts';
import type { GraphqlContext } from './context.ts';

/** A diagnosis that knows what it is about. */
export interface ExplainedDiagnosis {
  readonly diagnosis: Diagnosis;
  readonly subject: ExplainSubject;
  /** The first; null when nothing fits. */
  readonly recommendation: Recommendation | null;
}

/** What one demand adds to the objective. */
export interface DemandScore {
  readonly demand: string;
  readonly value: number;
  readonly terms: readonly ScoreTerm[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** There may be more after these. */
  readonly hasMore: boolean;
  /** False when the time was up before everything was compared. */
  readonly complete: boolean;
}

interface PageArgs {
  readonly first: number;
  readonly offset: number;
}

export async function diagnosis(
  { head }: PlanRecord,
  _: unknown,
  ctx: GraphqlContext,
): Promise<ExplainedDiagnosis | null> {
  const solution = await ctx.loaders().solution.load(head);
  if (!solution) return null;
  const [recommendation = null] = solution.recommendations;
  return { diagnosis: solution.diagnosis, subject: { kind: 'plan', head }, recommendation };
}

export const imaginedDiagnosis = ({ diagnosis, subject, recommendations }: ImaginedSolution): ExplainedDiagnosis => ({
  diagnosis,
  subject,
  recommendation: recommendations[0] ?? null,
});

/** In the order in which the terms name the demands. */
export function scores({ recommendation }: ExplainedDiagnosis): DemandScore[] {
  const byDemand = new Map<string, ScoreTerm[]>();
  for (const term of recommendation?.terms ?? []) {
    const terms = byDemand.get(term.demand) ?? [];
    terms.push(term);
    byDemand.set(term.demand, terms);
  }
  return [...byDemand].map(([demand, terms]) => ({
    demand,
    terms,
    value: terms.reduce((sum, { adds, value }) => sum + (adds ?? value), 0),
  }));
}

export const explanation = (
  { subject }: ExplainedDiagnosis,
  _: unknown,
  ctx: GraphqlContext,
): Promise<Explanation | null> => ctx.loaders().explanation.load(subject);

export async function verdicts(
  { subject }: ExplainedDiagnosis,
  args: PageArgs & { readonly demand?: string | null | undefined; readonly candidateId?: string | null | undefined },
  ctx: GraphqlContext,
): Promise<Page<CandidateVerdict> | null> {
  const [begin, end] = bounds(args);
  const list = await ctx.loaders().verdicts.load({
    subject,
    limit: end + 1,
    ...(args.demand == null ? {} : { demand: args.demand }),
    ...(args.candidateId == null ? {} : { candidateId: args.candidateId }),
  });
  if (!list) return null;
  const { verdicts: all } = list;
  return { items: all.slice(begin, end), hasMore: all.length > end, complete: list.complete || all.length > end };
}

export async function standings(
  { subject }: ExplainedDiagnosis,
  args: PageArgs & { readonly demand: string; readonly candidateIds?: readonly string[] | null | undefined },
  ctx: GraphqlContext,
): Promise<Page<CandidateStanding> | null> {
  const [begin, end] = bounds(args);
  const { demand, candidateIds } = args;
  const list = await ctx.loaders().standings.load({
    subject,
    demand,
    ...(candidateIds == null ? {} : { candidateIds }),
  });
  if (!list) return null;
  const { standings: all, complete } = list;
  return { items: all.slice(begin, end), hasMore: all.length > end, complete };
}

function bounds({ first, offset }: PageArgs): readonly [number, number] {
  const begin = Math.max(0, offset);
  return [begin, begin + pageSize(first)];
}
