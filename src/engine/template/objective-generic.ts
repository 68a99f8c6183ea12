// The GENERIC objective of template version 2020-08-13: a goal over nested operations (objective.md section 2.1).
// First the schema, with the reference's messages; then what no schema can say: names, and normalisation that divides by zero.
import type { GenericCall, GenericObjective, GenericOperation, Normalization } from '../../domain/problem.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { own } from '../../lib/json.ts';
import { itemPath, keyPath } from './issues.ts';
import { byDepth, innermost, type JsonSchema, schemaErrors } from './json-schema.ts';
import { pythonStr } from './python-text.ts';
import type { ObjectiveContext } from './types.ts';

const PATH = 'optimization';

const NUMBER: JsonSchema = { type: 'number' };
const WEIGHTS = {
  weight: () => NUMBER,
  normalization: (): JsonSchema => ({
    type: 'object',
    required: ['start', 'end'],
    properties: { start: () => NUMBER, end: () => NUMBER },
  }),
} as const;

/** Functions and the parameters each needs, in the order in which they are asked for. */
const FUNCTIONS = {
  distance_between: ['demand', 'location'],
  latency_between: ['demand', 'location'],
  attribute: ['demand', 'attribute'],
} as const;
type FunctionName = keyof typeof FUNCTIONS;

const CALL: JsonSchema = {
  type: 'object',
  required: ['function', 'params'],
  properties: {
    function: () => ({ type: 'string', enum: Object.keys(FUNCTIONS) }),
    params: () => ({ type: 'object' }),
    ...WEIGHTS,
  },
};
const NESTED: JsonSchema = {
  type: 'object',
  required: ['operation_function'],
  properties: { operation_function: () => OPERATION, ...WEIGHTS },
};
const OPERATION: JsonSchema = {
  type: 'object',
  required: ['operator', 'operands'],
  properties: {
    operator: () => ({ type: 'string', enum: ['sum', 'min', 'max'] }),
    operands: () => ({ type: 'array', minItems: 1, items: () => ({ anyOf: [() => CALL, () => NESTED] }) }),
  },
};
const OBJECTIVE: JsonSchema = {
  type: 'object',
  required: ['goal', 'operation_function'],
  properties: { goal: () => ({ type: 'string', enum: ['minimize', 'maximize'] }), operation_function: () => OPERATION },
};

function isCall(operand: JsonValue, path: string): boolean {
  return schemaErrors(operand, CALL, path).length === 0;
}

/** Reads an objective that keeps to the schema. */
class GenericReader {
  readonly #context: ObjectiveContext;

  constructor(context: ObjectiveContext) {
    this.#context = context;
  }

  /** `holder` has the weight and normalisation; the root's are not looked at. */
  operation(
    value: JsonValue | undefined,
    path: string,
    holder: JsonValue | null,
    holderPath: string,
  ): GenericOperation {
    const place = keyPath(path, 'operands');
    const operands = (own(value, 'operands') ?? []) as readonly JsonValue[];
    return {
      kind: 'operation',
      operator: own(value, 'operator') as GenericOperation['operator'],
      operands: operands.map((operand, index) => this.#operand(operand, itemPath(place, index))),
      ...this.#scale(holder, holderPath),
    };
  }

  #operand(operand: JsonValue, path: string): GenericCall | GenericOperation {
    if (isCall(operand, path)) return this.#call(operand, path);
    const key = 'operation_function';
    return this.operation(own(operand, key), keyPath(path, key), operand, path);
  }

  #call(operand: JsonValue, path: string): GenericCall {
    const name = own(operand, 'function') as FunctionName;
    const params = own(operand, 'params');
    const place = keyPath(path, 'params');
    const read = (param: string): string | null => {
      if (!(FUNCTIONS[name] as readonly string[]).includes(param)) return null;
      const value = own(params, param);
      if (value === undefined) {
        this.#context.issues.add(place, `The function ${name} expect the param ${param},but not found`);
        return null;
      }
      return this.#name(param, value, keyPath(place, param));
    };
    return {
      kind: 'call',
      function: name,
      demand: read('demand') ?? '',
      location: read('location'),
      attribute: read('attribute'),
      ...this.#scale(operand, path),
    };
  }

  #name(param: string, value: JsonValue, path: string): string {
    const { names, issues } = this.#context;
    const known = param === 'demand' ? names?.demands : names?.locations;
    const right = param === 'attribute' ? value !== '' : known?.has(String(value)) !== false;
    if (typeof value === 'string' && right) return value;
    issues.add(path, `${pythonStr(value)} is not a valid ${param} name`);
    return '';
  }

  #scale(holder: JsonValue | null, path: string): Pick<GenericCall, 'weight' | 'normalization'> {
    const range = own(holder, 'normalization');
    const normalization = range === undefined ? null : this.#normalization(range, keyPath(path, 'normalization'));
    return { weight: (own(holder, 'weight') ?? 1) as number, normalization };
  }

  #normalization(range: JsonValue, path: string): Normalization {
    const [start, end] = [own(range, 'start') as number, own(range, 'end') as number];
    if (start === end) {
      this.#context.issues.add(path, `Optimization normalization start and end must differ, both are ${start}`);
    }
    return { start, end };
  }
}

/** Reads a non-empty `optimization` of a GENERIC template; null after issues of its structure. */
export function parseGenericObjective(optimization: JsonObject, context: ObjectiveContext): GenericObjective | null {
  const errors = byDepth(schemaErrors(optimization, OBJECTIVE, PATH)).map(innermost);
  for (const error of errors) {
    context.issues.add(error.path, `Optimization object is not valid. Validation error: ${error.message()}`);
  }
  if (errors.length > 0) return null;
  const reader = new GenericReader(context);
  const key = 'operation_function';
  const root = reader.operation(own(optimization, key), keyPath(PATH, key), null, PATH);
  return { kind: 'generic', goal: own(optimization, 'goal') === 'minimize' ? 'min' : 'max', root };
}
