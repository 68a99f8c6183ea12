// One configured SDN-C: its contract, the names of its RPCs and how often each is tried.
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext, Logger, Metrics } from '../../domain/ports.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { HttpClient } from '../http.ts';
import { capacityApi } from './capacity-api.ts';
import { dhvCapacity } from './dhv-capacity.ts';
import type { Preset, SdncOperations } from './preset.ts';
import { callRpc, type RpcAnswer } from './restconf.ts';

export interface SdncOptions {
  /** Its base URL ends in `/restconf` (draft-02) or `/rests` (RFC 8040); closed with the controller. */
  readonly http: HttpClient;
  readonly preset: 'capacity-api' | 'dhv-capacity';
  /** `MODULE:rpc` names where they differ from the preset's; empty text means the preset's. */
  readonly operations?: Partial<SdncOperations>;
  /** @default plain */
  readonly inputForm?: 'plain' | 'qualified';
  /** false: one check for all candidates; needs an SDN-C that answers per target. Contract capacity-api only. @default true */
  readonly perCandidate?: boolean;
  /** Checks under way at once. @default 8 */
  readonly concurrency?: number;
  /** When SDN-C lacks the check RPC: fail the plan, or keep or drop what was to be checked. @default fail */
  readonly onUnsupported?: 'fail' | 'keep' | 'drop';
  /** Tries in all. A reserve is repeated only when nothing was sent. @default check 3, release 5, reserve 1 */
  readonly tries?: { readonly check?: number; readonly release?: number; readonly reserve?: number };
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface SdncClient {
  readonly options: SdncOptions;
  readonly preset: Preset;
  readonly operations: SdncOperations;
  readonly tries: { readonly check: number; readonly release: number; readonly reserve: number };
  /** Calls the RPC; when the contract has none the answer is `unsupported` and nothing is sent. Throws what `callRpc` throws. */
  call(name: keyof SdncOperations, input: JsonObject, tries: number, ctx: CallContext): Promise<RpcAnswer>;
}

export const SDNC = 'SDN-C';
const OPERATION = /^[A-Za-z_][\w.-]*:[A-Za-z_][\w.-]*$/;
const PRESETS: Readonly<Record<SdncOptions['preset'], Preset>> = {
  'capacity-api': capacityApi,
  'dhv-capacity': dhvCapacity,
};

/** Throws CONFIG_INVALID for an operation that is not `MODULE:rpc`. */
export function createClient(options: SdncOptions): SdncClient {
  const { http, inputForm = 'plain' } = options;
  const preset = PRESETS[options.preset];
  const operations = operationsOf(preset, options.operations ?? {});
  return {
    options,
    preset,
    operations,
    tries: { check: 3, release: 5, reserve: 1, ...options.tries },
    async call(name, input, tries, ctx) {
      const operation = operations[name];
      if (operation !== '') return callRpc({ http, inputForm }, { operation, input, tries }, ctx);
      return { kind: 'unsupported', status: null, message: `${SDNC} has no ${name} operation in this contract.` };
    },
  };
}

function operationsOf(preset: Preset, given: Partial<SdncOperations>): SdncOperations {
  const name = (key: keyof SdncOperations) => {
    const operation = given[key] || preset.operations[key];
    if (operation === '' || OPERATION.test(operation)) return operation;
    throw new ConductorError('CONFIG_INVALID', `${SDNC}: the ${key} operation is not of the form MODULE:rpc.`);
  };
  return { check: name('check'), reserve: name('reserve'), release: name('release'), get: name('get') };
}

/** What to do when the check RPC is not there. */
export function unsupportedCheck(client: SdncClient): ConductorError {
  const what = client.operations.check || 'a capacity check';
  const advice = 'Name another operation, or set [sdnc] on_unsupported to keep or drop.';
  return new ConductorError('UPSTREAM_UNSUPPORTED', `${SDNC} does not offer ${what}. ${advice}`);
}

export function deniedError(message: string): ConductorError {
  return new ConductorError('UPSTREAM_REFUSED', `${SDNC} refused our credentials: ${message}`);
}
