// The rows of OOF-HAS in etcd: one JSON object a plan under `plans/<id>`, documents as JSON text inside it. Read with tolerance
// (its services write loosely), written with exactly the columns that its services accept.
// Source: section 2 and 3 of the storage specification, and rows as recorded.
import { PLAN_STATUSES, type PlanStatus } from '../../domain/plan.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { idOf, isPlanId } from '../keys.ts';
import type { KeyValue } from '../kv.ts';

/** Keys below the keyspace. */
export const HAS_PLANS = 'plans/';
export const HAS_TRIAGE = 'triage_tool/';
export const HAS_LOCKS = 'order_locks/';
export const HAS_REGIONS = 'region_placeholders/';
export const HAS_COUNTRIES = 'country_latency/';
/** A row that its controller writes for monitors; no plan. */
const HEALTHCHECK = 'healthcheck';

export interface HasRow {
  readonly id: string;
  readonly status: PlanStatus;
  readonly name: string;
  /** ms since the epoch. */
  readonly created: number;
  readonly updated: number;
  /** Seconds. */
  readonly timeout: number;
  readonly recommendMax: string;
  readonly message: string;
  readonly messageForm: 'text' | 'list';
  /** JSON text; `{}` while there is none. */
  readonly template: string;
  readonly translation: string;
  readonly solution: string;
  readonly translationOwner: string | null;
  readonly solverOwner: string | null;
  readonly reservationOwner: string | null;
  readonly translationCounter: number;
  readonly solverCounter: number;
  readonly reservationCounter: number;
  readonly translationBegan: number | null;
}

/** Whether the key is that of a plan, and not of the row for monitors or of anything that has no plan's id. */
export function isHasPlanKey(key: string): boolean {
  const id = key.slice(HAS_PLANS.length);
  return key.startsWith(HAS_PLANS) && id !== HEALTHCHECK && isPlanId(id);
}

/** The row, or what is wrong with it in a few words. */
export function readHasRow(found: KeyValue): HasRow | { readonly problem: string } {
  const row = objectOf(textOf(found));
  if (!row) return { problem: 'it is no JSON object' };
  const status = PLAN_STATUSES.find((word) => word === own(row, 'status'));
  if (!status) return { problem: `its status is ${JSON.stringify(own(row, 'status') ?? null).slice(0, 40)}` };
  const created = numberOf(own(row, 'created'));
  if (created === null) return { problem: 'it has no time of creation' };
  return {
    // The key counts: a row may have been copied.
    id: idOf(found.key),
    status,
    name: plain(own(row, 'name')),
    created,
    updated: numberOf(own(row, 'updated')) ?? created,
    timeout: numberOf(own(row, 'timeout')) ?? 0,
    recommendMax: plain(own(row, 'recommend_max')) || '1',
    ...messageOf(own(row, 'message')),
    template: documentText(own(row, 'template')),
    translation: documentText(own(row, 'translation')),
    solution: documentText(own(row, 'solution')),
    translationOwner: ownerOf(own(row, 'translation_owner')),
    solverOwner: ownerOf(own(row, 'solver_owner')),
    reservationOwner: ownerOf(own(row, 'reservation_owner')),
    translationCounter: numberOf(own(row, 'translation_counter')) ?? 0,
    solverCounter: numberOf(own(row, 'solver_counter')) ?? 0,
    reservationCounter: numberOf(own(row, 'reservation_counter')) ?? 0,
    translationBegan: numberOf(own(row, 'translation_begin_timestamp')),
  };
}

export interface NewHasRow {
  readonly id: string;
  readonly name: string;
  readonly timeout: number;
  readonly recommendMax: string;
  readonly template: JsonObject;
}

/** The row as the controller of OOF-HAS writes it for a new plan: all its columns and no other, else its updates would fail. */
export function newHasRow(plan: NewHasRow, now: number): string {
  return JSON.stringify({
    status: 'template',
    created: now,
    updated: now,
    name: plan.name,
    timeout: plan.timeout,
    recommend_max: plan.recommendMax,
    message: '',
    template: JSON.stringify(plan.template),
    translation: '{}',
    solution: '{}',
    translation_owner: {},
    translation_counter: 0,
    translation_begin_timestamp: null,
    solver_owner: {},
    solver_counter: 0,
    reservation_owner: {},
    reservation_counter: 0,
    id: plan.id,
  });
}

/** A document of a row; null while there is none, or when it cannot be read. */
export function documentOf(text: string): JsonObject | null {
  const document = objectOf(text);
  return document && Object.keys(document).length > 0 ? document : null;
}

/** A JSON value that stands as JSON text in a column, perhaps more than once encoded. */
export function decoded(value: JsonValue | undefined): JsonValue | undefined {
  let inner = value;
  for (let depth = 0; depth < 3 && typeof inner === 'string'; depth += 1) {
    const next = parse(inner);
    if (next === undefined) return inner;
    inner = next;
  }
  return inner;
}

export function textOf({ value }: KeyValue): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
}

export function objectOf(text: string): JsonObject | null {
  const value = parse(text);
  return isJsonObject(value) ? value : null;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Errors of translation stand as a list of texts. */
function messageOf(value: JsonValue | undefined): Pick<HasRow, 'message' | 'messageForm'> {
  if (Array.isArray(value)) return { message: value.map(plain).join('; '), messageForm: 'list' };
  return { message: plain(value), messageForm: 'text' };
}

function documentText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return isJsonObject(value) ? JSON.stringify(value) : '{}';
}

/** An empty object until somebody claims it. */
function ownerOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberOf(value: JsonValue | undefined): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.trunc(number) : null;
}

function plain(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
