// Inventory for people: batched reads, a refresh on demand, and questions about capacity to a service controller.

import type { ServiceController } from '../domain/controller-ports.ts';
import { ConductorError } from '../domain/errors.ts';
import type { InventoryReader } from '../domain/ports.ts';
import { authorize } from './authorize.ts';
import type { InventoryService, ServiceCapacityInput } from './index.ts';

const DEFAULT_CONTROLLER = 'SDN-C';

interface InventoryServiceParts {
  readonly reader: InventoryReader;
  readonly controllers: readonly ServiceController[];
}

export function createInventoryService({ reader, controllers }: InventoryServiceParts): InventoryService {
  return {
    reader,
    async refresh(scope) {
      authorize(scope, 'inventory:refresh');
      return reader.refresh(scope);
    },
    async serviceCapacity(scope, input) {
      authorize(scope, 'capacity:read');
      const controller = controllerNamed(controllers, input.controller ?? DEFAULT_CONTROLLER);
      return controller.capacity(capacityRequest(input), scope);
    },
  };
}

function controllerNamed(controllers: readonly ServiceController[], name: string): ServiceController {
  const found = controllers.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const known = controllers.map((one) => one.name).join(', ') || 'none';
  throw new ConductorError('BAD_REQUEST', `There is no such service controller. Configured: ${known}.`);
}

/** The candidate's id is also the entity asked about: nothing is reserved, so no id of a reservation is needed. */
function capacityRequest(input: ServiceCapacityInput): Parameters<ServiceController['capacity']>[0] {
  const { candidateId, hostId, serviceModel, request } = input;
  if (candidateId === '') throw new ConductorError('BAD_REQUEST', 'candidateId must not be empty.');
  return {
    planId: '',
    entityId: candidateId,
    serviceModel,
    reservationName: '',
    reservationType: serviceModel,
    requestType: 'initial',
    request,
    candidates: [
      {
        candidate_id: candidateId,
        inventory_type: 'service',
        inventory_provider: 'aai',
        uniqueness: 'true',
        cost: 0,
        ...(hostId !== undefined && { host_id: hostId }),
      },
    ],
  };
}
