// threshold: numeric or text attributes of the candidate itself against limits. 0 is a value; numeric text is a number.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Issue } from '../../../domain/errors.ts';
import { type JsonObject, type JsonValue, own } from '../../../lib/json.ts';
import {
  type Constraint,
  FIT,
  type Limit,
  type Refusal,
  reject,
  type Verdict,
  within,
} from '../framework/constraint.ts';
import { shown, topReasons } from '../framework/words.ts';

type Scalar = number | string | boolean;

/** Operator word → symbol and test on a three-way comparison. */
const OPERATORS = {
  gte: { symbol: '>=', holds: (order: number) => order >= 0 },
  lte: { symbol: '<=', holds: (order: number) => order <= 0 },
  gt: { symbol: '>', holds: (order: number) => order > 0 },
  lt: { symbol: '<', holds: (order: number) => order < 0 },
  eq: { symbol: '=', holds: (order: number) => order === 0 },
} as const;

interface Rule {
  readonly attribute: string;
  readonly operator: keyof typeof OPERATORS;
  readonly threshold: Scalar;
}

export const threshold: Constraint<{ readonly rules: readonly Rule[] }> = {
  name: 'threshold',
  rank: 9,
  cost: 'local',
  scope: 'unary',

  parse(properties) {
    const evaluate = own(properties, 'evaluate');
    if (!Array.isArray(evaluate)) return [{ path: 'evaluate', message: "Property 'evaluate' must be a list" }];
    const rules: Rule[] = [];
    const issues: Issue[] = [];
    for (const [index, entry] of (evaluate as readonly JsonValue[]).entries()) {
      const rule = parseRule(entry);
      if (typeof rule === 'string') issues.push({ path: `evaluate[${index}]`, message: rule });
      else rules.push(rule);
    }
    return issues.length > 0 ? issues : { rules };
  },

  async check(_ctx, { rules }, candidates) {
    return candidates.map((candidate) => {
      for (const rule of rules) {
        const refusal = judge(rule, candidate);
        if (refusal) return refusal;
      }
      return nearestFit(rules, candidate);
    });
  },

  limits({ rules }) {
    return rules.flatMap(limitOf);
  },

  summarize({ rules }, refused) {
    const [only] = rules;
    const measured = refused.flatMap((refusal) => refusal.measured ?? []);
    if (rules.length !== 1 || !only || measured.length < 2 || measured.length < refused.length)
      return topReasons(refused);
    const [least, most] = [measured.reduce((a, b) => Math.min(a, b)), measured.reduce((a, b) => Math.max(a, b))];
    const { symbol } = OPERATORS[only.operator];
    return `${only.attribute} ${least === most ? `is ${least}` : `from ${least} to ${most}`}, must be ${symbol} ${only.threshold}`;
  },
};

/** Of a candidate that fits, the comparison that is nearest to its limit. */
function nearestFit(rules: readonly Rule[], candidate: Candidate): Verdict {
  let nearest: { readonly measured: number; readonly required: number } | null = null;
  for (const { attribute, threshold: limit } of rules) {
    const measured = measureOf(candidate, attribute);
    const required = numeric(limit);
    if (measured === null || required === null) continue;
    const nearer = nearest === null || Math.abs(measured - required) < Math.abs(nearest.measured - nearest.required);
    if (nearer) nearest = { measured, required };
  }
  return nearest ? within(nearest.measured, nearest.required) : FIT;
}

/** The rule at `index` as a limit; none for an equality and for texts. */
function limitOf({ attribute, operator, threshold: given }: Rule, index: number): readonly Limit[] {
  const value = numeric(given);
  if (value === null || operator === 'eq') return [];
  return [
    {
      path: [`evaluate[${index}]`, 'threshold'],
      value,
      unit: '',
      relax: operator === 'gt' || operator === 'gte' ? 'down' : 'up',
      strict: operator === 'gt' || operator === 'lt',
      written: (next) => next,
      changed(properties, next) {
        const evaluate = own(properties, 'evaluate') as readonly JsonObject[];
        return {
          ...properties,
          evaluate: evaluate.map((rule, at) => (at === index ? { ...rule, threshold: next } : rule)),
        };
      },
      measure: (candidate) => measureOf(candidate, attribute),
    },
  ];
}

function measureOf(candidate: Candidate, attribute: string): number | null {
  const value = own(candidate, attribute);
  return isScalar(value) ? numeric(value) : null;
}

function parseRule(entry: JsonValue): Rule | string {
  const attribute = own(entry, 'attribute');
  const operator = own(entry, 'operator');
  const limit = own(entry, 'threshold');
  if (typeof attribute !== 'string' || attribute === '') return "A threshold needs an 'attribute'";
  if (typeof operator !== 'string' || !Object.hasOwn(OPERATORS, operator)) {
    return `Threshold operator '${shown(operator)}' unsupported (must be one of gte, lte, gt, lt, eq)`;
  }
  if (!isScalar(limit)) return "A threshold needs a number or a text as 'threshold'";
  return { attribute, operator: operator as Rule['operator'], threshold: limit };
}

function judge(rule: Rule, candidate: Candidate): Refusal | null {
  const value = own(candidate, rule.attribute);
  if (value === undefined || value === null || value === '') return reject(`${rule.attribute} is missing`);
  const { symbol, holds } = OPERATORS[rule.operator];
  const wanted = `${symbol} ${rule.threshold}`;
  const order = isScalar(value) ? compare(value, rule.threshold) : null;
  if (order === null) return reject(`${rule.attribute} cannot be compared with ${rule.threshold}`);
  if (holds(order)) return null;
  const [measured, required] = [numeric(value as Scalar), numeric(rule.threshold)];
  return reject(
    `${rule.attribute} is ${shown(value)}, must be ${wanted}`,
    measured ?? undefined,
    required ?? undefined,
  );
}

/** Negative, zero or positive; null when the two cannot be compared. Truth values have no order, only (in)equality. */
function compare(value: Scalar, limit: Scalar): number | null {
  const [a, b] = [numeric(value), numeric(limit)];
  if (a !== null && b !== null) return a - b;
  if (typeof value === 'boolean' && typeof limit === 'boolean') return value === limit ? 0 : Number.NaN;
  if (typeof value !== 'string' || typeof limit !== 'string' || a !== null || b !== null) return null;
  return value < limit ? -1 : value > limit ? 1 : 0;
}

function isScalar(value: JsonValue | undefined): value is Scalar {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
}

function numeric(value: Scalar): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
