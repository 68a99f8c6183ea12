// Plans: reading one or many, creating, deleting, and checking a template beforehand.
import type { Issue } from '../domain/errors.ts';
import { ConductorError } from '../domain/errors.ts';
import type { PlanRecord, PlanStatus, Priority } from '../domain/plan.ts';
import type { Cursor, PlanQuery } from '../domain/ports.ts';
import type { CreatePlanOutcome } from '../services/index.ts';
import type { Connection, PageArgs } from './connection.ts';
import { connection, pageSize } from './connection.ts';
import type { GraphqlContext } from './context.ts';
import { withHandledErrors } from './errors.ts';
import type { TemplateInput } from './input.ts';
import { jsonObject, templateOf, withoutNulls } from './input.ts';

export type { CreatePlanOutcome };

export interface PlanFilterInput {
  readonly statuses?: readonly PlanStatus[] | null | undefined;
  readonly name?: string | null | undefined;
  readonly createdBy?: string | null | undefined;
  readonly createdAfter?: number | null | undefined;
  readonly createdBefore?: number | null | undefined;
}

interface PlansArgs extends PageArgs {
  readonly filter?: PlanFilterInput | null | undefined;
  readonly orderBy: PlanQuery['order'];
}

export const plan = (_: unknown, args: { readonly id: string }, ctx: GraphqlContext): Promise<PlanRecord | null> =>
  ctx.loaders().plan.load(args.id);

export interface PlansPage extends Connection<PlanRecord> {
  readonly feedCursor: Cursor;
}

export async function plans(_: unknown, args: PlansArgs, ctx: GraphqlContext): Promise<PlansPage> {
  // Before the page is read: what changes meanwhile is told rather than missed.
  const feedCursor = ctx.services.plans.position();
  const page = await ctx.services.plans.list(ctx.scope, {
    order: args.orderBy,
    first: pageSize(args.first),
    ...(args.filter != null && { filter: withoutNulls(args.filter) }),
    ...(args.after != null && { after: args.after }),
  });
  const edges = page.plans.map((node, at) => ({ node, cursor: page.cursors[at] ?? '' }));
  return { ...connection(edges, page.hasNextPage, args), feedCursor };
}

interface CreatePlanArgs {
  readonly input: TemplateInput & {
    readonly name?: string | null | undefined;
    readonly files?: unknown;
    readonly timeout?: number | null | undefined;
    readonly timeLimit?: number | null | undefined;
    readonly gapLimit?: number | null | undefined;
    readonly priority?: Priority | null | undefined;
    readonly numSolution?: string | null | undefined;
    readonly idempotencyKey?: string | null | undefined;
  };
}

/** Throws the classes that `CreatePlanResult` names; anything else is a top-level error. */
export function createPlan(_: unknown, args: CreatePlanArgs, ctx: GraphqlContext): Promise<CreatePlanOutcome> {
  const { input } = args;
  return withHandledErrors(async () =>
    ctx.services.plans.create(ctx.scope, {
      name: input.name ?? undefined,
      template: templateOf(input),
      files: input.files == null ? undefined : jsonObject(input.files, 'files'),
      timeout: input.timeout ?? undefined,
      timeLimit: input.timeLimit ?? undefined,
      gapLimit: input.gapLimit ?? undefined,
      priority: input.priority ?? undefined,
      numSolution: input.numSolution ?? undefined,
      idempotencyKey: input.idempotencyKey ?? undefined,
    }),
  );
}

export interface DeletedPlan {
  readonly planId: string;
}

/** Throws PlanNotFoundError, a member of `DeletePlanResult`. */
export function deletePlan(_: unknown, args: { readonly id: string }, ctx: GraphqlContext): Promise<DeletedPlan> {
  return withHandledErrors(async () => {
    const existed = await ctx.services.plans.delete(ctx.scope, args.id);
    if (!existed) throw new ConductorError('PLAN_NOT_FOUND', `Plan ${args.id} not found`);
    return { planId: args.id };
  });
}

export interface StoppedPlan {
  readonly plan: PlanRecord;
}

/** Throws PlanNotFoundError or PlanNotStoppableError, members of `StopPlanResult`. */
export function stopPlan(_: unknown, args: { readonly id: string }, ctx: GraphqlContext): Promise<StoppedPlan> {
  return withHandledErrors(async () => ({ plan: await ctx.services.plans.stop(ctx.scope, args.id) }));
}

export interface TemplateValidation {
  readonly valid: boolean;
  readonly issues: readonly Issue[];
}

export async function validateTemplate(
  _: unknown,
  args: TemplateInput & { readonly files?: unknown },
  ctx: GraphqlContext,
): Promise<TemplateValidation> {
  const files = args.files == null ? undefined : jsonObject(args.files, 'files');
  const issues = await ctx.services.plans.validateTemplate(templateOf(args), files);
  return { valid: issues.length === 0, issues };
}
