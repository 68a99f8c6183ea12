// Latency rules: for a customer's country, groups of countries from best to worst, and names for such groups.
// Source: objective.md section 1.4 and rest-api.md section 10 of the behaviour specification.

/** A name for several countries. */
export interface RegionPlaceholder {
  readonly group: string;
  /** Three-letter codes. */
  readonly countries: readonly string[];
}

export interface CountryLatency {
  /** Three-letter code, or `*` for every country without a rule of its own. */
  readonly country: string;
  /** From best to worst; each a comma-separated list of country codes and placeholder names, or `*` as the last. */
  readonly groups: readonly string[];
}

export interface LatencyRules {
  readonly regions: readonly RegionPlaceholder[];
  readonly countries: readonly CountryLatency[];
}
