// What each constraint left of each demand's candidates, step by step as the solver took them.
import type { DemandFunnel, FunnelStep } from '../../../domain/explanation.ts';
import { type Column, holds, isSoft, type Judged } from './case.ts';
import { OBJECTIVE } from './words.ts';

/** Remote constraints are asked only while every demand still has a candidate, as the solver does. */
export function funnelsOf(judged: readonly Judged[]): readonly DemandFunnel[] {
  const local = judged.map((one) => walk(one, isLocal, everything(one)));
  const asked = local.every(({ left }) => left.length > 0);
  return judged.map((one, at) => {
    const first = local[at] ?? { left: [], steps: [] };
    const then = asked ? walk(one, (column) => !isLocal(column), first.left) : { left: first.left, steps: [] };
    return {
      demand: one.demand.name,
      candidates: one.candidates.length,
      steps: [...first.steps, ...then.steps],
      remaining: then.left.length,
    };
  });
}

interface Walked {
  readonly left: readonly number[];
  readonly steps: readonly FunnelStep[];
}

function walk({ columns }: Judged, takes: (column: Column) => boolean, start: readonly number[]): Walked {
  let left = start;
  const steps: FunnelStep[] = [];
  for (const column of columns) {
    if (!takes(column) || left.length === 0) continue;
    const kept = isSoft(column) ? left : left.filter((index) => holds(column.verdicts[index], 'strict'));
    const { constraint } = column;
    // The objective is no constraint of the template: it is shown only where it took something away.
    if (constraint || kept.length < left.length) {
      const [name, type] = constraint ? [constraint.name, constraint.type.name] : [OBJECTIVE, 'objective'];
      steps.push({ constraint: name, type, before: left.length, after: kept.length });
    }
    left = kept;
  }
  return { left, steps };
}

function isLocal({ constraint }: Column): boolean {
  return constraint?.cost === 'local';
}

function everything({ candidates }: Judged): readonly number[] {
  return candidates.map((_, index) => index);
}
