// Which plans a filter selects: one rule for listings and for live changes.
import type { PlanHead } from '../domain/plan.ts';
import type { PlanFilter } from '../domain/ports.ts';
import type { StoredIndex } from './codec.ts';

/** What never changes about a plan. */
export function matchesIndex(filter: PlanFilter, entry: StoredIndex): boolean {
  if (filter.name !== undefined && entry.name !== filter.name) return false;
  return filter.createdBy === undefined || entry.createdBy === filter.createdBy;
}

export function matchesHead(filter: PlanFilter, head: PlanHead): boolean {
  if (!matchesIndex(filter, head)) return false;
  if (filter.statuses && !filter.statuses.includes(head.status)) return false;
  if (filter.createdAfter !== undefined && head.created < filter.createdAfter) return false;
  return filter.createdBefore === undefined || head.created < filter.createdBefore;
}
