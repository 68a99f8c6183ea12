// The BASE objective `minimize: sum: [...]` (objective.md section 1.1). Products and nested sums are flattened into
// weighted terms; weights multiply exactly.
import type { BaseFunction, BaseObjective, BaseOperand } from '../../domain/problem.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { itemPath, keyPath } from './issues.ts';
import { pythonRepr } from './python-text.ts';
import type { ObjectiveContext } from './types.ts';

const PRODUCT_TEXT =
  "Optimization products must include at least one 'distance_between' function call and one optional number to be used as a weight.";
const SUM_TEXT = "Optimization goal 'minimize', function 'sum' must be a list of exactly two operands.";

/** Functions of a product: `pair` takes one demand and one location, `demands` names of demands, `any` names nobody looks at. */
const FUNCTIONS: ReadonlyMap<string, { readonly name: BaseFunction; readonly args: 'pair' | 'demands' | 'any' }> =
  new Map(
    (
      [
        ['distance_between', 'pair'],
        ['latency_between', 'pair'],
        ['hpa_score', 'any'],
        ['aic_version', 'any'],
        ['cost', 'demands'],
      ] as const
    ).map(([name, args]) => [name, { name, args }]),
  );

/** A weight: a number or numeric text; null for anything else. */
function weightOf(value: JsonValue): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** The only key of an object, or null. */
function soleKey(value: JsonValue | undefined): string | null {
  const keys = isJsonObject(value) ? Object.keys(value) : [];
  return keys.length === 1 ? (keys[0] ?? null) : null;
}

class BaseObjectiveReader {
  readonly #context: ObjectiveContext;
  readonly operands: BaseOperand[] = [];

  constructor(context: ObjectiveContext) {
    this.#context = context;
  }

  sum(list: JsonValue, path: string, weight: number): void {
    if (!Array.isArray(list)) {
      this.#context.issues.add(path, SUM_TEXT);
      return;
    }
    for (const [index, operand] of (list as readonly JsonValue[]).entries()) {
      this.#operand(operand, itemPath(path, index), weight);
    }
  }

  #operand(operand: JsonValue, path: string, weight: number): void {
    const key = soleKey(operand);
    const value = key === null ? undefined : own(operand, key);
    if (key === 'product' && Array.isArray(value)) this.#product(value, keyPath(path, key), weight);
    else if (key === 'distance_between' && value !== undefined) this.#call(key, value, keyPath(path, key), weight);
    else this.#context.issues.add(path, PRODUCT_TEXT);
  }

  /** Of several numbers and of several functions the last counts, as in the reference. */
  #product(items: readonly JsonValue[], path: string, outer: number): void {
    let weight = 1;
    let term: { readonly name: string; readonly args: JsonValue; readonly path: string } | null = null;
    for (const [index, item] of items.entries()) {
      const number = weightOf(item);
      const name = soleKey(item);
      const args = name === null ? undefined : own(item, name);
      if (number !== null) weight = number;
      else if (name !== null && args !== undefined && (name === 'sum' || FUNCTIONS.has(name))) {
        term = { name, args, path: keyPath(itemPath(path, index), name) };
      } else {
        this.#context.issues.add(itemPath(path, index), PRODUCT_TEXT);
        return;
      }
    }
    if (term === null) this.#context.issues.add(path, PRODUCT_TEXT);
    else if (term.name === 'sum') this.sum(term.args, term.path, outer * weight);
    else this.#call(term.name, term.args, term.path, outer * weight);
  }

  #call(name: string, args: JsonValue, path: string, weight: number): void {
    const known = FUNCTIONS.get(name);
    if (known === undefined) return;
    const params = known.args === 'pair' ? this.#pair(name, args, path) : this.#list(name, args, path);
    if (params === null) return;
    if (name === 'hpa_score' && !params.some((demand) => this.#context.hpaDemands.has(demand))) {
      this.#context.issues.add(path, 'HPA Score Optimization must include a HPA Policy constraint ');
    }
    const demands = this.#context.names?.demands;
    const strange = known.args === 'demands' ? params.find((demand) => demands?.has(demand) === false) : undefined;
    if (strange !== undefined) this.#context.issues.add(path, `${strange} is not a valid demand name`);
    this.operands.push({ weight, function: known.name, params });
  }

  /** Names of demands, or a single one. */
  #list(name: string, args: JsonValue, path: string): readonly string[] | null {
    const list = (Array.isArray(args) ? args : [args]) as readonly JsonValue[];
    const texts = list.filter((item) => typeof item === 'string');
    if (texts.length > 0 && texts.length === list.length) return texts;
    this.#context.issues.add(path, `Optimization '${name}' arguments must be a list of demand names.`);
    return null;
  }

  #pair(name: string, args: JsonValue, path: string): readonly [string, string] | null {
    const list = (Array.isArray(args) ? args : []) as readonly JsonValue[];
    const [first, second] = list;
    if (first === undefined || second === undefined || list.length !== 2) {
      this.#context.issues.add(path, `Optimization '${name}' arguments must be a list of length two.`);
      return null;
    }
    if (typeof first === 'string' && typeof second === 'string' && this.#names(first, second)) return [first, second];
    this.#context.issues.add(
      path,
      `Optimization '${name}' arguments ${pythonRepr(args)} must include one valid demand name and one valid location name.`,
    );
    return null;
  }

  #names(first: string, second: string): boolean {
    const { names } = this.#context;
    if (names === null) return true;
    const { demands, locations } = names;
    return (demands.has(first) && locations.has(second)) || (locations.has(first) && demands.has(second));
  }
}

/** Reads a non-empty `optimization` of a BASE template. An empty sum is an objective without terms. */
export function parseBaseObjective(optimization: JsonObject, context: ObjectiveContext): BaseObjective | null {
  const goal = own(optimization, 'minimize');
  if (soleKey(optimization) !== 'minimize' || goal === undefined) {
    context.issues.add('optimization', "Optimization must contain a single goal of 'minimize'.");
    return null;
  }
  const path = keyPath('optimization', 'minimize');
  const sum = own(goal, 'sum');
  if (soleKey(goal) !== 'sum' || sum === undefined) {
    context.issues.add(path, "Optimization goal 'minimize' must contain a single function of 'sum'.");
    return null;
  }
  const reader = new BaseObjectiveReader(context);
  reader.sum(sum, keyPath(path, 'sum'), 1);
  const { operands } = reader;
  return {
    kind: 'base',
    goal: operands.some((operand) => operand.function === 'aic_version') ? 'min_aic' : 'min',
    operands,
  };
}
