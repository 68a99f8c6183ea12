// MultiCloud: which cloud regions have room for a request. `check_vim_capacity` in its v0 form (vim-ids as texts) and its v1 form
// (owner and region, availability zones in the answer); answers of both forms are understood whatever was asked.

import type { VimCapacityRequest, VimController } from '../../domain/controller-ports.ts';
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext, Logger } from '../../domain/ports.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import type { HttpClient } from '../http.ts';
import { statusError } from '../http-status.ts';
import { type MemoryUnit, quantityIn } from './units.ts';

export interface MultiCloudOptions {
  /** Its base URL ends before the version, as in `http://msb.onap.org/api/multicloud`; closed with the controller. */
  readonly http: HttpClient;
  /** `v0`, `v1`, …; from v1 on regions are asked about as objects. */
  readonly version: string;
  /** Tries in all; the check changes nothing, so it is repeated. */
  readonly tries: number;
  readonly onFailure: 'fail' | 'keep' | 'drop';
  /** `as_given` sends quantities as they stand in the template; `convert` makes them GB (memory: `memoryUnit`) first. */
  readonly units: 'as_given' | 'convert';
  /** What this MultiCloud counts memory in; its documents say GB, its OpenStack plug-ins compare MB. */
  readonly memoryUnit: MemoryUnit;
  readonly logger: Logger;
}

const MULTICLOUD = 'MultiCloud';

/**
 * `withCapacity` throws UPSTREAM_UNAVAILABLE, UPSTREAM_REFUSED, UPSTREAM_UNSUPPORTED or UPSTREAM_BAD_DATA when there is no
 * clear answer (logged as a warning), and TEMPLATE_INVALID for a unit that cannot be converted.
 */
export function createMultiCloud(options: MultiCloudOptions): VimController & { close(): Promise<void> } {
  const { http, logger, onFailure } = options;
  return {
    name: MULTICLOUD,
    onFailure,
    async withCapacity(request, vimIds, ctx) {
      const body = bodyOf(options, request, vimIds);
      try {
        return await call(options, body, ctx);
      } catch (error) {
        if (error instanceof ConductorError) {
          const { requestId, planId } = ctx;
          const fields = {
            requestId,
            planId,
            code: error.code,
            reason: error.message,
            regions: vimIds.length,
            onFailure,
          };
          logger.warn(fields, 'MultiCloud gave no clear answer');
        }
        throw error;
      }
    },
    close: () => http.close(),
  };
}

function bodyOf(options: MultiCloudOptions, request: VimCapacityRequest, vimIds: readonly string[]): JsonObject {
  const { units, memoryUnit, version } = options;
  const convert = units === 'convert';
  return {
    vCPU: request.vCPU,
    Memory: convert ? quantityIn(memoryUnit, 'Memory', request.memory) : request.memory.quantity,
    Storage: convert ? quantityIn('GB', 'Storage', request.storage) : request.storage.quantity,
    VIMs: version === 'v0' ? vimIds : vimIds.map(regionOf),
  };
}

/** MultiCloud splits a vim-id at its first underscore: an owner never has one. */
function regionOf(vimId: string): JsonObject {
  const at = vimId.indexOf('_');
  const [owner, region] = at < 0 ? [vimId, ''] : [vimId.slice(0, at), vimId.slice(at + 1)];
  return { 'cloud-owner': owner, 'cloud-region-id': region };
}

async function call(options: MultiCloudOptions, body: JsonObject, ctx: CallContext): Promise<ReadonlySet<string>> {
  const { http, version, tries } = options;
  const path = `/${encodeURIComponent(version)}/check_vim_capacity`;
  const headers = { 'x-fromappid': 'CONDUCTOR' };
  const response = await http.request({ method: 'POST', path, body, headers, tries, ctx });
  if (response.status === 200) return vimsOf(response.body);
  throw statusError(MULTICLOUD, `POST ${path}`, response.status);
}

/** The vim-ids with room. An answer without a list, or with an entry that cannot be read, is no clear answer. */
function vimsOf(body: JsonValue): ReadonlySet<string> {
  const vims = own(body, 'VIMs');
  if (!Array.isArray(vims)) throw badData('has no list "VIMs"');
  return new Set((vims as readonly JsonValue[]).map(vimIdOf));
}

function vimIdOf(vim: JsonValue): string {
  if (typeof vim === 'string') return vim;
  const [owner, region] = [own(vim, 'cloud-owner'), own(vim, 'cloud-region-id')];
  if (!isJsonObject(vim) || typeof owner !== 'string' || typeof region !== 'string') {
    throw badData('lists something that is neither a vim-id nor a cloud region');
  }
  return `${owner}_${region}`;
}

function badData(what: string): ConductorError {
  return new ConductorError('UPSTREAM_BAD_DATA', `${MULTICLOUD}'s answer to check_vim_capacity ${what}.`);
}
