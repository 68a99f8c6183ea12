// Order locks for both skins: what a release must look like, and who may do it.
import { ConductorError } from '../domain/errors.ts';
import type { OrderLockStore, OrderRelease } from '../domain/order-locks.ts';
import type { Logger } from '../domain/ports.ts';
import { authorize } from './authorize.ts';
import type { LockService, ReleaseInput } from './index.ts';

interface LockServiceParts {
  readonly orderLocks: OrderLockStore;
  readonly logger: Logger;
}

/** Entries of one release. */
const MAX_RELEASES = 1_000;
const MAX_TEXT = 1_000;
/** The one word that means failure; any other one is success. */
const FAILED = 'failed';

export function createLockService({ orderLocks, logger }: LockServiceParts): LockService {
  return {
    async release(scope, releases) {
      authorize(scope, 'locks:release');
      const decisions = await orderLocks.release(readReleases(releases), scope.principal.name);
      const rehomed = decisions.filter(({ shouldRehome }) => shouldRehome).length;
      const { requestId, principal } = scope;
      logger.info({ requestId, principal: principal.name, orders: releases.length, rehomed }, 'orders released');
      return decisions;
    },
    async list(scope, query) {
      authorize(scope, 'locks:read');
      return orderLocks.list(query);
    },
    async ofPlan(scope, planId) {
      authorize(scope, 'locks:read');
      return orderLocks.ofPlan(planId);
    },
  };
}

function readReleases(releases: readonly ReleaseInput[]): readonly OrderRelease[] {
  if (releases.length > MAX_RELEASES) {
    throw new ConductorError('LIMIT_EXCEEDED', `release-locks has more than ${MAX_RELEASES} entries.`);
  }
  return releases.map(({ status, serviceResourceId }, at) => ({
    serviceResourceId: readText(serviceResourceId, at, 'service-resource-id'),
    failed: readText(status, at, 'status') === FAILED,
  }));
}

function readText(value: unknown, at: number, field: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT) return value;
  throw new ConductorError(
    'BAD_REQUEST',
    `release-locks[${at}]: ${field} must be a text of 1 to ${MAX_TEXT} characters.`,
  );
}
