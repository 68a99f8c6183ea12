// Candidates as somebody imagines them, laid over the recorded ones.
import type { Candidate } from '../../domain/candidate.ts';
import { ConductorError } from '../../domain/errors.ts';
import type { ProblemDemand } from '../../domain/problem.ts';
import type { CandidateOverlay } from '../../domain/what-if.ts';
import { type JsonObject, own } from '../../lib/json.ts';

/** The candidates that overlays add to the demand. Throws BAD_REQUEST. */
export function addedTo(
  demand: string,
  known: readonly Candidate[],
  overlays: readonly CandidateOverlay[],
): readonly Candidate[] {
  const ids = new Set(known.map(({ candidate_id: id }) => id));
  return overlays
    .filter((overlay) => overlay.demand === demand)
    .flatMap(({ added }) => added)
    .map((given) => {
      const id = idOf(demand, given);
      if (ids.has(id)) throw refused(demand, id, 'is there already; change it instead');
      ids.add(id);
      return withBasics(demand, given, {
        candidate_id: id,
        inventory_type: 'cloud',
        inventory_provider: 'aai',
        uniqueness: 'true',
        cost: 0,
      });
    });
}

/** The demands with what overlays remove and change. Throws BAD_REQUEST for ids that are not there. */
export function overlaid(
  demands: readonly ProblemDemand[],
  overlays: readonly CandidateOverlay[],
): readonly ProblemDemand[] {
  return demands.map((demand) => {
    const mine = overlays.filter((overlay) => overlay.demand === demand.name);
    return mine.reduce(overlaidBy, demand);
  });
}

function overlaidBy({ name, candidates }: ProblemDemand, { removed, changed }: CandidateOverlay): ProblemDemand {
  const left = new Map(candidates.map((candidate) => [candidate.candidate_id, candidate]));
  for (const given of changed) {
    const id = idOf(name, given);
    const before = left.get(id);
    if (!before) throw refused(name, id, 'is not there');
    left.set(id, withBasics(name, given, before));
  }
  for (const id of removed) if (!left.delete(id)) throw refused(name, id, 'is not there');
  return { name, candidates: [...left.values()] };
}

/** Fields that every candidate has keep their types; any other may be anything, as in an inventory. */
function withBasics(demand: string, given: JsonObject, before: Candidate): Candidate {
  for (const field of ['inventory_type', 'inventory_provider', 'uniqueness'] as const) {
    const value = own(given, field);
    if (value !== undefined && typeof value !== 'string')
      throw refused(demand, before.candidate_id, `needs a text as ${field}`);
  }
  const cost = own(given, 'cost');
  if (cost !== undefined && typeof cost !== 'number')
    throw refused(demand, before.candidate_id, 'needs a number as cost');
  return { ...before, ...given };
}

function idOf(demand: string, given: JsonObject): string {
  const id = own(given, 'candidate_id');
  if (typeof id === 'string' && id !== '') return id;
  throw new ConductorError('BAD_REQUEST', `A candidate given for demand ${demand} has no candidate_id.`);
}

function refused(demand: string, id: string, what: string): ConductorError {
  return new ConductorError('BAD_REQUEST', `Candidate ${id} of demand ${demand} ${what}.`);
}
