// Reads the members of one requirement: each of its type, with one wording for a value of another type.
import type { CandidateList } from '../../domain/candidate.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { type IssueList, itemPath, keyPath } from './issues.ts';
import { pythonStr } from './python-text.ts';

/** One requirement of a demand with its place. */
export class RequirementFields {
  readonly demand: string;
  readonly path: string;
  readonly issues: IssueList;
  readonly #source: JsonObject;

  constructor(demand: string, path: string, source: JsonObject, issues: IssueList) {
    this.demand = demand;
    this.path = path;
    this.issues = issues;
    this.#source = source;
  }

  get keys(): readonly string[] {
    return Object.keys(this.#source);
  }

  /** The raw value; null counts as absent. */
  raw(key: string): JsonValue | undefined {
    return own(this.#source, key) ?? undefined;
  }

  refuse(key: string, value: JsonValue): void {
    this.issues.add(
      keyPath(this.path, key),
      `Demand ${this.demand} has an invalid value ${pythonStr(value)} for key ${key}`,
    );
  }

  /** Text; numbers and booleans become text as the reference prints them. */
  text(key: string): string | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    if (typeof value !== 'object') return pythonStr(value);
    this.refuse(key, value);
    return null;
  }

  object(key: string): JsonObject | null {
    const value = this.raw(key);
    if (value === undefined || isJsonObject(value)) return value ?? null;
    this.refuse(key, value);
    return null;
  }

  list(key: string): readonly JsonValue[] | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    if (Array.isArray(value)) return value as readonly JsonValue[];
    this.refuse(key, value);
    return null;
  }

  /** A number or numeric text. */
  number(key: string): number | null {
    const value = this.raw(key);
    if (value === undefined || value === '') return null;
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    this.refuse(key, value);
    return null;
  }

  /** `required_candidates` or `excluded_candidates`; a single id may stand for a list of one. Any inventory type is taken. */
  candidateLists(key: string): readonly CandidateList[] {
    const out: CandidateList[] = [];
    for (const [index, entry] of (this.list(key) ?? []).entries()) {
      const ids = own(entry, 'candidate_id');
      const list = (Array.isArray(ids) ? ids : [ids]) as readonly (JsonValue | undefined)[];
      const type = own(entry, 'inventory_type');
      if (!isJsonObject(entry) || typeof type !== 'string' || !list.every(isIdentifier)) {
        this.issues.add(
          itemPath(keyPath(this.path, key), index),
          `Demand ${this.demand} has an invalid candidate list in ${key}: inventory_type and a list of candidate_id are needed`,
        );
        continue;
      }
      out.push({ inventory_type: type, candidate_id: list.map(String) });
    }
    return out;
  }
}

function isIdentifier(value: JsonValue | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
