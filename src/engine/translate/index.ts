// Translation: template + inventory → placement problem. Everything that needs no inventory is checked before one is asked.
import type { CallContext, InventoryProvider, LatencyRuleStore, Logger } from '../../domain/ports.ts';
import type { ProblemConstraint, ProblemDemand, Translation } from '../../domain/problem.ts';
import type { TemplateDocument } from '../../domain/template.ts';
import { canonicalJson, sha256 } from '../../lib/json.ts';
import { parseTemplateAside } from '../template/aside.ts';
import type { TemplateOptions } from '../template/types.ts';
import { resolveDemands } from './demands.ts';
import { withGroupPairs } from './groups.ts';
import { usesLatency } from './latency.ts';
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

export interface TranslatorOptions extends TemplateOptions {
  /** In order of precedence. */
  readonly providers: readonly InventoryProvider[];
  /** Read for plans whose objective asks for a latency. */
  readonly latencyRules: Pick<LatencyRuleStore, 'read'>;
  readonly logger: Logger;
}

/** SHA-256 of the candidate lists: two plans with one digest saw the same inventory. */
function digestOf(demands: readonly ProblemDemand[]): string {
  return sha256(canonicalJson(demands.map((demand) => [demand.name, demand.candidates])));
}

/** Demands whose cloud candidates an hpa constraint will look into. */
function hpaDemandsOf(constraints: readonly ProblemConstraint[]): ReadonlySet<string> {
  return new Set(constraints.filter(({ type }) => type === 'hpa').flatMap(({ demands }) => demands));
}

export function createTranslator(options: TranslatorOptions): Translator {
  const { providers, latencyRules, logger } = options;
  return {
    async translate(document, plan, ctx) {
      ctx.signal?.throwIfAborted();
      const parsed = await parseTemplateAside(document, options, ctx);
      const locations = await resolveLocations(parsed.locations, providers, ctx);
      ctx.signal?.throwIfAborted();
      const wanted = { planId: plan.id, flavors: hpaDemandsOf(parsed.constraints) };
      const { demands, dropped } = await resolveDemands(parsed.demands, wanted, providers, ctx);
      ctx.signal?.throwIfAborted();
      const constraints = await withGroupPairs(parsed.constraints, providers, ctx);
      const rules = usesLatency(parsed.objective) ? await latencyRules.read() : null;
      ctx.signal?.throwIfAborted();
      const counts = demands.map((demand) => ({ demand: demand.name, candidates: demand.candidates.length }));
      logger.debug({ planId: plan.id, requestId: ctx.requestId, counts }, 'template translated');
      const { version, requestType, serviceName, objective, stability, reservation } = parsed;
      return {
        problem: {
          version,
          planId: plan.id,
          requestType,
          ...(serviceName === '' ? {} : { serviceName }),
          locations,
          demands,
          constraints,
          objective,
          ...(stability ? { stability } : {}),
          latencyRules: rules,
          reservation,
        },
        dropped,
        inventoryDigest: digestOf(demands),
      };
    },
  };
}
