// Picks the family of a problem's objective. A later family adds one case.
import type { Problem } from '../../../domain/problem.ts';
import { baseFamily } from './base.ts';
import { distanceBetween } from './distance-between.ts';
import type { PreparedObjective } from './objective.ts';

const base = baseFamily([distanceBetween]);

/** null when the problem has no objective: then any placement that fits is as good as another. Throws TEMPLATE_INVALID. */
export function prepareObjective(problem: Problem): PreparedObjective | null {
  if (!problem.objective) return null;
  return base.prepare(problem.objective, problem);
}
