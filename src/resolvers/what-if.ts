// What would be, how two answers differ, and whether an answer comes out again: nothing here changes anything.
import type { CandidateOverlay } from '../domain/what-if.ts';
import type { JsonObject } from '../lib/json.ts';
import type { ReplayOutcome, SolutionDifference, WhatIfOutcome } from '../services/index.ts';
import type { GraphqlContext } from './context.ts';
import { withHandledErrors } from './errors.ts';
import { jsonObject, templateOf } from './input.ts';

export type { ReplayOutcome, SolutionDifference, WhatIfOutcome };
export type PlanDifference = Awaited<ReturnType<GraphqlContext['services']['whatIf']['diff']>>;

type Maybe<T> = T | null | undefined;

interface OverlayInput {
  readonly demand: string;
  readonly added?: Maybe<readonly unknown[]>;
  readonly removed?: Maybe<readonly string[]>;
  readonly changed?: Maybe<readonly unknown[]>;
}

export interface WhatIfArgs {
  readonly planId?: Maybe<string>;
  readonly template?: unknown;
  readonly templateText?: Maybe<string>;
  readonly files?: unknown;
  readonly numSolution?: Maybe<string>;
  readonly changes?: Maybe<{ readonly templatePatch?: unknown; readonly inventory?: Maybe<readonly OverlayInput[]> }>;
}

/** Throws the classes that `WhatIfResult` names; anything else is a top-level error. */
export function whatIf(_: unknown, args: WhatIfArgs, ctx: GraphqlContext): Promise<WhatIfOutcome> {
  return withHandledErrors(async () => {
    const { planId, files, changes } = args;
    const given = args.template != null || args.templateText != null;
    const patch = changes?.templatePatch;
    return ctx.services.whatIf.whatIf(ctx.scope, {
      planId: planId ?? undefined,
      template: given ? templateOf(args) : undefined,
      files: files == null ? undefined : jsonObject(files, 'files'),
      templatePatch: patch == null ? undefined : jsonObject(patch, 'templatePatch'),
      inventory: (changes?.inventory ?? []).map(overlayOf),
      numSolution: args.numSolution ?? undefined,
    });
  });
}

function overlayOf({ demand, added, removed, changed }: OverlayInput): CandidateOverlay {
  const objects = (list: Maybe<readonly unknown[]>, name: string): JsonObject[] =>
    (list ?? []).map((one) => jsonObject(one, name));
  return {
    demand,
    added: objects(added, 'added'),
    removed: removed ?? [],
    changed: objects(changed, 'changed'),
  };
}

export const diffSolutions = (
  _: unknown,
  args: { readonly a: string; readonly b: string },
  ctx: GraphqlContext,
): Promise<PlanDifference> => withHandledErrors(() => ctx.services.whatIf.diff(ctx.scope, [args.a, args.b]));

export const replayPlan = (_: unknown, args: { readonly id: string }, ctx: GraphqlContext): Promise<ReplayOutcome> =>
  withHandledErrors(() => ctx.services.whatIf.replay(ctx.scope, args.id));
