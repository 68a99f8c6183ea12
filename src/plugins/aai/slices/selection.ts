// What a slice requirement asks A&AI for: filtering attributes are divided into query parameters, which A&AI applies, and
// second-level filters, which are matched against the objects that come back.
import { isJsonObject, type JsonObject, type JsonValue } from '../../../lib/json.ts';
import { textsOf } from '../match.ts';

/** Properties of a service instance that A&AI is asked by. */
const INSTANCE_PARAMETERS = new Set([
  'service-instance-id',
  'service-instance-name',
  'environment-context',
  'workload-context',
  'model-invariant-id',
  'model-version-id',
  'widget-model-id',
  'widget-model-version',
  'service-instance-location-id',
  'orchestration-status',
]);

export interface InstanceSelection {
  /** Path and query, without version. */
  readonly path: string;
  readonly filters: JsonObject;
}

/** null without `model-invariant-id`: all instances of an inventory are not asked for. */
export function instanceSelection(attributes: JsonObject | null): InstanceSelection | null {
  const parameters: string[] = [];
  const filters: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (!INSTANCE_PARAMETERS.has(name) || !isQueryable(value)) filters.push([name, value]);
    else parameters.push(...pairsOf(name, value));
  }
  if (!parameters.some((pair) => pair.startsWith('model-invariant-id='))) return null;
  const path = `/nodes/service-instances?${[...parameters, 'depth=2'].join('&')}`;
  return { path, filters: Object.fromEntries(filters) };
}

/** Path of the models with their versions; only `model-role` selects. null for attributes that are there but empty. */
export function modelPath(attributes: JsonObject | null): string | null {
  if (attributes !== null && Object.keys(attributes).length === 0) return null;
  const role = Object.hasOwn(attributes ?? {}, 'model-role') ? attributes?.['model-role'] : undefined;
  const parameters = role === undefined ? [] : pairsOf('model-role', role);
  return `/service-design-and-creation/models?${[...parameters, 'depth=2'].join('&')}`;
}

/** A query can say "one of these" and nothing else. */
function isQueryable(value: JsonValue): boolean {
  return !isJsonObject(value) || Object.hasOwn(value, 'any');
}

/** Repeated parameters are alternatives. */
function pairsOf(name: string, value: JsonValue): readonly string[] {
  return textsOf(value).map((text) => `${name}=${encodeURIComponent(text)}`);
}
