// Translation: template + inventory → placement problem. Everything that needs no inventory is checked before one is asked.
import type { CallContext, InventoryProvider, Logger } from '../../domain/ports.ts';
import type { ProblemDemand, Translation } from '../../domain/problem.ts';
import type { TemplateDocument } from '../../domain/template.ts';
import { canonicalJson, sha256 } from '../../lib/json.ts';
import { parseTemplate } from '../template/parse.ts';
import { resolveDemands } from './demands.ts';
import { resolveLocations } from './locations.ts';

export { type DroppedByDemand, TranslationError } from './error.ts';

export interface Translator {
  /**
   * The problem a plan poses. Throws TemplateInvalidError (all issues), TranslationError (a location or demand that the
   * inventory cannot resolve, with what was dropped), the providers' UPSTREAM_* errors, or the reason of an aborted signal.
   */
  translate(
    document: TemplateDocument,
    plan: { readonly id: string; readonly name: string },
    ctx: CallContext,
  ): Promise<Translation>;
}

export interface TranslatorOptions {
  /** In order of precedence. */
  readonly providers: readonly InventoryProvider[];
  readonly logger: Logger;
}

/** SHA-256 of the candidate lists: two plans with one digest saw the same inventory. */
function digestOf(demands: readonly ProblemDemand[]): string {
  return sha256(canonicalJson(demands.map((demand) => [demand.name, demand.candidates])));
}

export function createTranslator({ providers, logger }: TranslatorOptions): Translator {
  return {
    async translate(document, plan, ctx) {
      ctx.signal?.throwIfAborted();
      const parsed = parseTemplate(document);
      const locations = await resolveLocations(parsed.locations, providers, ctx);
      ctx.signal?.throwIfAborted();
      const { demands, dropped } = await resolveDemands(parsed.demands, plan.id, providers, ctx);
      ctx.signal?.throwIfAborted();
      const { version, requestType, constraints, objective, reservation } = parsed;
      const counts = demands.map((demand) => ({ demand: demand.name, candidates: demand.candidates.length }));
      logger.debug({ planId: plan.id, requestId: ctx.requestId, counts }, 'template translated');
      return {
        problem: { version, planId: plan.id, requestType, locations, demands, constraints, objective, reservation },
        dropped,
        inventoryDigest: digestOf(demands),
      };
    },
  };
}
