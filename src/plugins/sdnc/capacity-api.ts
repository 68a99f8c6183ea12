// The CAPACITY-API contract (YANG module CAPACITY-API, revision 2017-04-11): check, reserve, release and get of capacity
// for an entity (the customer's service) on targets (VNFs, ports). A target is what a candidate runs on.
import type {
  CapacityCheck,
  CapacityInfo,
  CapacityVerdict,
  ReserveOutcome,
  ReserveRequest,
} from '../../domain/controller-ports.ts';
import { canonicalJson, isJsonObject, type JsonObject, own } from '../../lib/json.ts';
import { businessCode, type CheckQuestion, codeOutcome, codeText, field, type Preset, present } from './preset.ts';
import { clean, text } from './restconf.ts';

/** Models whose reservation also covers the customer's port. */
const PORT_MODELS = new Set(['ADIG']);

export const capacityApi: Preset = {
  operations: {
    check: 'CAPACITY-API:service-capacity-check-operation',
    reserve: 'CAPACITY-API:service-capacity-reserve-operation',
    release: 'CAPACITY-API:service-capacity-release-operation',
    get: 'CAPACITY-API:service-capacity-get-operation',
  },
  questions(check, perCandidate, ctx) {
    const entityId = field(check.request, 'entity_id') ?? ctx.planId ?? ctx.requestId;
    return perCandidate ? oneEach(check, entityId) : allAtOnce(check, entityId);
  },
  reserveInput: (request) => reservationInput(request),
  reserved(output) {
    const { code, message } = businessCode(output);
    if (code !== '200') return codeOutcome(code, message);
    const status = overallStatus(output);
    if (status === 'success') return { kind: 'ok', message };
    if (status === null) return { kind: 'unknown', message: 'SDN-C did not say whether the capacity is reserved.' };
    return { kind: 'refused', message: noCapacity(output, message) };
  },
  releaseInput: (request) => ({ 'reservation-entity-list': [entityOf(request)] }),
  released,
  queryInput: (request) => reservationInput(request),
  held,
  capacityInput: (request) => reservationInput(request),
  capacity,
};

function oneEach(check: CapacityCheck, entityId: string): CheckQuestion[] {
  return check.candidates.map((candidate, index) => {
    const input = informationOf(check.request, undefined, entityId, [candidate]);
    return { key: canonicalJson(input), input, candidates: [index], verdict: (output) => verdict(output) };
  });
}

/** All candidates as targets of one request: only for installations that fill in a status per target. */
function allAtOnce(check: CapacityCheck, entityId: string): CheckQuestion[] {
  if (check.candidates.length === 0) return [];
  const input = informationOf(check.request, undefined, entityId, check.candidates);
  const candidates = check.candidates.map((_, index) => index);
  const verdictOf = (output: JsonObject, index: number): CapacityVerdict => {
    const candidate = check.candidates[index];
    return targetVerdict(output, candidate ? targetId(candidate) : '');
  };
  return [{ key: 'all', input, candidates, verdict: verdictOf }];
}

function reservationInput(request: ReserveRequest): JsonObject {
  return informationOf(request.request, request.serviceModel, request.entityId, request.candidates);
}

function informationOf(
  request: JsonObject,
  serviceModel: string | undefined,
  entityId: string,
  candidates: readonly object[],
): JsonObject {
  const model = field(request, 'service_model') ?? serviceModel;
  const targets = new Map<string, JsonObject>();
  for (const candidate of candidates) for (const target of targetsOf(request, model, candidate)) add(targets, target);
  return {
    'capacity-reservation-information': {
      ...present({ 'service-model': model }),
      'reservation-entity-list': [
        {
          ...present({ 'reservation-entity-type': entityType(request), 'reservation-entity-id': entityId }),
          'reservation-entity-data': speed(request),
        },
      ],
      'reservation-target-list': [...targets.values()],
    },
  };
}

/** `reservation-target-id` is the list's key: the same target twice would be refused. */
function add(targets: Map<string, JsonObject>, target: JsonObject): void {
  targets.set(text(target['reservation-target-id']), target);
}

function targetsOf(request: JsonObject, model: string | undefined, candidate: object): JsonObject[] {
  const id = targetId(candidate);
  const vnf = pairs({ 'vnf-type': field(request, 'vnf_type'), 'vpe-name': id });
  const targets = [target('VNF', id, vnf)];
  const port = field(request, 'port_key') ?? field(candidate, 'port_key');
  if (model !== undefined && PORT_MODELS.has(model) && port !== undefined) {
    targets.push(target('PORT', port, speed(request)));
  }
  return targets;
}

function target(type: string, id: string, data: readonly JsonObject[]): JsonObject {
  return { 'reservation-target-type': type, 'reservation-target-id': id, 'reservation-target-data': data };
}

function targetId(candidate: object): string {
  return field(candidate, 'host_id', 'candidate_id') ?? '';
}

function entityOf(request: ReserveRequest): JsonObject {
  return present({
    'reservation-entity-type': entityType(request.request),
    'reservation-entity-id': request.entityId,
  });
}

/** `SI` (service instance) is what the contract's own examples use. */
function entityType(request: JsonObject): string {
  return field(request, 'entity_type') ?? 'SI';
}

function speed(request: JsonObject): JsonObject[] {
  return pairs({
    'service-speed': field(request, 'service_speed'),
    'service-speed-unit': field(request, 'service_speed_unit'),
  });
}

function pairs(data: Readonly<Record<string, string | undefined>>): JsonObject[] {
  return Object.entries(present(data)).map(([name, value]) => ({ name, value }));
}

// ---------------------------------------------------------------- reading outputs

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function entities(output: JsonObject): JsonObject[] {
  return objects(own(own(output, 'capacity-information'), 'reservation-entity-list'));
}

function targets(entity: JsonObject): JsonObject[] {
  return objects(own(entity, 'reservation-target-list'));
}

function statusOf(value: unknown): string | null {
  const status = text(own(value, 'status')).trim().toLowerCase();
  return status === '' ? null : status;
}

/** `success` when the whole and every entity say so, another word when one says something else, null when one says nothing. */
function overallStatus(output: JsonObject): string | null {
  const all = [own(output, 'capacity-information'), ...entities(output)].map(statusOf);
  const other = all.find((status) => status !== null && status !== 'success');
  if (other !== undefined) return other;
  return all.includes(null) ? null : 'success';
}

function verdict(output: JsonObject): CapacityVerdict {
  const { code, message } = businessCode(output);
  if (code !== '200') return codeVerdict(code, message);
  const status = overallStatus(output);
  if (status === 'success') return { kind: 'fit' };
  if (status === null) return { kind: 'unknown', reason: 'SDN-C did not say whether there is capacity.' };
  return { kind: 'reject', reason: noCapacity(output, message) };
}

function targetVerdict(output: JsonObject, id: string): CapacityVerdict {
  const { code, message } = businessCode(output);
  if (code !== '200') return codeVerdict(code, message);
  const found = entities(output).flatMap(targets);
  const mine = found.filter((item) => text(own(item, 'reservation-target-id')) === id).map(statusOf);
  if (mine.length === 0 || mine.includes(null)) {
    return { kind: 'unknown', reason: `SDN-C did not say whether ${clean(id)} has capacity.` };
  }
  if (mine.every((status) => status === 'success')) return { kind: 'fit' };
  return { kind: 'reject', reason: noCapacity(output, message) };
}

function codeVerdict(code: string, message: string): CapacityVerdict {
  const outcome = codeOutcome(code, message);
  return { kind: outcome.kind === 'refused' ? 'reject' : 'unknown', reason: outcome.message };
}

/** Why there is no capacity, with the resources that are short when the answer lists them. */
function noCapacity(output: JsonObject, message: string): string {
  const short = resources(output).filter((item) => item.status !== null && item.status.toLowerCase() !== 'success');
  const detail = message || short.map((item) => `${item.name} (${item.available ?? '?'} available)`).join(', ');
  return detail === '' ? 'SDN-C has no capacity for it.' : `SDN-C has no capacity for it: ${clean(detail)}`;
}

/** Releasing what is not reserved counts as released, so that a release can be repeated. */
function released(output: JsonObject): ReserveOutcome {
  const { code, message } = businessCode(output);
  const noOutput = Object.keys(output).length === 0;
  if (code === '200' || code === '404' || noOutput) return { kind: 'ok', message };
  return codeOutcome(code, message);
}

/** true: our entity is listed and holds something; false: certainly not; null: unclear. */
function held(output: JsonObject, request: ReserveRequest): boolean | null {
  const { code } = businessCode(output);
  if (code === '404') return false;
  if (code !== '200' || !Array.isArray(own(own(output, 'capacity-information'), 'reservation-entity-list')))
    return null;
  const mine = entities(output).find((entity) => text(own(entity, 'reservation-entity-id')) === request.entityId);
  if (!mine) return false;
  const status = statusOf(mine);
  if (status !== 'success') return status === null ? null : false;
  const allocated = targets(mine)
    .flatMap((item) => objects(own(item, 'resource-list')))
    .map((item) => number(own(item, 'allocated')))
    .filter((value) => value !== null);
  return allocated.length === 0 || allocated.some((value) => value > 0);
}

function resources(output: JsonObject): CapacityInfo['resources'] {
  const list = entities(output)
    .flatMap(targets)
    .flatMap((item) => objects(own(item, 'resource-list')));
  return list.map((item) => ({
    name: clean(text(own(item, 'resource-name'))),
    endpointPosition: clean(text(own(item, 'endpoint-position'))) || null,
    status: clean(text(own(item, 'status'))) || null,
    limit: number(own(item, 'limit')),
    used: number(own(item, 'used')),
    available: number(own(item, 'available')),
  }));
}

function capacity(output: JsonObject): CapacityInfo {
  const { code, message } = businessCode(output);
  const answer = verdict(output);
  const why = answer.kind === 'fit' ? '' : answer.reason;
  const said = code === '200' ? message || why : message || codeText(code, message);
  return { ok: answer.kind === 'fit', code, message: said, resources: resources(output) };
}

function number(value: unknown): number | null {
  const digits = text(value).trim();
  const parsed = Number(digits);
  return digits !== '' && Number.isFinite(parsed) ? parsed : null;
}
