// One whole search: rounds of "best placement, then take its unique candidates away", within one time limit. Pure but for
// the clock, so that tests run it in process and the worker thread runs it off the event loop.
import type { SearchStatus } from '../../../domain/solution.ts';
import { constraintTypes } from '../constraints/index.ts';
import { Budget } from './budget.ts';
import type { Placement, PlacementProof, SearchJob, SearchOutcome, SearchState } from './model.ts';
import { Session } from './session.ts';
import { strategyNamed } from './strategies.ts';
import type { SearchSession } from './strategy.ts';
import { Teller } from './teller.ts';

/** `now` is a monotonic clock in milliseconds; `tell` hears now and then how far a search is that takes its time. */
export function runSearch(job: SearchJob, now: () => number, tell?: (state: SearchState) => void): SearchOutcome {
  const budget = new Budget(now, job.timeLimitMs, job.stop);
  const strategy = strategyNamed(job.strategy ?? 'optimal');
  const session = new Session(constraintTypes, strategy, job.model, budget, job.gapLimit);
  const placements: Placement[] = [];
  const round = () => placements.length + 1;
  if (tell) new Teller(now, tell).listen(budget, () => ({ ...session.present(), round: round() }));
  const proofs: PlacementProof[] = [];
  while (placements.length < job.wanted && !budget.expired) {
    const found = session.best();
    if (!found) break;
    placements.push(found.placement);
    proofs.push({ total: found.total, bound: found.bound });
    // Nothing taken away means that the next round would find the same again.
    if (!excludeUnique(job, session, found.placement)) break;
  }
  const timedOut = budget.expired && !budget.stopped;
  const nothing = placements.length === 0;
  const bound = nothing ? session.bound() : null;
  const impossible = nothing && !budget.expired ? session.impossible() : [];
  return {
    status: statusOf(budget, proofs),
    placements,
    proofs,
    bound: bound === null || Number.isFinite(bound) ? bound : null,
    nodes: budget.nodes,
    timedOut,
    blocked: session.blocked,
    impossible,
  };
}

/** See `SearchStatus`: what was given is judged, whether or not there was time for another round. */
function statusOf({ expired, stopped }: Budget, proofs: readonly PlacementProof[]): SearchStatus {
  if (stopped) return 'STOPPED';
  if (proofs.length === 0) return expired ? 'TIMED_OUT' : 'INFEASIBLE';
  return proofs.every(({ total, bound }) => bound >= total) ? 'OPTIMAL' : 'FEASIBLE';
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
