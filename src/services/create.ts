// Puts the use cases together from the ports they stand on.
import type { InventoryReader, ServiceController } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { createHealthService } from './health-service.ts';
import type { Services } from './index.ts';
import { createInventoryService } from './inventory-service.ts';
import type { PlanServiceParts } from './plan-service.ts';
import { createPlanService } from './plan-service.ts';

export interface ServicesParts extends PlanServiceParts {
  readonly reader: InventoryReader;
  readonly controllers: readonly ServiceController[];
  readonly clock: Clock;
  readonly storeStatus: () => Promise<{ readonly clusterId: string; readonly revision: number }>;
}

export function createServices(parts: ServicesParts): Services {
  return {
    plans: createPlanService(parts),
    inventory: createInventoryService(parts),
    health: createHealthService(parts),
  };
}
