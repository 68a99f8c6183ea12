// The recordings of the reference in test/golden: 241 plans and 88 REST requests, and the world that they were made in.
import { readdirSync, readFileSync } from 'node:fs';
import type { RestRecommendation } from '../support/gateway.ts';

export type Recommendations = readonly Readonly<Record<string, RestRecommendation>>[];

/** Flags: `CRASH`, `STUCK`, `SLOW`, `REJECTED`, `RANDOM-PICK`, `RANDOM-UUID-IDS`. */
export interface RecordedPlan {
  readonly name: string;
  /** Inventory providers that were switched on. */
  readonly providers: string;
  readonly flags: readonly string[];
  readonly request: { readonly name: string; readonly template: unknown };
  readonly create: { readonly status: number; readonly body: object };
  readonly statuses: readonly string[];
  readonly plan: { readonly message?: string | readonly string[]; readonly recommendations?: Recommendations } | null;
  readonly translation: RecordedTranslation | null;
}

export interface RecordedCandidate {
  readonly candidate_id: string;
  readonly [field: string]: unknown;
}

export interface RecordedTranslation {
  readonly locations: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly demands: Readonly<Record<string, { readonly candidates: readonly RecordedCandidate[] }>>;
  readonly objective: RecordedObjective | null;
}

export interface RecordedObjective {
  readonly goal: string;
  /** BASE objectives. */
  readonly operands?: readonly RecordedOperand[];
  /** GENERIC objectives. */
  readonly operation_function?: RecordedOperation;
}

export interface RecordedOperand {
  readonly weight: number;
  readonly function: string;
  readonly function_param: readonly string[];
}

export interface RecordedOperation {
  readonly operator: string;
  readonly operands: readonly RecordedCall[];
}

export interface RecordedCall {
  readonly function?: string;
  readonly params?: { readonly demand: string; readonly attribute?: string; readonly location?: string };
  readonly operation_function?: RecordedOperation;
  readonly weight?: number;
  readonly normalization?: { readonly start: number; readonly end: number };
}

export interface RestRecord {
  readonly name: string;
  /** Which configuration the reference ran with. */
  readonly setting: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
  readonly observed: RestReply;
  /** The same without the fault of the response middleware; this is what counts. */
  readonly intended?: RestReply;
}

export interface RestReply {
  /** Absent when the connection was closed without an answer. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const FOLDER = new URL('../golden/', import.meta.url);

function readJson(path: string) {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'));
}

function names(folder: string): string[] {
  return readdirSync(new URL(folder, FOLDER))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -5))
    .sort();
}

/** By name of the file. */
export function recordedPlans(): ReadonlyMap<string, RecordedPlan> {
  return new Map(names('plans/').map((name) => [name, readJson(`plans/${name}.json`) as RecordedPlan]));
}

export function recordedRest(): ReadonlyMap<string, RestRecord> {
  return new Map(names('rest/').map((name) => [name, readJson(`rest/${name}.json`) as RestRecord]));
}

export function recordedWorld() {
  return readJson('world.json');
}

export type Picks = Readonly<Record<string, string>>;

/** Demand → candidate id, one element a recommendation. */
export function picksOf(recommendations: Recommendations): Picks[] {
  return recommendations.map((demands) =>
    Object.fromEntries(
      Object.entries(demands).map(([demand, { candidate }]) => [demand, String(candidate['candidate_id'])]),
    ),
  );
}
