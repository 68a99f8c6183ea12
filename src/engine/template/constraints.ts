// The constraints section: type, properties, vocabularies, thresholds; split per demand where the type says so.
import type { ProblemConstraint } from '../../domain/problem.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { CONSTRAINT_SCHEMAS, type ConstraintSchema } from './constraint-schemas.ts';
import { type IssueList, keyPath } from './issues.ts';
import { uniqueKey } from './keys.ts';
import { parseSoft } from './penalties.ts';
import { isFalsy, pythonRepr, pythonStr } from './python-text.ts';
import { nameList } from './sections.ts';
import { parseThreshold } from './thresholds.ts';
import type { TemplateNames } from './types.ts';

interface Place {
  readonly name: string;
  /** Path of the constraint's properties. */
  readonly path: string;
  readonly zoneFields: ReadonlyMap<string, string>;
  readonly issues: IssueList;
}

/** What the section's parser gets besides the section. */
interface Context {
  readonly zoneFields: ReadonlyMap<string, string>;
  readonly issues: IssueList;
}

/** Presence of properties; false when a type's own check would find nothing to look at. */
function checkPresence(schema: ConstraintSchema, properties: JsonObject, { name, path, issues }: Place): boolean {
  const named = `in constraint named '${name}'`;
  let complete = true;
  for (const property of schema.required) {
    const value = own(properties, property);
    const empty = value !== undefined && isFalsy(value);
    if (value !== undefined && !empty) continue;
    complete = false;
    const text = empty ? `No value specified for property '${property}'` : `Required property '${property}' not found`;
    issues.add(keyPath(path, property), `${text} ${named}`);
  }
  for (const property of Object.keys(properties)) {
    if (schema.required.includes(property) || schema.optional.includes(property)) continue;
    issues.add(keyPath(path, property), `Unknown property '${property}' ${named}`);
  }
  return complete;
}

function checkWords(schema: ConstraintSchema, properties: JsonObject, { name, path, issues }: Place): boolean {
  let right = true;
  for (const [property, words] of Object.entries(schema.words)) {
    const value = own(properties, property);
    if (value === undefined || isFalsy(value) || words.some((word) => word === value)) continue;
    right = false;
    issues.add(
      keyPath(path, property),
      `Property '${property}' value '${pythonStr(value)}' unsupported in constraint named '${name}' (must be one of ${pythonRepr(words)})`,
    );
  }
  return right;
}

/** The properties with their threshold expressions parsed. */
function withThresholds(schema: ConstraintSchema, properties: JsonObject, { path, issues }: Place): JsonObject {
  const entries = Object.entries(properties).map(([property, value]): readonly [string, JsonValue] => {
    const kind = Object.hasOwn(schema.thresholds, property) ? schema.thresholds[property] : undefined;
    if (kind === undefined || isFalsy(value)) return [property, value];
    const outcome = parseThreshold(value, kind);
    if ('threshold' in outcome) return [property, { ...outcome.threshold } as JsonObject];
    issues.add(keyPath(path, property), outcome.problem);
    return [property, value];
  });
  return Object.fromEntries(entries);
}

function parseOne(name: string, constraint: JsonObject, demands: readonly string[], context: Context) {
  const { issues } = context;
  const at = keyPath('constraints', name);
  const type = own(constraint, 'type');
  const schema = typeof type === 'string' ? CONSTRAINT_SCHEMAS.get(type) : undefined;
  if (typeof type !== 'string' || schema === undefined) {
    issues.add(keyPath(at, 'type'), `Unsupported type '${pythonStr(type)}' found in constraint named '${name}'`);
    return null;
  }
  const place: Place = { name, path: keyPath(at, 'properties'), ...context };
  const given = own(constraint, 'properties') ?? {};
  if (!isJsonObject(given)) {
    issues.add(place.path, `Properties of constraint ${name} must be a dictionary`);
    return null;
  }
  const complete = checkPresence(schema, given, place);
  const worded = checkWords(schema, given, place);
  const parsed = withThresholds(schema, given, place);
  if (!complete || !worded) return { type, schema, properties: parsed };
  const add = (path: string, message: string) => issues.add(path, message);
  schema.check?.({ ...place, properties: given, demands, add });
  const properties = schema.complete?.(parsed, context.zoneFields) ?? parsed;
  return { type, schema, properties };
}

/**
 * Constraints in template order, those of split types once per demand (key `{name}_{demand}`). A name that is only a
 * location may stand in a demand list and restricts nothing, so it is left out. Null: the section is broken.
 */
export function parseConstraints(
  section: JsonObject | null,
  names: TemplateNames,
  context: Context,
): readonly ProblemConstraint[] {
  const out: ProblemConstraint[] = [];
  const taken = new Set<string>();
  for (const [name, constraint] of Object.entries(section ?? {})) {
    if (!isJsonObject(constraint)) continue;
    const listed = nameList(own(constraint, 'demands')) ?? [];
    const parsed = parseOne(name, constraint, listed, context);
    const soft = parseSoft(constraint, name, keyPath('constraints', name), context.issues);
    const demands = listed.filter((demand) => names.demands.has(demand));
    if (parsed === null || demands.length === 0) continue;
    const { type, schema, properties } = parsed;
    const groups: [string, readonly string[]][] = schema.split
      ? demands.map((demand) => [`${name}_${demand}`, [demand]])
      : [[name, demands]];
    for (const [key, group] of groups) {
      out.push({ key: uniqueKey(key, taken), name, type, demands: group, properties, ...(soft ? { soft } : {}) });
    }
  }
  return out;
}
