// What the A&AI tests share: a client against the fake server, a clock whose time stands still, recorders, template pieces.
import type { Logger, Metrics } from '../../../src/domain/ports.ts';
import type { Requirement } from '../../../src/domain/template.ts';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { type Aai, type AaiOptions, createAai } from '../../../src/plugins/aai/index.ts';
import { createHttpClient, type HttpClientOptions } from '../../../src/plugins/http.ts';
import { type FakeAai, type Item, type JsonMap, relation } from './fake-aai.ts';

export const ctx = { requestId: 'req-1' };

export interface Recorder {
  readonly lines: { level: string; fields: object; message: string }[];
  readonly counts: { name: string; labels: Readonly<Record<string, string>> }[];
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export function recorder(): Recorder {
  const lines: Recorder['lines'] = [];
  const counts: Recorder['counts'] = [];
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message });
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  const metrics: Metrics = {
    count: (name, labels = {}) => void counts.push({ name, labels }),
    observe: (name, _value, labels = {}) => void counts.push({ name, labels }),
    gauge: () => {},
  };
  return { lines, counts, logger, metrics };
}

export interface ManualClock extends Clock {
  /** Moves time on and runs what is due, in order. */
  advance(ms: number): void;
  /** Every wait asked for, in milliseconds. */
  readonly waits: number[];
}

/** Time that only moves by hand. With `instant`, every wait is over at once (for back-offs). */
export function manualClock(instant = false): ManualClock {
  let time = 1_000_000;
  let timers: { at: number; fn: () => void }[] = [];
  const waits: number[] = [];
  return {
    waits,
    now: () => time,
    monotonic: () => time,
    after(ms, fn) {
      waits.push(ms);
      if (instant && ms < 10_000) {
        const handle = setImmediate(fn);
        return () => clearImmediate(handle);
      }
      const timer = { at: time + ms, fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((item) => item !== timer);
      };
    },
    advance(ms) {
      time += ms;
      const due = timers.filter((timer) => timer.at <= time).sort((a, b) => a.at - b.at);
      timers = timers.filter((timer) => timer.at > time);
      for (const timer of due) timer.fn();
    },
  };
}

export function httpFor(url: string, record: Recorder, more: Partial<HttpClientOptions> = {}) {
  return createHttpClient({
    system: 'A&AI',
    baseUrl: url,
    timeoutMs: 20_000,
    tries: 3,
    clock: systemClock,
    random: seededRandom(1),
    logger: record.logger,
    metrics: record.metrics,
    ...more,
  });
}

/** `fake`: the small A&AI of these tests, or a simulator. */
export function aaiFor(
  fake: Pick<FakeAai, 'url'>,
  record: Recorder,
  more: Partial<AaiOptions> = {},
  http: Partial<HttpClientOptions> = {},
): Aai {
  return createAai({
    http: httpFor(fake.url, record, { ...(more.clock ? { clock: more.clock } : {}), ...http }),
    version: 'v14',
    costs: { cloud: 2, service: 1, transport: 1, existingPlacement: -8000 },
    regionRefreshMs: 60_000,
    complexRefreshMs: 3_600_000,
    hpaEnabled: true,
    clock: systemClock,
    logger: record.logger,
    metrics: record.metrics,
    ...more,
  });
}

export function requirement(more: Partial<Requirement> = {}): Requirement {
  return {
    inventoryProvider: 'aai',
    inventoryType: 'cloud',
    filteringAttributes: null,
    passthroughAttributes: null,
    defaultAttributes: null,
    candidates: null,
    unique: 'true',
    region: null,
    complex: null,
    requiredCandidates: [],
    excludedCandidates: [],
    existingPlacement: null,
    conflictIdentifier: null,
    customerId: null,
    serviceType: null,
    serviceResourceId: null,
    serviceSubscription: null,
    vlanKey: null,
    portKey: null,
    defaultCost: null,
    ...more,
  };
}

export function request(more: Partial<Requirement> = {}, demand = 'vG', flavors = false) {
  return { planId: 'plan-1', demand, requirement: requirement(more), flavors };
}

export function complexItem(id: string, more: JsonMap = {}): [string, Item] {
  const object = {
    'physical-location-id': id,
    'complex-name': `name-${id}`,
    city: 'City',
    state: 'ST',
    country: 'USA',
    region: 'US-East',
    latitude: '40.5',
    longitude: '-74.25',
    ...more,
  };
  return [`/cloud-infrastructure/complexes/complex/${id}`, { type: 'complex', object }];
}

export const complexRelation = (id: string) =>
  relation('complex', `/cloud-infrastructure/complexes/complex/${id}`, { 'complex.physical-location-id': id });

export function regionItem(owner: string, id: string, complex: string | null, more: JsonMap = {}): [string, Item] {
  const object: JsonMap = {
    'cloud-owner': owner,
    'cloud-region-id': id,
    'cloud-region-version': '3.0',
    'relationship-list': { relationship: complex === null ? [] : [complexRelation(complex)] },
    ...more,
  };
  return [`/cloud-infrastructure/cloud-regions/cloud-region/${owner}/${id}`, { type: 'cloud-region', object }];
}

export interface VnfParts {
  readonly id: string;
  readonly owner?: string;
  readonly region?: string;
  readonly customer?: string;
  readonly role?: string;
  readonly host?: string | null;
  readonly complex?: string;
  readonly vnf?: JsonMap;
}

/** A VNF on one vserver on one pserver in one complex, with its service instance. */
export function vnfItems(parts: VnfParts): [string, Item][] {
  const { id, owner = 'O', region = 'r1', customer = 'cust', role = 'vGW', complex = 'C1' } = parts;
  const host = parts.host === undefined ? `host-${id}` : parts.host;
  const server = `/cloud-infrastructure/cloud-regions/cloud-region/${owner}/${region}/tenants/tenant/t/vservers/vserver/vs-${id}`;
  const service = `/business/customers/customer/${customer}/service-subscriptions/service-subscription/sub/service-instances/service-instance/si-${id}`;
  const inCustomer = { 'customer.global-customer-id': customer, 'service-instance.service-instance-id': `si-${id}` };
  const inRegion = { 'cloud-region.cloud-owner': owner, 'cloud-region.cloud-region-id': region };
  const hostUri = `/cloud-infrastructure/pservers/pserver/${host}`;
  const items: [string, Item][] = [
    [
      `/network/generic-vnfs/generic-vnf/${id}`,
      {
        type: 'generic-vnf',
        object: {
          'vnf-id': id,
          'vnf-name': `name-${id}`,
          'equipment-role': role,
          'relationship-list': {
            relationship: [
              relation('service-instance', service, inCustomer),
              relation('vserver', server, { ...inRegion, 'vserver.vserver-id': `vs-${id}` }),
            ],
          },
          ...parts.vnf,
        },
      },
    ],
    [service, { type: 'service-instance', object: { 'service-instance-id': `si-${id}` } }],
    [
      server,
      {
        type: 'vserver',
        object: {
          'vserver-id': `vs-${id}`,
          'relationship-list': {
            relationship: host === null ? [] : [relation('pserver', hostUri, { 'pserver.hostname': host })],
          },
        },
      },
    ],
  ];
  if (host !== null) {
    const object = { hostname: host, 'relationship-list': { relationship: [complexRelation(complex)] } };
    items.push([hostUri, { type: 'pserver', object }]);
  }
  return items;
}
