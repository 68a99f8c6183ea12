// Puts the use cases together from the ports they stand on.
import type { CompensationStore } from '../domain/compensation.ts';
import type { ServiceController } from '../domain/controller-ports.ts';
import type { Membership } from '../domain/members.ts';
import type { OrderLockStore } from '../domain/order-locks.ts';
import type { InventoryReader, LatencyRuleStore } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { createCompensationService } from './compensation-service.ts';
import { createExplainService, type ExplainServiceParts } from './explain-service.ts';
import { createHealthService } from './health-service.ts';
import type { Services } from './index.ts';
import { createInventoryService } from './inventory-service.ts';
import { createLatencyService } from './latency-service.ts';
import { createLockService } from './lock-service.ts';
import { createMemberService } from './member-service.ts';
import type { PlanServiceParts } from './plan-service.ts';
import { createPlanService } from './plan-service.ts';
import { createTriageService } from './triage-service.ts';
import { createWhatIfService, type WhatIfServiceParts } from './what-if-service.ts';

export interface ServicesParts extends PlanServiceParts, ExplainServiceParts, WhatIfServiceParts {
  readonly reader: InventoryReader;
  readonly controllers: readonly ServiceController[];
  readonly orderLocks: OrderLockStore;
  readonly latencyRules: LatencyRuleStore;
  /** @default nobody is registered */
  readonly membership?: Membership;
  /** @default nothing is reserved */
  readonly compensations?: CompensationStore;
  /** Plans in a list of triage records at the most. */
  readonly triageListLimit: number;
  readonly clock: Clock;
  readonly storeStatus: () => Promise<{ readonly clusterId: string; readonly revision: number }>;
}

export function createServices(parts: ServicesParts): Services {
  const explain = createExplainService(parts);
  return {
    plans: createPlanService(parts),
    explain,
    whatIf: createWhatIfService(parts),
    inventory: createInventoryService(parts),
    health: createHealthService(parts),
    locks: createLockService(parts),
    latency: createLatencyService(parts),
    triage: createTriageService({ ...parts, explain }),
    members: createMemberService(parts),
    compensations: createCompensationService(parts),
  };
}
