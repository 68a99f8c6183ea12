// The SDN-C service controller: capacity checks for region_fit and instance_fit, reservation with release and read-back.
// The wire contract is a preset; this file says what an answer, or none, means for a reservation.

import type { CapacityInfo, ReserveOutcome, ReserveRequest, ServiceController } from '../../domain/controller-ports.ts';
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext } from '../../domain/ports.ts';
import { checkCapacity } from './check.ts';
import { createClient, deniedError, SDNC, type SdncClient, type SdncOptions, unsupportedCheck } from './client.ts';
import type { RpcAnswer } from './restconf.ts';

export type { SdncOptions } from './client.ts';
export type { SdncOperations } from './preset.ts';

/**
 * `check` throws UPSTREAM_UNSUPPORTED (on_unsupported `fail`) and UPSTREAM_REFUSED (credentials); an SDN-C that does not
 * answer, or not clearly, gives `unknown` verdicts. `reserve`, `release` and `query` throw nothing but the caller's abort.
 * `capacity` throws UPSTREAM_*. Throws CONFIG_INVALID for an operation name that is not `MODULE:rpc`.
 */
export function createSdnc(options: SdncOptions): ServiceController & { close(): Promise<void> } {
  const client = createClient(options);
  return {
    name: SDNC,
    check: (check, ctx) => checkCapacity(client, check, ctx),
    reserve: (request, ctx) => reserve(client, request, ctx),
    release: (request, ctx) => release(client, request, ctx),
    query: (request, ctx) => query(client, request, ctx),
    capacity: (request, ctx) => capacity(client, request, ctx),
    close: () => options.http.close(),
  };
}

async function reserve(client: SdncClient, request: ReserveRequest, ctx: CallContext): Promise<ReserveOutcome> {
  const input = client.preset.reserveInput(request);
  if (input === null) return { kind: 'ok', message: 'There is nothing to reserve for these candidates.' };
  for (let attempt = 1; ; attempt += 1) {
    // One HTTP try each time: what may have been executed must not be sent again before it was read back.
    const answer = await client.call('reserve', input, 1, ctx);
    const outcome = answer.kind === 'output' ? client.preset.reserved(answer.output) : notDone(answer);
    log(client, 'reserve', request, outcome, ctx);
    const neverSent = answer.kind === 'refused' && answer.status === null;
    if (!neverSent || attempt >= client.tries.reserve) return outcome;
  }
}

const BY_HAND = 'Look there, then end the compensation.';

async function release(client: SdncClient, request: ReserveRequest, ctx: CallContext): Promise<ReserveOutcome> {
  const input = client.preset.releaseInput(request);
  if (input === null) {
    // What was never asked for is not held. What was may be: a contract without a release cannot take it back.
    if (client.preset.reserveInput(request) === null) return { kind: 'ok', message: 'There is nothing to release.' };
    return { kind: 'refused', message: `The contract has no release; SDN-C may hold ${request.entityId}. ${BY_HAND}` };
  }
  const answer = await client.call('release', input, client.tries.release, ctx);
  const outcome = answer.kind === 'output' ? client.preset.released(answer.output) : notDone(answer);
  log(client, 'release', request, outcome, ctx);
  return outcome;
}

/** The outcome of a call that gave no output. */
function notDone(answer: Exclude<RpcAnswer, { readonly kind: 'output' }>): ReserveOutcome {
  if (answer.kind === 'unknown') return { kind: 'unknown', message: answer.message };
  if (answer.kind === 'denied') return { kind: 'refused', message: deniedError(answer.message).message };
  const message =
    answer.kind === 'unsupported' ? `SDN-C does not offer the operation. ${answer.message}` : answer.message;
  return { kind: 'refused', message };
}

async function query(client: SdncClient, request: ReserveRequest, ctx: CallContext): Promise<boolean | null> {
  const input = client.preset.queryInput(request);
  if (input === null) return null;
  const answer = await client.call('get', input, client.tries.check, ctx);
  return answer.kind === 'output' ? client.preset.held(answer.output, request) : null;
}

async function capacity(client: SdncClient, request: ReserveRequest, ctx: CallContext): Promise<CapacityInfo> {
  const input = client.preset.capacityInput(request, ctx);
  const answer = await client.call('check', input, client.tries.check, ctx);
  switch (answer.kind) {
    case 'output':
      return client.preset.capacity(answer.output);
    case 'unsupported':
      throw unsupportedCheck(client);
    case 'denied':
      throw deniedError(answer.message);
    case 'refused':
      // SDN-C understood the question and refused it: that is an answer for the person who asked.
      if (answer.status === null) throw new ConductorError('UPSTREAM_UNAVAILABLE', answer.message);
      return { ok: false, code: String(answer.status), message: answer.message, resources: [] };
    default:
      throw new ConductorError('UPSTREAM_UNAVAILABLE', answer.message);
  }
}

function log(
  client: SdncClient,
  operation: 'reserve' | 'release',
  request: ReserveRequest,
  outcome: ReserveOutcome,
  ctx: CallContext,
): void {
  const { requestId } = ctx;
  const { planId, entityId } = request;
  const { kind, message } = outcome;
  const fields = { requestId, planId, entityId, operation, outcome: kind, reason: message };
  if (kind === 'ok') client.options.logger.info(fields, 'SDN-C call done');
  else client.options.logger.warn(fields, 'SDN-C call not done');
}
