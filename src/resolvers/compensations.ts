// Reservations that nobody owns any more, and what becomes of them.
import type { Compensation } from '../domain/compensation.ts';
import type { ReservationStep } from '../domain/solution.ts';
import type { GraphqlContext } from './context.ts';

/** A step of a plan's reservation, with the plan that it belongs to. */
export interface PlanReservation extends ReservationStep {
  readonly planId: string;
}

export const compensations = (
  _: unknown,
  { first }: { readonly first: number },
  ctx: GraphqlContext,
): Promise<readonly Compensation[]> => ctx.services.compensations.list(ctx.scope, first);

/** The entry of a step, while somebody has to look after what it holds. */
export async function compensationOf(
  { planId, step }: PlanReservation,
  _: unknown,
  ctx: GraphqlContext,
): Promise<Compensation | null> {
  const entries = (await ctx.loaders().compensations.load(planId)) ?? [];
  return entries.find((entry) => entry.step.step === step) ?? null;
}

export const endCompensation = (
  _: unknown,
  { planId, step }: { readonly planId: string; readonly step: string },
  ctx: GraphqlContext,
): Promise<boolean> => ctx.services.compensations.end(ctx.scope, planId, step);
