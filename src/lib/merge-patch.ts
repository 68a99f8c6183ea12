// JSON merge patch (RFC 7396): null removes a member, an object is merged, anything else takes the place of what was there.
import { isJsonObject, type JsonObject, type JsonValue, own } from './json.ts';

/** The target with the patch applied; neither is changed. Names such as `__proto__` are ordinary. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map<string, JsonValue>(isJsonObject(target) ? Object.entries(target) : []);
  for (const name of Object.keys(patch)) {
    const value = own(patch, name);
    if (value === null || value === undefined) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged) as JsonObject;
}
