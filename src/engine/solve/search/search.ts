// One whole search: rounds of "best placement, then take its unique candidates away", within one time limit. Pure but for
// the clock, so that tests run it in process and the worker thread runs it off the event loop.
import { constraintTypes } from '../constraints/index.ts';
import { branchAndBound } from './branch-and-bound.ts';
import { Budget } from './budget.ts';
import type { Placement, SearchJob, SearchOutcome } from './model.ts';
import type { SearchSession, SearchStrategy } from './strategy.ts';

const DEFAULT_STRATEGY = branchAndBound(constraintTypes);

/** `now` is a monotonic clock in milliseconds. */
export function runSearch(
  job: SearchJob,
  now: () => number,
  strategy: SearchStrategy = DEFAULT_STRATEGY,
): SearchOutcome {
  const budget = new Budget(now, job.timeLimitMs);
  const session = strategy.open(job.model, budget);
  const placements: Placement[] = [];
  while (placements.length < job.wanted && !budget.expired) {
    const placement = session.best();
    if (!placement) break;
    placements.push(placement);
    // Nothing taken away means that the next round would find the same again.
    if (!excludeUnique(job, session, placement)) break;
  }
  const timedOut = budget.expired;
  const impossible = placements.length === 0 && !timedOut ? session.impossible() : [];
  return { placements, nodes: budget.nodes, timedOut, blocked: session.blocked, impossible };
}

/** Unique candidates leave the map of the demand that got them, and no other; false when there was none. */
function excludeUnique(job: SearchJob, session: SearchSession, placement: Placement): boolean {
  let excluded = false;
  for (const [position, candidate] of placement.entries()) {
    if (job.model.demands[position]?.unique[candidate] !== 1) continue;
    session.exclude(position, candidate);
    excluded = true;
  }
  return excluded;
}
