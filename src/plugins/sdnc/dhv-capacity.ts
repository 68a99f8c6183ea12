// The older DHVCAPACITY-API contract: one RPC both checks (CAPCHECK-…) and reserves (RESERVE) capacity of DHV SD-WAN VNFs.
// It has no release and no query: a reservation is one call for all VNFs, and nothing of it stays when it is refused. Whether one
// is held whose answer was lost, only somebody at SDN-C can tell.
import type { CapacityCheck, CapacityVerdict, ReserveRequest } from '../../domain/controller-ports.ts';
import { canonicalJson, isJsonObject, type JsonObject, own } from '../../lib/json.ts';
import { businessCode, codeOutcome, codeText, field, type Preset, present } from './preset.ts';
import { text } from './restconf.ts';

const RPC = 'DHVCAPACITY-API:service-capacity-check-operation';
const SERVICE = 'DHV SD-WAN';

export const dhvCapacity: Preset = {
  operations: { check: RPC, reserve: RPC, release: '', get: '' },
  // The answer names its VNF by type and region only, so each candidate is asked about by itself.
  questions: (check, _perCandidate, ctx) =>
    check.candidates.map((candidate, index) => {
      const information = checkInformation(check, candidate);
      return {
        key: canonicalJson(information),
        input: inputOf(ctx.requestId, information),
        candidates: [index],
        verdict: (output: JsonObject) => verdict(output),
      };
    }),
  reserveInput(request) {
    const vnfs = request.candidates.filter((candidate) => candidate.inventory_type !== 'cloud');
    if (vnfs.length === 0) return null;
    const list = vnfs.map((candidate) => ({ ...vnfOf(ownRequest(candidate, request)), ...placeOf(candidate, true) }));
    const information = informationOf(request.request, request.entityId, 'RESERVE', 'New-Start', list);
    // The entity id stands as request id: repeating a reservation repeats it.
    return inputOf(request.entityId, information);
  },
  reserved(output) {
    const { code, message } = businessCode(responseOf(output));
    return code === '200' ? { kind: 'ok', message } : codeOutcome(code, message);
  },
  releaseInput: () => null,
  released: () => ({ kind: 'ok', message: '' }),
  queryInput: () => null,
  held: () => null,
  capacityInput(request, ctx) {
    const fit = request.candidates.some((candidate) => candidate.inventory_type === 'cloud');
    const list = request.candidates.map((candidate) => ({ ...vnfOf(request.request), ...placeOf(candidate, !fit) }));
    const action = fit ? 'CAPCHECK-NEWVNF' : 'CAPCHECK-SERVICE';
    return inputOf(ctx.requestId, informationOf(request.request, request.entityId, action, 'New-Start', list));
  },
  capacity(output) {
    const { code, message } = businessCode(responseOf(output));
    const answer = verdict(output);
    const why = answer.kind === 'fit' ? '' : answer.reason;
    return { ok: answer.kind === 'fit', code, message: message || why, resources: [] };
  },
};

function checkInformation(check: CapacityCheck, candidate: CapacityCheck['candidates'][number]): JsonObject {
  const instance = check.constraintType === 'instance_fit';
  const vnf = { ...vnfOf(check.request), ...placeOf(candidate, instance) };
  const action = instance ? 'CAPCHECK-SERVICE' : 'CAPCHECK-NEWVNF';
  return informationOf(check.request, undefined, action, changeType(check.requestType, candidate), [vnf]);
}

function changeType(requestType: string, candidate: CapacityCheck['candidates'][number]): string {
  if (requestType !== 'speed changed') return 'New-Start';
  return text(candidate.existing_placement) === 'false' ? 'Rehome' : 'Change-Speed';
}

function inputOf(requestId: string, information: JsonObject): JsonObject {
  return {
    'service-capacity-check-operation': {
      'sdnc-request-header': { 'request-id': requestId },
      'capacity-check-information': information,
    },
  };
}

function informationOf(
  request: JsonObject,
  entityId: string | undefined,
  action: string,
  change: string,
  vnfs: readonly JsonObject[],
): JsonObject {
  return {
    ...present({
      'service-instance-id': field(request, 'dhv_service_instance', 'service_instance_id') ?? entityId,
      service: SERVICE,
      'action-type': action,
      'change-type': change,
      'e2e-vpn-key': field(request, 'e2evpnkey', 'e2e_vpn_key'),
    }),
    'vnf-list': { vnf: vnfs },
  };
}

/** Device type and the bandwidths that this device type is measured by. */
function vnfOf(request: JsonObject): JsonObject {
  const type = field(request, 'service_type');
  const device = (type ?? '').toLowerCase();
  const vig = device.startsWith('vvig');
  const effective = vig || device.startsWith('vhngw') ? field(request, 'dhv_site_effective_bandwidth') : undefined;
  return present({
    'device-type': type,
    'upstream-bandwidth': vig ? field(request, 'bw_up') : undefined,
    'downstream-bandwidth': vig ? field(request, 'bw_down') : undefined,
    'dhv-site-effective-bandwidth': effective,
  });
}

function placeOf(candidate: object, instance: boolean): JsonObject {
  return present({
    'cloud-region-id': field(candidate, 'location_id'),
    'vnf-host-name': instance ? field(candidate, 'host_id') : undefined,
    'infra-service-instance-id': instance ? field(candidate, 'candidate_id') : undefined,
    'cust-service-instance-id': field(candidate, 'service_resource_id'),
  });
}

/** Each candidate of the one call may carry the request of its own reservation entry. */
function ownRequest(candidate: object, request: ReserveRequest): JsonObject {
  const carried = own(candidate, 'request');
  return isJsonObject(carried) ? carried : request.request;
}

function responseOf(output: JsonObject): JsonObject {
  const response = own(output, 'service-capacity-check-response');
  return isJsonObject(response) ? response : {};
}

function verdict(output: JsonObject): CapacityVerdict {
  const response = responseOf(output);
  const { code, message } = businessCode(response);
  const vnfs = own(own(response, 'vnf-list'), 'vnf');
  const words = (Array.isArray(vnfs) ? vnfs : []).map((vnf) => text(own(vnf, 'available-capacity')));
  if (words.includes('N'))
    return { kind: 'reject', reason: `SDN-C has no capacity for it${message && `: ${message}`}` };
  if (words.length > 0 && words.every((word) => word === 'Y')) return { kind: 'fit' };
  if (code === '200' || code === '') return { kind: 'unknown', reason: 'SDN-C did not say whether there is capacity.' };
  const refused = codeOutcome(code, message).kind === 'refused';
  return { kind: refused ? 'reject' : 'unknown', reason: codeText(code, message) };
}
