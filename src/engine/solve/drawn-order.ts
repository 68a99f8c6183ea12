// The order of candidates where nothing says which is better and the deployment wants load spread: drawn anew for each plan, and the
// same each time for one plan, so that a repeated or replayed solve gives the same answer.
import { sha256 } from '../../lib/json.ts';
import { seededRandom } from '../../lib/random.ts';
import type { RankedDemand } from './build-model.ts';

/** Every order of a demand's candidates is as likely as any other. */
export function drawnOrder(planId: string, demands: readonly RankedDemand[]): readonly RankedDemand[] {
  const random = seededRandom(Number.parseInt(sha256(planId).slice(0, 8), 16));
  return demands.map(({ name, candidates }) => {
    const drawn = [...candidates];
    for (let last = drawn.length - 1; last > 0; last -= 1) {
      const at = Math.floor(random.next() * (last + 1));
      const taken = drawn[at];
      const moved = drawn[last];
      if (taken && moved) [drawn[last], drawn[at]] = [taken, moved];
    }
    return { name, candidates: drawn };
  });
}
