// Reading A&AI's JSON tolerantly: real inventories hold numbers as text, text as numbers, single objects where lists belong.
// Nothing here throws; what cannot be read is null or empty.
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';

/** Text, or a number or boolean as its text; null for everything else. */
export function text(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** As `text`, with empty text as null. */
export function filled(value: JsonValue | undefined): string | null {
  return text(value) || null;
}

/** A finite number, or numeric text. */
export function number(value: JsonValue | undefined): number | null {
  const raw = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof raw === 'number' && Number.isFinite(raw) ? raw : null;
}

/** A boolean, or the words true and false in any letter case. */
export function bool(value: JsonValue | undefined): boolean | null {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === 'true') return true;
  return word === 'false' ? false : null;
}

/** The objects of a list; one object alone counts as a list of one. */
export function objects(value: JsonValue | undefined): readonly JsonObject[] {
  if (isJsonObject(value)) return [value];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The objects at `container.item`, for example `vf-modules.vf-module`. */
export function nested(object: JsonObject, container: string, item: string): readonly JsonObject[] {
  return objects(own(own(object, container), item));
}

/**
 * The first of these fields that is there and no text, else `relationship-list` when it is there and holds no relationships; null when
 * all can be read. What is merely missing is no matter of types.
 */
export function garbled(object: JsonObject, fields: readonly string[]): string | null {
  const isList = (value: JsonValue | undefined) => typeof value === 'object' && value !== null;
  return (
    fields.find((field) => isList(own(object, field))) ??
    (hasRelationships(own(object, 'relationship-list')) ? null : 'relationship-list')
  );
}

function hasRelationships(list: JsonValue | undefined): boolean {
  if (list === undefined || list === null) return true;
  const held = own(list, 'relationship');
  if (held === undefined || (Array.isArray(held) && held.length === 0)) return isJsonObject(list);
  return objects(held).some((relation) => typeof own(relation, 'related-to') === 'string');
}

/** One object of an answer; `url` (a normalised link) when the format carries it. */
export interface Entity {
  readonly url: string | null;
  readonly object: JsonObject;
  /** The property that it was selected by and does not have, so that it may belong to any of the keys asked for. */
  readonly lacks?: string;
}
