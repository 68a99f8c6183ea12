// DCAE slice analysis: what running slices use. One GET with a JSON body for all slices, as the service defines it
// (`sliceIdentifiers` is a list), where the reference asks twice per candidate.
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext } from '../../domain/ports.ts';
import type { SliceCapacitySource, SliceUsage } from '../../domain/slice-ports.ts';
import { type JsonValue, own } from '../../lib/json.ts';
import { number, objects, text } from '../aai/wire.ts';
import type { HttpClient } from '../http.ts';
import { statusError } from '../http-status.ts';

export interface DcaeOptions {
  /** Base URL without path; closed with the client. */
  readonly http: HttpClient;
  /** Path of the slice configuration service, with or without the first slash. */
  readonly path: string;
}

export interface Dcae extends SliceCapacitySource {
  close(): Promise<void>;
}

const CONFIG_PARAMS = ['dLThptPerSlice', 'uLThptPerSlice', 'maxNumberOfConns'];

export function createDcae({ http, path }: DcaeOptions): Dcae {
  const target = path.startsWith('/') ? path : `/${path}`;
  return {
    usage: (instanceIds, ctx) => readUsage(http, target, instanceIds, ctx),
    close: () => http.close(),
  };
}

async function readUsage(
  http: HttpClient,
  path: string,
  instanceIds: readonly string[],
  ctx: CallContext,
): Promise<ReadonlyMap<string, SliceUsage>> {
  const sliceIdentifiers = [...new Set(instanceIds)];
  if (sliceIdentifiers.length === 0) return new Map();
  const { status, body } = await http.request({
    method: 'GET',
    path,
    headers: { 'x-fromappid': 'CONDUCTOR' },
    body: { sliceIdentifiers, configParams: CONFIG_PARAMS },
    ctx,
  });
  if (status < 200 || status >= 300) throw statusError('DCAE', `GET ${path}`, status);
  const details = own(body, 'sliceConfigDetails');
  if (body !== null && !Array.isArray(details) && details !== null) {
    throw new ConductorError('UPSTREAM_BAD_DATA', `DCAE sent an answer without sliceConfigDetails: GET ${path}.`);
  }
  return usageById(details);
}

/** A detail without identifier or numbers tells nothing; the first one of a slice counts. */
function usageById(details: JsonValue | undefined): ReadonlyMap<string, SliceUsage> {
  const usage = new Map<string, SliceUsage>();
  for (const detail of objects(details)) {
    const id = text(own(detail, 'sliceIdentifiers'));
    const config = own(detail, 'aggregatedConfig');
    if (id === null || usage.has(id)) continue;
    usage.set(id, {
      downlinkThroughput: number(own(config, 'dlthptPerSlice')),
      uplinkThroughput: number(own(config, 'ulthptPerSlice')),
      maxConnections: number(own(config, 'maxNumberOfConns')),
    });
  }
  return usage;
}
