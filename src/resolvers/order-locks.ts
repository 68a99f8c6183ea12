// Order locks: looking at them, and releasing what was built.
import type { LockEntry, OrderLock, RehomeDecision } from '../domain/order-locks.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { Connection, PageArgs } from './connection.ts';
import { connection, pageSize } from './connection.ts';
import type { GraphqlContext } from './context.ts';
import { withHandledErrors } from './errors.ts';

export async function orderLocks(_: unknown, args: PageArgs, ctx: GraphqlContext): Promise<Connection<OrderLock>> {
  const page = await ctx.services.locks.list(ctx.scope, {
    first: pageSize(args.first),
    ...(args.after != null && { after: args.after }),
  });
  const edges = page.locks.map((node, at) => ({ node, cursor: page.cursors[at] ?? '' }));
  return connection(edges, page.hasNextPage, args);
}

/** The plan that an entry or decision is about; null when it was deleted. */
export const planOf = (
  { planId }: Pick<LockEntry, 'planId'>,
  _: unknown,
  ctx: GraphqlContext,
): Promise<PlanRecord | null> => ctx.loaders().plan.load(planId);

interface ReleaseArgs {
  readonly releases: readonly { readonly serviceResourceId: string; readonly status: string }[];
}

export interface ReleasedOrders {
  readonly decisions: readonly RehomeDecision[];
}

/** Throws InvalidInputError, a member of `ReleaseOrdersResult`. */
export function releaseOrders(_: unknown, args: ReleaseArgs, ctx: GraphqlContext): Promise<ReleasedOrders> {
  return withHandledErrors(async () => ({ decisions: await ctx.services.locks.release(ctx.scope, args.releases) }));
}
