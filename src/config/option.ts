// How one setting is declared: type, default, meaning. The table of all of them yields the types, the validation,
// the annotated sample and docs/config.md.
import { type Permission, parsePermissions } from './permissions.ts';

interface Common {
  /** Meaning, unit, and what happens on an odd value. */
  readonly doc: string;
  /** Never printed, logged or written to a sample. */
  readonly secret?: true;
}

export type Option =
  | (Common & { readonly type: 'text'; readonly default: string })
  | (Common & { readonly type: 'integer'; readonly default: number; readonly min: number; readonly max?: number })
  | (Common & { readonly type: 'float'; readonly default: number })
  | (Common & { readonly type: 'boolean'; readonly default: boolean })
  /** `choices`: the only items that there may be, and there must be one. */
  | (Common & { readonly type: 'list'; readonly default: readonly string[]; readonly choices?: readonly string[] })
  | (Common & { readonly type: 'url'; readonly default: string })
  | (Common & { readonly type: 'permissions'; readonly default: readonly Permission[] })
  | (Common & { readonly type: 'choice'; readonly default: string; readonly choices: readonly string[] });

export const text = (value: string, doc: string) => ({ type: 'text', default: value, doc }) as const;
export const secret = (doc: string) => ({ type: 'text', default: '', doc, secret: true }) as const;
export const integer = (value: number, doc: string, min = 0, max?: number) =>
  ({ type: 'integer', default: value, min, doc, ...(max === undefined ? {} : { max }) }) as const;
export const float = (value: number, doc: string) => ({ type: 'float', default: value, doc }) as const;
export const bool = (value: boolean, doc: string) => ({ type: 'boolean', default: value, doc }) as const;
export const list = (value: readonly string[], doc: string) => ({ type: 'list', default: value, doc }) as const;
export const someOf = (choices: readonly string[], doc: string) =>
  ({ type: 'list', default: choices, choices, doc }) as const;
export const url = (value: string, doc: string) => ({ type: 'url', default: value, doc }) as const;
export const permissions = (value: readonly Permission[], doc: string) =>
  ({ type: 'permissions', default: value, doc }) as const;
export const choice = <const C extends readonly string[]>(value: C[number], choices: C, doc: string) =>
  ({ type: 'choice', default: value, choices, doc }) as const;

/** The TypeScript type of an option's value. */
export type ValueOf<O> = O extends { readonly type: 'choice'; readonly choices: readonly (infer C)[] }
  ? C
  : O extends { readonly type: 'integer' | 'float' }
    ? number
    : O extends { readonly type: 'boolean' }
      ? boolean
      : O extends { readonly type: 'list' }
        ? readonly string[]
        : O extends { readonly type: 'permissions' }
          ? readonly Permission[]
          : string;

export type OptionTable = Readonly<Record<string, Readonly<Record<string, Option>>>>;

const TRUE = new Set(['true', '1', 'on', 'yes']);
const FALSE = new Set(['false', '0', 'off', 'no']);

export type Parsed = { readonly value: unknown } | { readonly problem: string };

/** Reads an option's value from text by oslo.config's rules; a problem says what is expected. */
export function parseOption(option: Option, raw: string): Parsed {
  const trimmed = raw.trim();
  switch (option.type) {
    case 'text':
      return { value: trimmed };
    case 'url':
      return isHttp(trimmed) ? { value: trimmed } : { problem: 'must be an http or https URL' };
    case 'list':
      return parseList(trimmed, option.choices);
    case 'boolean':
      return parseBoolean(trimmed);
    case 'permissions': {
      const value = parsePermissions(trimmed);
      return value ? { value } : { problem: 'must be JSON: objects with the texts type, instance and action' };
    }
    case 'choice':
      return option.choices.includes(trimmed)
        ? { value: trimmed }
        : { problem: `must be one of: ${option.choices.join(', ')}` };
    default:
      return parseNumber(option, trimmed);
  }
}

function isHttp(raw: string): boolean {
  return URL.canParse(raw) && /^https?:$/.test(new URL(raw).protocol);
}

function parseList(raw: string, choices: readonly string[] | undefined): Parsed {
  const items = raw === '' ? [] : raw.split(',').map((item) => item.trim());
  if (!choices || (items.length > 0 && items.every((item) => choices.includes(item)))) return { value: items };
  return { problem: `must be one or more of: ${choices.join(', ')}` };
}

function parseBoolean(raw: string): Parsed {
  const word = raw.toLowerCase();
  if (TRUE.has(word)) return { value: true };
  if (FALSE.has(word)) return { value: false };
  return { problem: 'must be true or false' };
}

function parseNumber(option: Extract<Option, { type: 'integer' | 'float' }>, raw: string): Parsed {
  const number = raw === '' ? Number.NaN : Number(raw);
  if (!Number.isFinite(number)) return { problem: 'must be a number' };
  if (option.type === 'float') return { value: number };
  if (!Number.isInteger(number)) return { problem: 'must be a whole number' };
  if (number < option.min) return { problem: `must be at least ${option.min}` };
  if (option.max !== undefined && number > option.max) return { problem: `must be at most ${option.max}` };
  return { value: number };
}
