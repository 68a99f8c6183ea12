// A Kv that counts and times what goes through it. Watches are counted by the feed, which knows what they carry.
import { toConductorError } from '../domain/errors.ts';
import type { Metrics } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Kv } from './kv.ts';
import type { LatencyMeter } from './latency-meter.ts';

interface Meters {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly latency?: LatencyMeter;
}

/** The same store; `latency` is told of the small reads and writes. Every unary operation appears in `conductor_store_operations_total` and `conductor_store_seconds`. */
export function measuredKv(kv: Kv, { clock, metrics, latency }: Meters): Kv {
  const small = <T>(task: () => Promise<T>) => (latency ? latency.measure(task) : task());
  async function measure<T>(operation: string, task: () => Promise<T>): Promise<T> {
    const began = clock.monotonic();
    let outcome = 'ok';
    try {
      return await task();
    } catch (error) {
      outcome = toConductorError(error).code;
      throw error;
    } finally {
      metrics.count('conductor_store_operations_total', { operation, outcome });
      metrics.observe('conductor_store_seconds', (clock.monotonic() - began) / 1000, { operation });
    }
  }
  return {
    kind: kv.kind,
    get: (key) => measure('get', () => small(() => kv.get(key))),
    range: (prefix, options) => measure('range', () => kv.range(prefix, options)),
    txn: (request) => measure('txn', () => small(() => kv.txn(request))),
    watch: (prefix, options) => kv.watch(prefix, options),
    lease: (ttlSeconds) => measure('lease', () => kv.lease(ttlSeconds)),
    status: () => measure('status', () => kv.status()),
    close: () => kv.close(),
  };
}
