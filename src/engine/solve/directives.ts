// HPA directives of a cloud recommendation: what the hpa constraint put together, with the names and ids of the chosen flavors
// filled in (solver.md section 7.4).
import type { Candidate } from '../../domain/candidate.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';

const FLAVOR_DIRECTIVES = 'flavor_directives';
const FLAVOR_ID = 'flavorId';
/** The constraint's note of an entry's own flavor; `flavor_map` has room for the last one's id only. */
const ENTRY_FLAVOR_ID = 'flavor_id';

/** null unless the candidate has both `all_directives` and `flavor_map`. The candidate is not changed. */
export function directivesOf(candidate: Candidate): JsonObject | null {
  const all = own(candidate, 'all_directives');
  const flavors = own(candidate, 'flavor_map');
  if (!isJsonObject(all) || !isJsonObject(flavors)) return null;
  return replaced(all, 'directives', (entry) => filledEntry(entry, flavors));
}

function filledEntry(entry: JsonValue, flavors: JsonObject): JsonValue {
  if (!isJsonObject(entry)) return entry;
  const id = own(entry, ENTRY_FLAVOR_ID);
  const shown = Object.fromEntries(Object.entries(entry).filter(([name]) => name !== ENTRY_FLAVOR_ID));
  const flavorOf = (name: string) => (name === FLAVOR_ID ? id : undefined) ?? own(flavors, name) ?? '';
  return replaced(shown, 'directives', (directive) => {
    if (!String(own(directive, 'type') ?? '').includes(FLAVOR_DIRECTIVES)) return directive;
    return replaced(directive, 'attributes', (attribute) =>
      isJsonObject(attribute)
        ? { ...attribute, attribute_value: flavorOf(String(own(attribute, 'attribute_name') ?? '')) }
        : attribute,
    );
  });
}

/** A copy of an object whose list `name` went through `change`; the value itself where it has no such list. */
function replaced(value: JsonObject, name: string, change: (item: JsonValue) => JsonValue): JsonObject;
function replaced(value: JsonValue, name: string, change: (item: JsonValue) => JsonValue): JsonValue;
function replaced(value: JsonValue, name: string, change: (item: JsonValue) => JsonValue): JsonValue {
  const list = own(value, name);
  if (!isJsonObject(value) || !Array.isArray(list)) return value;
  return { ...value, [name]: (list as readonly JsonValue[]).map(change) };
}
