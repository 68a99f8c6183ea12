// Reservations held for nobody: for people who run the gateway.
import type { CompensationStore } from '../domain/compensation.ts';
import { authorize } from './authorize.ts';
import type { CompensationService } from './index.ts';

/** Where nothing is reserved: a process that stands alone in a test. */
const NOTHING: CompensationStore = { list: async () => [], ofPlan: async () => [], end: async () => false };
const MOST = 1_000;

export function createCompensationService({
  compensations = NOTHING,
}: {
  readonly compensations?: CompensationStore;
}): CompensationService {
  return {
    async list(scope, first) {
      authorize(scope, 'compensations:read');
      return compensations.list(Math.min(MOST, Math.max(0, first)));
    },
    async ofPlan(scope, planId) {
      authorize(scope, 'compensations:read');
      return compensations.ofPlan(planId);
    },
    async end(scope, planId, step) {
      authorize(scope, 'compensations:end');
      return compensations.end(planId, step, scope.principal.name);
    },
  };
}
