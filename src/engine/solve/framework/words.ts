// Words for the diagnosis: about many refusals at once, and about values that may be anything.
import type { Refusal } from './constraint.ts';

/** A value of a template or an inventory for people, cut after 80 characters. Never throws, which `String` may on odd objects. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** A list for people, cut after eight. */
export function shownList(values: readonly unknown[]): string {
  const rest = values.length > 8 ? `, … (${values.length})` : '';
  return `[${values.slice(0, 8).map(shown).join(', ')}${rest}]`;
}

/** Distinct reasons by frequency, at most three: `country DEU, must be any of [USA] (4); country is missing (1); 2 more reasons`. */
export function topReasons(refused: readonly Refusal[]): string | null {
  const counts = new Map<string, number>();
  for (const { reason } of refused) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const [first] = sorted;
  if (!first) return null;
  if (sorted.length === 1) return first[0];
  const words = sorted.slice(0, 3).map(([reason, count]) => `${reason} (${count})`);
  const rest = sorted.length - words.length;
  return [...words, ...(rest > 0 ? [`${rest} more reason${rest > 1 ? 's' : ''}`] : [])].join('; ');
}
