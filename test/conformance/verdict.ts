// What the comparison of one recorded case with our answer comes to.

export type Verdict =
  | { readonly kind: 'same'; readonly note?: string }
  /** A better objective value, or more of an answer than the reference managed. */
  | { readonly kind: 'better'; readonly note: string }
  /** Answered otherwise on purpose; `entries` are ids of docs/compatibility.md. */
  | { readonly kind: 'deviates'; readonly entries: readonly string[]; readonly note: string }
  | { readonly kind: 'fails'; readonly differences: readonly string[] };

export interface Result {
  readonly group: 'plan' | 'rest';
  readonly name: string;
  readonly verdict: Verdict;
}

export type Counts = Readonly<Record<Verdict['kind'], number>>;

export function countsOf(results: readonly Result[]): Counts {
  const counts = { same: 0, better: 0, deviates: 0, fails: 0 };
  for (const { verdict } of results) counts[verdict.kind] += 1;
  return counts;
}

export function fails(...differences: readonly string[]): Verdict {
  return { kind: 'fails', differences };
}
