// Links and relationships of A&AI objects. Links are normalised (no host, no `/aai/vN`, segments encoded one way), so that a link
// of any API version, host or spelling is one key and can be read under the configured version.
import { type JsonObject, own } from '../../lib/json.ts';
import { filled, objects } from './wire.ts';

/** One path segment, encoded; `.` and `..` cannot climb. */
function encodeSegment(raw: string): string {
  return /^\.\.?$/.test(raw) ? raw.replaceAll('.', '%2E') : encodeURIComponent(raw);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** `/a/b/c` of raw segments. */
export function pathOf(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeSegment(segment)}`).join('');
}

/** A normalised path (`/cloud-infrastructure/…`), or null when the link is not one. */
export function normaliseLink(link: string | null | undefined): string | null {
  if (!link) return null;
  const path = (link.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').split(/[?#]/, 1)[0] ?? '')
    .replace(/^.*?\/aai\/v\d+(?=\/|$)/, '')
    .replace(/^\/v\d+(?=\/)/, '');
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment);
  return segments.length === 0 ? null : pathOf(...segments);
}

/** The raw segments of a normalised path. */
export function segmentsOf(link: string): readonly string[] {
  return link.split('/').slice(1).map(decodeSegment);
}

/** The `n` raw keys after the segment `type`, for example owner and id after `cloud-region`; null when they are not all there. */
export function keysAfter(link: string | null, type: string, n: number): readonly string[] | null {
  if (link === null) return null;
  const segments = segmentsOf(link);
  const at = segments.indexOf(type);
  const keys = at < 0 ? [] : segments.slice(at + 1, at + 1 + n);
  return keys.length === n ? keys : null;
}

export interface Relation {
  readonly link: string | null;
  /** relationship-key → relationship-value; the first of a repeated key counts. */
  readonly data: ReadonlyMap<string, string>;
}

/** The object's relationships to objects of a type. */
export function relations(object: JsonObject, relatedTo: string): readonly Relation[] {
  const list = objects(own(own(object, 'relationship-list'), 'relationship'));
  return list
    .filter((item) => own(item, 'related-to') === relatedTo)
    .map((item) => ({ link: normaliseLink(filled(own(item, 'related-link'))), data: dataOf(item) }));
}

function dataOf(relationship: JsonObject): ReadonlyMap<string, string> {
  const data = new Map<string, string>();
  for (const pair of objects(own(relationship, 'relationship-data'))) {
    const key = filled(own(pair, 'relationship-key'));
    const value = filled(own(pair, 'relationship-value'));
    if (key !== null && value !== null && !data.has(key)) data.set(key, value);
  }
  return data;
}

/** A relation's key of the related object: from its data, else from its link (`…/<type>/<key>`). */
export function relatedKey(relation: Relation, type: string, property: string): string | null {
  return relation.data.get(`${type}.${property}`) ?? keysAfter(relation.link, type, 1)?.[0] ?? null;
}

/** Owner and id of the cloud region that a relation (to a vserver, tenant, cloud region …) lies in. */
export function relatedRegion(
  relation: Relation,
): { readonly cloudOwner: string; readonly cloudRegionId: string } | null {
  const [linkOwner, linkId] = keysAfter(relation.link, 'cloud-region', 2) ?? [];
  const cloudOwner = relation.data.get('cloud-region.cloud-owner') ?? linkOwner;
  const cloudRegionId = relation.data.get('cloud-region.cloud-region-id') ?? linkId;
  return cloudOwner && cloudRegionId ? { cloudOwner, cloudRegionId } : null;
}

/** Distinct values in order of first appearance, nulls left out. */
export function distinct<T>(values: Iterable<T | null>): readonly T[] {
  return [...new Set(values)].filter((value): value is T & {} => value !== null);
}
