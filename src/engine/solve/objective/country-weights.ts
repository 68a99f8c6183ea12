// How good each country is for a customer: the place of its group in the latency rules of the customer's country.
import type { LatencyRules } from '../../../domain/latency.ts';
import type { Problem } from '../../../domain/problem.ts';

const WILDCARD = '*';
const CODE_LENGTH = 3;

interface CountryWeights {
  /** False when there is neither a rule for the customer's country nor one for `*`. */
  readonly hasRules: boolean;
  /** 0 for the best group; null when the country is not listed and no wildcard takes it in. */
  weightOf(country: unknown): number | null;
}

/** `customer` is the country of the location; null when it has none, then only the rule for `*` can apply. */
export function countryWeights({ latencyRules, demands }: Problem, customer: string | null): CountryWeights {
  const rules = latencyRules ?? { regions: [], countries: [] };
  const rule = ruleOf(rules, customer) ?? ruleOf(rules, WILDCARD);
  if (!rule) return { hasRules: false, weightOf: () => null };
  const open = rule.groups.at(-1)?.trim() === WILDCARD;
  const named = open ? rule.groups.slice(0, -1) : rule.groups;
  const groups = named.map((group) => expand(group, rules)).filter((group) => group.length > 0);
  const weights = new Map<unknown, number>();
  for (const [weight, group] of groups.entries()) {
    // A country in two groups belongs to the better one.
    for (const country of group) if (!weights.has(country)) weights.set(country, weight);
  }
  const candidates = demands.flatMap((demand) => demand.candidates);
  const others = open && candidates.some(({ country }) => !weights.has(country));
  return {
    hasRules: true,
    // The wildcard stands for the countries not listed, and so for a candidate whose country is not known.
    weightOf: (country) => weights.get(country) ?? (others ? groups.length : null),
  };
}

function ruleOf({ countries }: LatencyRules, country: string | null) {
  return countries.find((row) => row.country === country);
}

/** Word by word: three letters are a country, anything else names a group; what names nothing is left out. */
function expand(group: string, { regions }: LatencyRules): readonly string[] {
  const words = group.split(',').map((word) => word.trim());
  return words.flatMap((word) => {
    if (word === '' || word === WILDCARD) return [];
    if (word.length === CODE_LENGTH) return [word];
    return regions.findLast((region) => region.group === word)?.countries ?? [];
  });
}
