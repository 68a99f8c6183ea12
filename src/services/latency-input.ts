// What the rows of the two latency tables must look like; every text names the row and the field (rest-api.md section 10).
import { ConductorError } from '../domain/errors.ts';
import type { CountryLatency, RegionPlaceholder } from '../domain/latency.ts';
import type { CountryLatencyInput, LatencyRegionInput } from './index.ts';

const CODE = /^[A-Za-z]{3}$/;
const CODE_LENGTH = 3;
const WILDCARD = '*';
const MAX_NAME = 255;

/** Rows in the order given; of two rows of one group the last counts, at the place of the first. Throws BAD_REQUEST. */
export function readRegions(rows: readonly LatencyRegionInput[]): readonly RegionPlaceholder[] {
  const regions = rows.map(({ group, countries }, at) => ({
    group: readGroup(group, place(at, 'group')),
    countries: readCountries(countries, place(at, 'countries')),
  }));
  return lastOfEach(regions, ({ group }) => group);
}

/** As `readRegions`, by country. Throws BAD_REQUEST. */
export function readCountryRules(rows: readonly CountryLatencyInput[]): readonly CountryLatency[] {
  const rules = rows.map(({ country, groups }, at) => ({
    country: readCode(country, place(at, 'country_name')),
    groups: readGroups(groups, place(at, 'groups')),
  }));
  return lastOfEach(rules, ({ country }) => country);
}

function place(row: number, field: string): string {
  return `Row ${row + 1}: ${field}`;
}

function refuse(where: string, rule: string): ConductorError {
  return new ConductorError('BAD_REQUEST', `${where} ${rule}`);
}

/** Three letters in capitals, or the wildcard. */
function readCode(value: unknown, where: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text !== WILDCARD && !CODE.test(text)) throw refuse(where, 'must be a country code of three letters, or *.');
  return text.toUpperCase();
}

/** A name that rules can use: they read three characters as a country, and `,`, `|` and `*` as signs. */
function readGroup(value: unknown, where: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '' || text.length > MAX_NAME || text.length === CODE_LENGTH || /[,|*]/.test(text)) {
    throw refuse(
      where,
      `must be a name of 1 to ${MAX_NAME} characters, but not of three, which rules read as a country, and without , | and *.`,
    );
  }
  return text;
}

/** Both separators are in use: the documents say commas, sample data has vertical bars. */
function readCountries(value: unknown, where: string): readonly string[] {
  const words = wordsOf(value, /[,|]/, where);
  return words.map((word) => {
    if (!CODE.test(word) && word !== WILDCARD) throw refuse(where, 'must hold country codes of three letters, or *.');
    return word.toUpperCase();
  });
}

/** From best to worst; the wildcard only as the last one. */
function readGroups(value: unknown, where: string): readonly string[] {
  const groups = wordsOf(value, /\|/, where).map((group) => {
    const words = group.split(',').map((word) => word.trim());
    if (words.length > 1 && words.includes(WILDCARD)) throw refuse(where, 'must have * as a group of its own.');
    if (words.some((word) => !isGroupWord(word))) {
      throw refuse(where, 'must hold country codes of three letters and group names, separated by commas.');
    }
    return words.map((word) => (CODE.test(word) ? word.toUpperCase() : word)).join(',');
  });
  if (groups.slice(0, -1).includes(WILDCARD)) throw refuse(where, 'must have * only as the last group.');
  return groups;
}

function isGroupWord(word: string): boolean {
  if (word.length === CODE_LENGTH) return CODE.test(word);
  return (
    word !== '' && word.length <= MAX_NAME && !word.includes('|') && (word === WILDCARD || !word.includes(WILDCARD))
  );
}

/** The parts of a text, or a list of texts, without empty ones; at least one. */
function wordsOf(value: unknown, separator: RegExp, where: string): readonly string[] {
  const parts = typeof value === 'string' ? value.split(separator) : value;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) throw refuse(where, 'must be a text.');
  const words = parts.map((part) => part.trim()).filter((part) => part !== '');
  if (words.length === 0) throw refuse(where, 'must not be empty.');
  return words;
}

function lastOfEach<T>(rows: readonly T[], keyOf: (row: T) => string): readonly T[] {
  const byKey = new Map<string, T>();
  for (const row of rows) byKey.set(keyOf(row), row);
  return [...byKey.values()];
}
