// Liveness and readiness. Ready means: this process can serve plans now. Upstream systems are shown but never count, because
// taking the gateway out of service does not bring A&AI back.
import { ConductorError } from '../domain/errors.ts';
import type { InventoryReader, PlanFeed } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { HealthReport, HealthService } from './index.ts';

type Check = HealthReport['checks'][number];

/** A store that is slower than this is not ready. */
const STORE_PATIENCE_MS = 3000;

interface HealthServiceParts {
  readonly feed: PlanFeed;
  readonly reader: InventoryReader;
  readonly clock: Clock;
  /** A linearisable round trip to the store. */
  readonly storeStatus: () => Promise<{ readonly clusterId: string; readonly revision: number }>;
}

export function createHealthService(parts: HealthServiceParts): HealthService {
  let draining = false;
  return {
    live: () => report([check('event-loop', true, 'answers')]),
    async ready() {
      const store = await storeCheck(parts);
      return report([
        check('accepting', !draining, draining ? 'shutting down' : 'yes'),
        store,
        feedCheck(parts.feed),
        inventoryCheck(parts.reader),
      ]);
    },
    startDrain() {
      draining = true;
    },
    async roundTrip() {
      await withPatience(parts);
    },
  };
}

function report(checks: readonly Check[]): HealthReport {
  return { ok: checks.every((one) => one.ok || one.informative), checks };
}

function check(name: string, ok: boolean, detail: string, informative = false): Check {
  return { name, ok, detail, informative };
}

async function storeCheck(parts: HealthServiceParts): Promise<Check> {
  try {
    const { revision } = await withPatience(parts);
    return check('store', true, `revision ${revision}`);
  } catch (error) {
    return check('store', false, error instanceof ConductorError ? error.message : 'failed');
  }
}

/** Throws STORE_UNAVAILABLE when the store takes too long. */
function withPatience({ clock, storeStatus }: HealthServiceParts): ReturnType<HealthServiceParts['storeStatus']> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(STORE_PATIENCE_MS, () =>
      reject(new ConductorError('STORE_UNAVAILABLE', `The store did not answer within ${STORE_PATIENCE_MS} ms.`)),
    );
    storeStatus().then(resolve, reject).finally(cancel);
  });
}

function feedCheck(feed: PlanFeed): Check {
  const { connected, revision } = feed.status();
  if (!connected) return check('feed', false, 'not connected to the store');
  return check('feed', true, `revision ${revision}`);
}

function inventoryCheck(reader: InventoryReader): Check {
  const { cloudRegions, complexes, refreshedAt, stale } = reader.freshness();
  const known = `${cloudRegions} cloud regions, ${complexes} complexes`;
  const ok = refreshedAt !== null && !stale;
  const state = refreshedAt === null ? 'not read yet' : stale ? `${known}, stale` : known;
  return check('inventory', ok, state, true);
}
