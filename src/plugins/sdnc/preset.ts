// What differs between the wire contracts that SDN-C installations offer: which RPCs, what goes in, how an output is read.
import type {
  CapacityCheck,
  CapacityInfo,
  CapacityVerdict,
  ReserveOutcome,
  ReserveRequest,
} from '../../domain/controller-ports.ts';
import type { CallContext } from '../../domain/ports.ts';
import type { JsonObject } from '../../lib/json.ts';
import { clean, text } from './restconf.ts';

/** `MODULE:rpc` per operation; empty text when the contract has none. */
export interface SdncOperations {
  readonly check: string;
  readonly reserve: string;
  readonly release: string;
  /** Reads back what an entity holds. */
  readonly get: string;
}

/** One request that answers for one or more candidates. */
export interface CheckQuestion {
  /** Equal for questions that would get the same answer; these are asked once. */
  readonly key: string;
  readonly input: JsonObject;
  /** Positions in the check's candidate list. */
  readonly candidates: readonly number[];
  verdict(output: JsonObject, candidate: number): CapacityVerdict;
}

export interface Preset {
  /** The RPC names of the contract, used where the configuration gives none. */
  readonly operations: SdncOperations;
  questions(check: CapacityCheck, perCandidate: boolean, ctx: CallContext): readonly CheckQuestion[];
  /** null: the contract has nothing to send for these candidates. */
  reserveInput(request: ReserveRequest): JsonObject | null;
  reserved(output: JsonObject): ReserveOutcome;
  /** null: the contract has no release; what it reserved, or may have, stays until somebody looks. */
  releaseInput(request: ReserveRequest): JsonObject | null;
  released(output: JsonObject): ReserveOutcome;
  /** null: the contract cannot tell what an entity holds. */
  queryInput(request: ReserveRequest): JsonObject | null;
  held(output: JsonObject, request: ReserveRequest): boolean | null;
  capacityInput(request: ReserveRequest, ctx: CallContext): JsonObject;
  capacity(output: JsonObject): CapacityInfo;
}

/** `response-code` and `response-message`; codes come as texts or numbers. */
export function businessCode(output: JsonObject): { readonly code: string; readonly message: string } {
  const code = text(Object.hasOwn(output, 'response-code') ? output['response-code'] : '').trim();
  return { code, message: clean(text(Object.hasOwn(output, 'response-message') ? output['response-message'] : '')) };
}

/** How a business code other than 200 ends a reserve or release: 4xx is a refusal, anything else is unclear. */
export function codeOutcome(code: string, message: string): ReserveOutcome {
  const said = codeText(code, message);
  return /^4\d\d$/.test(code) ? { kind: 'refused', message: said } : { kind: 'unknown', message: said };
}

export function codeText(code: string, message: string): string {
  const what = code === '' ? 'SDN-C sent no response code' : `SDN-C answered code ${clean(code)}`;
  return message === '' ? what : `${what}: ${message}`;
}

/** A JSON object of the entries that have a value; missing ones are left out of the request. */
export function present(entries: Readonly<Record<string, string | undefined>>): JsonObject {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(entries)) if (value !== undefined) out[name] = value;
  return out;
}

/** The first of these request or candidate fields that has a text or number, as text; undefined when none has. */
export function field(source: object, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(source, name) ? text((source as Readonly<Record<string, unknown>>)[name]) : '';
    if (value !== '') return value;
  }
  return undefined;
}
