// Triage of plans: read from the documents that plans have anyway, whenever somebody asks.
import { isConductorError } from '../domain/errors.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { PlanStore } from '../domain/ports.ts';
import { type PlanTriage, type TriageNode, triageOf } from '../domain/triage.ts';
import { authorize } from './authorize.ts';
import type { ExplainService, TriageRecord, TriageService } from './index.ts';

interface TriageServiceParts {
  readonly plans: PlanStore;
  readonly triageListLimit: number;
  readonly explain: Pick<ExplainService, 'explanation'>;
}

/** Heads read from the store at a time. */
const PAGE = 100;
/** Candidates of all listed plans together; each becomes a line of the answer. */
const MAX_CANDIDATES = 200_000;
const PLAN_ID = /^[A-Za-z0-9][\w.-]{0,127}$/;

export function createTriageService({ plans, triageListLimit, explain }: TriageServiceParts): TriageService {
  return {
    async get(scope, planId) {
      authorize(scope, 'plan:read');
      const plan = PLAN_ID.test(planId) ? await plans.get(planId) : null;
      return plan && recordOf(plans, plan);
    },
    async list(scope) {
      authorize(scope, 'plan:read');
      const records: TriageRecord[] = [];
      let size = 0;
      for await (const record of newestFirst(plans)) {
        scope.signal?.throwIfAborted();
        size += sizeOf(record.triage);
        if (records.length > 0 && size > MAX_CANDIDATES) break;
        if (records.push(record) >= triageListLimit) break;
      }
      return records;
    },
    async sentences(scope, { plan: { head } }) {
      authorize(scope, 'plan:read');
      const solution = await plans.solution(head);
      // A plan that failed before it had an answer has its cause in its message alone.
      if (!solution) return head.message === '' ? [] : [head.message];
      const explanation = await explain.explanation(scope, { kind: 'plan', head });
      return [...new Set([...solution.diagnosis.summary, ...explanation.sentences])];
    },
  };
}

/** null for a plan that is deleted while it is read. */
async function recordOf(plans: PlanStore, plan: PlanRecord): Promise<TriageRecord | null> {
  const { head } = plan;
  try {
    const [translation, solution, triage] = await Promise.all([
      plans.translation(head),
      plans.solution(head),
      plans.triage(head),
    ]);
    return { plan, triage: triageOf({ translation, solution, triage }) };
  } catch (error) {
    if (isConductorError(error, 'PLAN_NOT_FOUND')) return null;
    throw error;
  }
}

/** Of plans that were translated, or failed to be. */
async function* newestFirst(plans: PlanStore): AsyncGenerator<TriageRecord> {
  let after: string | undefined;
  do {
    const page = await plans.list({ order: 'newest-first', first: PAGE, ...(after === undefined ? {} : { after }) });
    for (const plan of page.plans) {
      const { translation, triage } = plan.head.parts;
      const record = translation || triage ? await recordOf(plans, plan) : null;
      if (record) yield record;
    }
    after = page.hasNextPage ? page.cursors.at(-1) : undefined;
  } while (after !== undefined);
}

function sizeOf({ translator, solver }: PlanTriage): number {
  const dropped = (translator ?? []).reduce((sum, { candidates }) => sum + candidates.length, 0);
  return dropped + nodesIn(solver ?? []);
}

function nodesIn(nodes: readonly TriageNode[]): number {
  return nodes.reduce((sum, { children = [] }) => sum + 1 + nodesIn(children), 0);
}
