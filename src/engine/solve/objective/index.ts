// Picks the family of a problem's objective: which functions a family knows is said here and nowhere else.
import type { BaseObjective, Problem } from '../../../domain/problem.ts';
import { aicVersion } from './aic-version.ts';
import { attribute } from './attribute.ts';
import { baseFamily } from './base.ts';
import { cost } from './cost.ts';
import { distanceBetween } from './distance-between.ts';
import { genericFamily } from './generic.ts';
import { hpaScore } from './hpa-score.ts';
import { latencyBetween } from './latency-between.ts';
import type { PreparedObjective } from './objective.ts';
import { hasPenalties } from './penalties.ts';

const base = baseFamily([
  distanceBetween({ withCost: true }),
  latencyBetween({ withCost: true }),
  hpaScore,
  aicVersion,
  cost,
]);
const generic = genericFamily([attribute, distanceBetween({ withCost: false }), latencyBetween({ withCost: false })]);

/**
 * null when the problem has no objective and nothing to pay for: then any placement that fits is as good as another. What is to
 * be paid is not in it yet (see `withPenalties`). Throws TEMPLATE_INVALID.
 */
export function prepareObjective(problem: Problem): PreparedObjective | null {
  const objective = problem.objective ?? (hasPenalties(problem) ? NOTHING_ELSE : null);
  if (!objective) return null;
  return objective.kind === 'base' ? base.prepare(objective, problem) : generic.prepare(objective, problem);
}

const NOTHING_ELSE: BaseObjective = { kind: 'base', goal: 'min', operands: [] };
