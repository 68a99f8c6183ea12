// The RPCs of the SDN-C simulator: CAPACITY-API, the older DHVCAPACITY-API, and the health check.
import { type Json, type JsonObject, listAt, objectAt, textAt } from './json.ts';
import type { EntityDemand, Ledger, TargetReport } from './sdnc-ledger.ts';

/** A request that ODL refuses before any business code runs. */
export class RpcRefusal extends Error {
  readonly status: number;
  readonly tag: string;
  constructor(status: number, tag: string, message: string) {
    super(message);
    this.status = status;
    this.tag = tag;
  }
}

type Rpc = (ledger: Ledger, input: JsonObject) => JsonObject;

function required(holder: Json, key: string): string {
  const value = textAt(holder, key);
  if (value === null || value === '') throw new RpcRefusal(400, 'missing-element', `Missing key or leaf ${key}`);
  return value;
}

const UNITS: Readonly<Record<string, number>> = { kbps: 0.001, mbps: 1, gbps: 1000 };

/** Numbers of the entity's data by name; a speed is counted in Mbps. */
function amountsOf(data: readonly Json[]): Map<string, number> {
  const texts = new Map(data.map((pair) => [required(pair, 'name'), textAt(pair, 'value') ?? '']));
  const amounts = new Map<string, number>();
  for (const [name, text] of texts) {
    if (!/^\d+(\.\d+)?$/.test(text)) continue;
    const unit = (texts.get(`${name}-unit`) ?? 'mbps').toLowerCase();
    amounts.set(name, Number(text) * (Object.hasOwn(UNITS, unit) ? (UNITS[unit] ?? 1) : 1));
  }
  return amounts;
}

interface CapacityRequest {
  readonly entities: readonly EntityDemand[];
  readonly targets: readonly string[];
}

function readEntities(holder: JsonObject, serviceModel: string): EntityDemand[] {
  const entities = listAt(holder, 'reservation-entity-list');
  if (entities.length === 0) throw new RpcRefusal(400, 'missing-element', 'reservation-entity-list is empty');
  return entities.map((entity) => ({
    entityId: required(entity, 'reservation-entity-id'),
    entityType: textAt(entity, 'reservation-entity-type') ?? '',
    serviceModel,
    amounts: amountsOf(listAt(entity, 'reservation-entity-data')),
  }));
}

function readCapacity(input: JsonObject): CapacityRequest {
  const information = objectAt(input, 'capacity-reservation-information');
  if (information === null) {
    throw new RpcRefusal(400, 'missing-element', 'Missing container capacity-reservation-information');
  }
  const entities = readEntities(information, textAt(information, 'service-model') ?? '');
  const targets = listAt(information, 'reservation-target-list').map((item) => required(item, 'reservation-target-id'));
  return { entities, targets };
}

const word = (ok: boolean): string => (ok ? 'success' : 'failed');

function showTarget(report: TargetReport): JsonObject {
  const resources = report.resources.map((resource) => ({
    'resource-name': resource.name,
    status: word(resource.ok),
    allocated: String(resource.allocated),
    available: String(resource.available),
    used: String(resource.used),
    limit: String(resource.limit),
  }));
  return { 'reservation-target-id': report.id, status: word(report.ok), 'resource-list': resources };
}

interface EntityReport {
  readonly entity: EntityDemand;
  readonly ok: boolean;
  readonly targets: readonly TargetReport[];
}

function showEntities(reports: readonly EntityReport[]): JsonObject {
  const list = reports.map(({ entity, ok, targets }) => ({
    'reservation-entity-type': entity.entityType,
    'reservation-entity-id': entity.entityId,
    status: word(ok),
    'reservation-target-list': targets.map(showTarget),
  }));
  const status = word(reports.every((report) => report.ok));
  return {
    'response-code': '200',
    'response-message': '',
    'capacity-information': { status, 'reservation-entity-list': list },
  };
}

function allFit(targets: readonly TargetReport[]): boolean {
  return targets.length > 0 && targets.every((target) => target.ok);
}

const checkCapacity: Rpc = (ledger, input) => {
  const { entities, targets } = readCapacity(input);
  return showEntities(
    entities.map((entity) => {
      const reports = ledger.check(entity, targets);
      return { entity, ok: allFit(reports), targets: reports };
    }),
  );
};

/** All entities or none. */
const reserveCapacity: Rpc = (ledger, input) => {
  const { entities, targets } = readCapacity(input);
  const undo = ledger.snapshot();
  const reports = entities.map((entity) => {
    const report = ledger.reserve(entity, targets);
    return { entity, ok: allFit(report), targets: report };
  });
  if (!reports.every((report) => report.ok)) undo();
  return showEntities(reports);
};

/** An entity that holds nothing is reported as `failed`, with the figures of the targets asked for. */
const getCapacity: Rpc = (ledger, input) => {
  const { entities, targets } = readCapacity(input);
  return showEntities(
    entities.map((entity) => {
      const report = ledger.report(entity.entityId, targets);
      return { entity, ok: allFit(report), targets: report };
    }),
  );
};

/** Releasing what is not held is fine. */
const releaseCapacity: Rpc = (ledger, input) => {
  const holder = objectAt(input, 'capacity-reservation-information') ?? input;
  for (const entity of readEntities(holder, '')) ledger.release(entity.entityId);
  return { 'response-code': '200', 'response-message': '' };
};

const dhvCheck: Rpc = (ledger, input) => {
  const operation = objectAt(input, 'service-capacity-check-operation');
  const information = objectAt(operation ?? {}, 'capacity-check-information');
  if (information === null)
    throw new RpcRefusal(400, 'missing-element', 'Missing container capacity-check-information');
  const action = required(information, 'action-type');
  const undo = ledger.snapshot();
  const shown = listAt(objectAt(information, 'vnf-list') ?? {}, 'vnf').map((vnf) => {
    const target = textAt(vnf, 'vnf-host-name') ?? required(vnf, 'cloud-region-id');
    const entityId = textAt(vnf, 'cust-service-instance-id') ?? required(information, 'service-instance-id');
    const speed = Number(textAt(vnf, 'dhv-site-effective-bandwidth') ?? Number.NaN);
    const amounts = new Map(Number.isFinite(speed) ? [['service-speed', speed] as const] : []);
    const demand = { entityId, entityType: textAt(vnf, 'device-type') ?? '', serviceModel: 'DHV', amounts };
    const reports = action === 'RESERVE' ? ledger.reserve(demand, [target]) : ledger.check(demand, [target]);
    const item: JsonObject = { 'available-capacity': allFit(reports) ? 'Y' : 'N' };
    for (const key of ['device-type', 'cloud-region-id', 'vnf-host-name']) {
      const value = textAt(vnf, key);
      if (value !== null) item[key] = value;
    }
    return item;
  });
  const fits = shown.length > 0 && shown.every((vnf) => vnf['available-capacity'] === 'Y');
  if (action === 'RESERVE' && !fits) undo();
  const code = action === 'RESERVE' && !fits ? '500' : '200';
  return { 'service-capacity-check-response': { 'response-code': code, 'vnf-list': { vnf: shown } } };
};

const health: Rpc = () => ({ 'response-code': '200', 'ack-final-indicator': 'Y', 'context-memory-json': '{}' });

/** By `MODULE:rpc`. */
export const RPCS: ReadonlyMap<string, Rpc> = new Map([
  ['CAPACITY-API:service-capacity-check-operation', checkCapacity],
  ['CAPACITY-API:service-capacity-reserve-operation', reserveCapacity],
  ['CAPACITY-API:service-capacity-release-operation', releaseCapacity],
  ['CAPACITY-API:service-capacity-get-operation', getCapacity],
  ['DHVCAPACITY-API:service-capacity-check-operation', dhvCheck],
  ['SLI-API:healthcheck', health],
]);
