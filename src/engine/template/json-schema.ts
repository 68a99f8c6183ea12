// The few words of JSON Schema (draft 7) that the GENERIC objective's schema uses, with the messages of the reference's
// validator, because REST clients match on them; and the choice of the one message it shows.
import { isJsonObject, type JsonValue, own } from '../../lib/json.ts';
import { itemPath, keyPath } from './issues.ts';
import { pythonRepr } from './python-text.ts';

/** Keywords are checked in this order. */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number';
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly minItems?: 1;
  /** Functions, so that a schema can name itself. */
  readonly properties?: Readonly<Record<string, () => JsonSchema>>;
  readonly items?: () => JsonSchema;
  readonly anyOf?: readonly (() => JsonSchema)[];
}

export interface SchemaError {
  readonly path: string;
  /** Steps from the value that was checked first. */
  readonly depth: number;
  /** Made when it is shown: it prints the whole value. */
  message(): string;
  /** Of `anyOf`: what is wrong by each of the schemas. */
  readonly context: readonly SchemaError[];
}

/** Errors of one list or object that are told apart; a hostile one has more. */
const MAX_ERRORS = 500;

function isOfType(value: JsonValue, type: NonNullable<JsonSchema['type']>): boolean {
  if (type === 'object') return isJsonObject(value);
  if (type === 'array') return Array.isArray(value);
  return typeof value === type;
}

class Checker {
  readonly errors: SchemaError[] = [];
  readonly #path: string;
  readonly #depth: number;

  constructor(path: string, depth: number) {
    this.#path = path;
    this.#depth = depth;
  }

  check(value: JsonValue, schema: JsonSchema): void {
    const { type, anyOf } = schema;
    if (type !== undefined && !isOfType(value, type)) {
      this.#add(() => `${pythonRepr(value)} is not of type '${type}'`);
    }
    this.#words(value, schema);
    this.#children(value, schema);
    if (anyOf !== undefined) this.#anyOf(value, anyOf);
  }

  #add(message: () => string, context: readonly SchemaError[] = []): void {
    if (this.errors.length < MAX_ERRORS) this.errors.push({ path: this.#path, depth: this.#depth, message, context });
  }

  #words(value: JsonValue, { enum: words, required = [], minItems }: JsonSchema): void {
    if (words !== undefined && !words.some((word) => word === value)) {
      this.#add(() => `${pythonRepr(value)} is not one of ${pythonRepr(words)}`);
    }
    for (const key of isJsonObject(value) ? required : []) {
      if (own(value, key) === undefined) this.#add(() => `'${key}' is a required property`);
    }
    if (minItems !== undefined && Array.isArray(value) && value.length < minItems) {
      this.#add(() => '[] should be non-empty');
    }
  }

  #children(value: JsonValue, { properties = {}, items }: JsonSchema): void {
    for (const [key, schema] of Object.entries(properties)) {
      const member = own(value, key);
      if (member !== undefined) this.#below(member, schema(), keyPath(this.#path, key));
    }
    if (items === undefined || !Array.isArray(value)) return;
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      if (this.errors.length >= MAX_ERRORS) return;
      this.#below(item, items(), itemPath(this.#path, index));
    }
  }

  #below(value: JsonValue, schema: JsonSchema, path: string): void {
    const inner = new Checker(path, this.#depth + 1);
    inner.check(value, schema);
    this.errors.push(...inner.errors);
  }

  #anyOf(value: JsonValue, schemas: readonly (() => JsonSchema)[]): void {
    const context: SchemaError[] = [];
    for (const schema of schemas) {
      const inner = new Checker(this.#path, this.#depth);
      inner.check(value, schema());
      if (inner.errors.length === 0) return;
      context.push(...inner.errors);
    }
    this.#add(() => `${pythonRepr(value)} is not valid under any of the given schemas`, context);
  }
}

/** Everything in the value that breaks the schema; empty when it is valid. `path` is the value's own. */
export function schemaErrors(value: JsonValue, schema: JsonSchema, path: string): readonly SchemaError[] {
  const checker = new Checker(path, 0);
  checker.check(value, schema);
  return checker.errors;
}

/**
 * Of an error by several schemas the one inside that lies deepest, when one alone does: it is about what the writer most
 * likely meant. Else the error itself.
 */
export function innermost(error: SchemaError): SchemaError {
  const depth = Math.max(...error.context.map((inner) => inner.depth));
  const deepest = error.context.filter((inner) => inner.depth === depth);
  const [only] = deepest;
  return only !== undefined && deepest.length === 1 ? innermost(only) : error;
}

/** The errors with the outermost first, as the reference picks the one it shows; otherwise in order. */
export function byDepth(errors: readonly SchemaError[]): readonly SchemaError[] {
  return [...errors].sort((a, b) => a.depth - b.depth);
}
