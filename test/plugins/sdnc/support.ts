// Controllers on the test server: real HTTP client, a clock whose time-outs fire when the test says so.
import type { Candidate } from '../../../src/domain/candidate.ts';
import type { CapacityCheck, ReserveRequest } from '../../../src/domain/controller-ports.ts';
import type { CallContext, Logger, Metrics } from '../../../src/domain/ports.ts';
import { createHttpClient } from '../../../src/plugins/http.ts';
import { createSdnc, type SdncOptions } from '../../../src/plugins/sdnc/index.ts';
import { PASSWORD, type SdncServer, USER } from './server.ts';

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
export const noMetrics: Metrics = { count() {}, observe() {}, gauge() {} };
export const ctx: CallContext = { requestId: 'req-1', planId: 'plan-1' };

/** Back-offs pass at once; request time-outs only when the test lets them. */
export class TestClock {
  readonly timeoutMs = 30_000;
  #timeouts: (() => void)[] = [];
  now = () => 0;
  monotonic = () => 0;
  after = (ms: number, fn: () => void) => {
    if (ms < this.timeoutMs) queueMicrotask(fn);
    else this.#timeouts.push(fn);
    return () => {
      this.#timeouts = this.#timeouts.filter((one) => one !== fn);
    };
  };
  /** The time-outs of all requests under way are over. */
  timeOut(): void {
    for (const fn of this.#timeouts.splice(0)) fn();
  }
}

export interface ControllerOptions extends Partial<Omit<SdncOptions, 'http'>> {
  readonly base?: '/restconf' | '/rests';
  readonly url?: string;
  readonly username?: string;
  readonly password?: string;
  readonly clock?: TestClock;
  readonly breakerFailures?: number;
}

export function controllerOn(server: SdncServer, options: ControllerOptions = {}) {
  const {
    base = '/restconf',
    url = server.url,
    username = USER,
    password = PASSWORD,
    breakerFailures = 1000,
    ...rest
  } = options;
  const clock = options.clock ?? new TestClock();
  const http = createHttpClient({
    system: 'SDN-C',
    baseUrl: `${url}${base}`,
    username,
    password,
    timeoutMs: clock.timeoutMs,
    tries: 3,
    breaker: { failures: breakerFailures },
    clock,
    random: { next: () => 0 },
    logger: quiet,
    metrics: noMetrics,
  });
  return createSdnc({ preset: 'capacity-api', logger: quiet, metrics: noMetrics, ...rest, http });
}

export function candidate(id: string, more: Partial<Candidate> = {}): Candidate {
  return {
    candidate_id: id,
    inventory_type: 'service',
    inventory_provider: 'aai',
    uniqueness: 'true',
    cost: 1,
    ...more,
  };
}

export function checkOf(candidates: readonly Candidate[], more: Partial<CapacityCheck> = {}): CapacityCheck {
  return {
    constraintName: 'fit',
    constraintType: 'instance_fit',
    requestType: 'initial',
    request: {
      service_model: 'ADIOD',
      service_speed: 400,
      service_speed_unit: 'Mbps',
      entity_type: 'SI',
      entity_id: 'SIID-0001',
      vnf_type: 'VPE',
    },
    candidates,
    ...more,
  };
}

export function reserveOf(more: Partial<ReserveRequest> = {}): ReserveRequest {
  return {
    planId: 'plan-1',
    entityId: 'entity-1',
    serviceModel: 'ADIOD',
    reservationName: 'vpn',
    reservationType: 'ADIOD',
    requestType: 'initial',
    request: checkOf([]).request,
    candidates: [candidate('a', { host_id: 'host-1' })],
    ...more,
  };
}
