// Threshold expressions such as `< 100 km`, `10-20 mi`, `<=3.5mi` (template.md section 6.2), converted to the base unit.
// Blanks between the parts are optional; zero is a value; words that are no part, and units of another kind, are refused.
import type { Threshold, ThresholdOperator } from '../../domain/problem.ts';
import type { JsonValue } from '../../lib/json.ts';
import { pythonFloat } from './python-text.ts';

const UNITS = {
  currency: { base: 'USD', factors: { USD: 1 } },
  time: { base: 'ms', factors: { ms: 1, sec: 1000 } },
  distance: { base: 'km', factors: { km: 1, mi: 1.609344 } },
  throughput: { base: 'Mbps', factors: { Kbps: 0.001, Mbps: 1, Gbps: 1000 } },
} as const satisfies Record<string, { base: string; factors: Record<string, number> }>;

/** What a threshold measures; decides which units it may have. */
export type ThresholdKind = keyof typeof UNITS;

export type ThresholdOutcome = { readonly threshold: Threshold } | { readonly problem: string };

interface Word {
  readonly text: string;
  readonly operator: string | undefined;
  readonly range: readonly [string, string] | undefined;
  readonly value: string | undefined;
  readonly unit: string | undefined;
}

const UNSIGNED = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE]\+?\d+)?`;
const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const WORD = new RegExp(`^(<=|>=|<|>|=)?(?:(${UNSIGNED})-(${UNSIGNED})|(${NUMBER}))?([A-Za-z]+)?$`);

function readWord(text: string): Word | null {
  const parts = WORD.exec(text);
  if (parts === null) return null;
  const [, operator, low, high, value, unit] = parts;
  const numbers = [low, high, value].filter((part) => part !== undefined);
  if (!numbers.every((part) => Number.isFinite(Number(part)))) return null;
  const range = low !== undefined && high !== undefined ? ([low, high] as const) : undefined;
  return { text, operator, range, value, unit };
}

class ThresholdParser {
  readonly #factors: ReadonlyMap<string, number>;
  readonly #expression: string;
  readonly #base: string;
  #operator: ThresholdOperator | null = null;
  #value: number | null = null;
  #range: { readonly min: number; readonly max: number } | null = null;
  #factor = 1;

  constructor(expression: string, kind: ThresholdKind) {
    this.#expression = expression;
    this.#base = UNITS[kind].base;
    this.#factors = new Map(Object.entries(UNITS[kind].factors));
  }

  parse(): ThresholdOutcome {
    for (const text of this.#expression.split(/\s+/).filter((part) => part !== '')) {
      const word = readWord(text);
      const problem =
        word === null
          ? this.#unknown(text)
          : (this.#takeOperator(word) ?? this.#takeRange(word) ?? this.#takeValue(word) ?? this.#takeUnit(word));
      if (problem !== null) return { problem };
    }
    const operator = this.#operator ?? '=';
    if (this.#range !== null) {
      const { min, max } = this.#range;
      const value = { min: min * this.#factor, max: max * this.#factor };
      return { threshold: { operator, value, units: this.#base } };
    }
    if (this.#value === null) return { problem: `Value/range missing in expression '${this.#expression}'` };
    return { threshold: { operator, value: this.#value * this.#factor, units: this.#base } };
  }

  #unknown(text: string): string {
    return `Unknown part '${text}' in expression '${this.#expression}'`;
  }

  #takeOperator(word: Word): string | null {
    if (word.operator === undefined) return null;
    if (this.#operator !== null || this.#value !== null || this.#range !== null) return this.#unknown(word.text);
    this.#operator = word.operator as ThresholdOperator;
    return null;
  }

  #takeRange(word: Word): string | null {
    if (word.range === undefined) return null;
    const text = word.range.join('-');
    if (this.#value !== null) {
      return `Value ${pythonFloat(this.#value)} encountered before range ${text} in expression '${this.#expression}'`;
    }
    if (this.#range !== null) return this.#unknown(word.text);
    if (this.#operator !== null && this.#operator !== '=') {
      return `Operator ${this.#operator} not supported with range ${text} in expression '${this.#expression}'`;
    }
    const [a, b] = [Number(word.range[0]), Number(word.range[1])];
    this.#range = { min: Math.min(a, b), max: Math.max(a, b) };
    return null;
  }

  #takeValue(word: Word): string | null {
    if (word.value === undefined) return null;
    if (this.#range !== null) {
      const range = `${pythonFloat(this.#range.min)}-${pythonFloat(this.#range.max)}`;
      return `Range ${range} encountered before value ${word.value} in expression '${this.#expression}'`;
    }
    if (this.#value !== null) return this.#unknown(word.text);
    this.#value = Number(word.value);
    return null;
  }

  #takeUnit(word: Word): string | null {
    if (word.unit === undefined) return null;
    const factor = this.#factors.get(word.unit);
    if (factor === undefined) return this.#unknown(word.text);
    if (this.#value === null && this.#range === null) {
      return `Value None encountered before unit ${word.unit} in expression '${this.#expression}'`;
    }
    this.#factor = factor;
    return null;
  }
}

/** Parses an expression of the given kind; the problem's text is the reference's where it has one. */
export function parseThreshold(expression: JsonValue, kind: ThresholdKind): ThresholdOutcome {
  if (typeof expression !== 'string') return { problem: 'Expression must be a string' };
  return new ThresholdParser(expression, kind).parse();
}
