// The processes that work on the store, and what waits for them.
import type { Member, QueueLength } from '../domain/members.ts';
import type { GraphqlContext } from './context.ts';

export const members = (_: unknown, __: unknown, ctx: GraphqlContext): Promise<readonly Member[]> =>
  ctx.services.members.list(ctx.scope);

export const queues = (_: unknown, __: unknown, ctx: GraphqlContext): readonly QueueLength[] =>
  ctx.services.members.queues(ctx.scope);
