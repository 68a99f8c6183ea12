// Spare throughput of slice candidates: what the profile asks for less what DCAE says the slice uses. All candidates of a plan
// are asked about in one call.
import type { Candidate } from '../../../domain/candidate.ts';
import { isConductorError } from '../../../domain/errors.ts';
import type { CallContext, Logger } from '../../../domain/ports.ts';
import type { SliceCapacitySource, SliceUsage } from '../../../domain/slice-ports.ts';
import { type JsonValue, own } from '../../../lib/json.ts';
import { number } from '../wire.ts';

export interface CapacityOptions {
  readonly capacity: SliceCapacitySource;
  /** What it means when DCAE gives no usable answer: capacity unknown (as in the reference), or the plan's translation fails. */
  readonly onFailure: 'unknown' | 'fail';
  readonly logger: Logger;
}

/** A candidate together with the slice instance that it stands for. */
export interface SliceCandidate {
  readonly instanceId: string;
  readonly candidate: Candidate;
}

/** Stands for "not known"; templates of existing installations compare with it. */
const UNKNOWN = 2;
/** Transport subnets carry no figures in DCAE and count as having room. */
const TRANSPORT = 10;
const TRANSPORT_DOMAINS = new Set(['TN_FH', 'TN_MH']);

/** The profile fields that say what a slice is to carry, by inventory type. */
const ASKED = {
  nsi: { uplink: 'ul_thpt_per_slice', downlink: 'dl_thpt_per_slice' },
  nssi: { uplink: 'exp_data_rate_ul', downlink: 'exp_data_rate_dl' },
} as const;

/** The candidates with `uLThpt_difference` and `dLThpt_difference`. Throws DCAE's error only with `onFailure` `fail`. */
export async function withCapacity(
  slices: readonly SliceCandidate[],
  options: CapacityOptions,
  ctx: CallContext,
): Promise<readonly Candidate[]> {
  const asked = slices.filter(({ candidate }) => !isTransport(candidate)).map(({ instanceId }) => instanceId);
  const usage = asked.length === 0 ? new Map<string, SliceUsage>() : await readUsage(asked, options, ctx);
  return slices.map(({ instanceId, candidate }) => ({
    ...candidate,
    ...(isTransport(candidate)
      ? { uLThpt_difference: TRANSPORT, dLThpt_difference: TRANSPORT }
      : differences(candidate, usage.get(instanceId))),
  }));
}

function isTransport(candidate: Candidate): boolean {
  const domain = own(candidate, 'domain');
  return candidate.inventory_type === 'nssi' && typeof domain === 'string' && TRANSPORT_DOMAINS.has(domain);
}

async function readUsage(
  ids: readonly string[],
  { capacity, onFailure, logger }: CapacityOptions,
  ctx: CallContext,
): Promise<ReadonlyMap<string, SliceUsage>> {
  try {
    return await capacity.usage([...new Set(ids)], ctx);
  } catch (error) {
    ctx.signal?.throwIfAborted();
    if (onFailure === 'fail' || !isConductorError(error)) throw error;
    const { requestId, planId } = ctx;
    const fields = { system: 'DCAE', slices: ids.length, reason: error.message, requestId, planId };
    logger.warn(fields, 'capacity of slices is unknown');
    return new Map();
  }
}

/** Each direction by itself. Where it is unknown both spellings that existing templates use are set. */
function differences(candidate: Candidate, usage: SliceUsage | undefined): Readonly<Record<string, number>> {
  const fields = candidate.inventory_type === 'nsi' ? ASKED.nsi : ASKED.nssi;
  const uplink = difference(own(candidate, fields.uplink), usage?.uplinkThroughput ?? null);
  const downlink = difference(own(candidate, fields.downlink), usage?.downlinkThroughput ?? null);
  return {
    uLThpt_difference: uplink ?? UNKNOWN,
    dLThpt_difference: downlink ?? UNKNOWN,
    ...(uplink === null ? { ulthpt_difference: UNKNOWN } : {}),
    ...(downlink === null ? { dlthpt_difference: UNKNOWN } : {}),
  };
}

function difference(asked: JsonValue | undefined, used: number | null): number | null {
  const wanted = number(asked);
  return wanted === null || used === null ? null : wanted - used;
}
