// Fields of a plan that need more than its head: its documents, history and saga. All go through loaders.
import type { DroppedCandidate } from '../domain/candidate.ts';
import type { OrderLock } from '../domain/order-locks.ts';
import type { PlanEvent, PlanRecord, Stage, StageRecord } from '../domain/plan.ts';
import { STAGE_FIELD, STAGES } from '../domain/plan.ts';
import type { Translation } from '../domain/problem.ts';
import type { Recommendation, SearchProgress } from '../domain/solution.ts';
import { type DemandTriage, type PlanTriage, type TriageDrop, triageOf } from '../domain/triage.ts';
import type { CandidateFields } from './candidate.ts';
import type { PlanReservation } from './compensations.ts';
import { pageSize } from './connection.ts';
import type { GraphqlContext } from './context.ts';

export interface StageProgress extends StageRecord {
  readonly stage: Stage;
}

/** One demand as translation left it. */
export interface PlanDemand {
  readonly name: string;
  readonly candidates: readonly CandidateFields[];
  readonly dropped: readonly DroppedCandidate[];
}

type PlanField<T> = (plan: PlanRecord, args: unknown, ctx: GraphqlContext) => Promise<T>;

/** Of the newest change that the plan, as it was read, shows. */
export const cursor = (plan: PlanRecord, _: unknown, ctx: GraphqlContext): string => ctx.services.plans.cursorOf(plan);

export const stages = ({ head }: PlanRecord): StageProgress[] =>
  STAGES.map((stage) => ({ stage, ...head[STAGE_FIELD[stage]] }));

export const template: PlanField<unknown> = async ({ head }, _, ctx) =>
  (await ctx.loaders().template.load(head))?.template ?? null;

export const files: PlanField<unknown> = async ({ head }, _, ctx) =>
  (await ctx.loaders().template.load(head))?.files ?? null;

export const inventoryDigest: PlanField<string | null> = async ({ head }, _, ctx) =>
  (await ctx.loaders().translation.load(head))?.inventoryDigest ?? null;

export const demands: PlanField<readonly PlanDemand[] | null> = async ({ head }, _, ctx) => {
  const translation = await ctx.loaders().translation.load(head);
  return translation && demandsOf(translation);
};

function demandsOf({ problem, dropped }: Translation): PlanDemand[] {
  const droppedBy = new Map(dropped.map((entry) => [entry.demand, entry.candidates]));
  return problem.demands.map(({ name, candidates }) => ({ name, candidates, dropped: droppedBy.get(name) ?? [] }));
}

/** Candidates after the one named, in inventory order. */
export function candidatesOf(
  demand: PlanDemand,
  args: { readonly first: number; readonly after?: string | null | undefined },
): readonly CandidateFields[] {
  const size = pageSize(args.first);
  const before = args.after == null ? -1 : demand.candidates.findIndex((one) => one['candidate_id'] === args.after);
  return args.after != null && before < 0 ? [] : demand.candidates.slice(before + 1, before + 1 + size);
}

export const recommendations: PlanField<readonly Recommendation[] | null> = async ({ head }, _, ctx) =>
  (await ctx.loaders().solution.load(head))?.recommendations ?? null;

/** Only a plan that is being solved is asked for: all others have none. */
export const progress: PlanField<SearchProgress | null> = async ({ head }, _, ctx) =>
  head.status === 'solving' ? ctx.loaders().progress.load(head.id) : null;

/** null until the plan is translated, or has failed to be with something to tell. */
export const triage: PlanField<PlanTriage | null> = async ({ head }, _, ctx) => {
  const [translation, solution, document] = await Promise.all([
    ctx.loaders().translation.load(head),
    ctx.loaders().solution.load(head),
    ctx.loaders().triage.load(head),
  ]);
  return translation || document ? triageOf({ translation, solution, triage: document }) : null;
};

export function triageDrops(
  { drops }: DemandTriage,
  args: { readonly first: number; readonly offset: number },
): readonly TriageDrop[] {
  const begin = Math.max(0, args.offset);
  return drops.slice(begin, begin + pageSize(args.first));
}

export const orderLocksOf: PlanField<readonly OrderLock[]> = async ({ head }, _, ctx) =>
  head.locked ? ((await ctx.loaders().orderLocks.load(head.id)) ?? []) : [];

export const reservations: PlanField<readonly PlanReservation[]> = async ({ head }, _, ctx) => {
  const steps = (await ctx.loaders().reservations.load(head.id)) ?? [];
  return steps.map((step) => ({ ...step, planId: head.id }));
};

/** History up to the state that the head shows, so that an answer never contradicts itself. */
export const events = async (
  { head }: PlanRecord,
  args: { readonly afterSeq: number },
  ctx: GraphqlContext,
): Promise<readonly PlanEvent[]> => {
  const all = (await ctx.loaders().events.load(head.id)) ?? [];
  return all.filter((event) => event.seq > args.afterSeq && event.seq <= head.seq);
};

export const restPath = ({ head }: PlanRecord): string => `/v1/plans/${encodeURIComponent(head.id)}`;
