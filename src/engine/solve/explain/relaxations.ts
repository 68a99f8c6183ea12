// Which limits are to blame, and by how much: of a plan without an answer the changes that give it one, of a solved plan the
// limits that cost something.
import type { Relaxation } from '../../../domain/explanation.ts';
import type { Mode } from './case.ts';
import type { Deadline } from './deadline.ts';
import { dialsOf, relaxationOf } from './dials.ts';
import type { Placed, Placer, Placing } from './placing.ts';
import { type Enough, modesOf, narrow, placeAt, type Question, type Step, smallest } from './smallest.ts';

export interface Relaxations {
  readonly relaxations: readonly Relaxation[];
  readonly complete: boolean;
}

/** Of a plan that cannot be solved: for each limit that alone can make it solvable, the smallest change that does. */
export async function findRelaxations(placer: Placer, deadline: Deadline): Promise<Relaxations> {
  const found: Relaxation[] = [];
  let complete = true;
  for (const dial of dialsOf(placer.of)) {
    const question: Question = { placer, dial, deadline, aim: 'any', enough: solvable };
    const step = await smallest(question);
    if (step === 'cut') complete = false;
    if (typeof step === 'string') continue;
    const best = await bestOf(question, step);
    complete &&= best !== null;
    found.push(relaxationOf(dial, step.value, best ?? { ...step.placed, objective: null }, null));
  }
  return { relaxations: found, complete };
}

function solvable(placing: Placing): Enough {
  if (placing.kind === 'placed') return 'yes';
  return placing.kind === 'none' ? 'no' : 'cut';
}

/** The answer that the change would give, for those who have to choose between changes; null when time ran out. */
async function bestOf(question: Question, step: Step): Promise<Placed | null> {
  if (!question.placer.of.whole.objective) return step.placed;
  const placing = await placeAt(question, step.mode, 'best', step.value);
  return placing.kind === 'placed' && placing.proven ? placing : null;
}

/** Of a solved plan: limits at which more room makes the objective better, with the first step that does and the largest. */
export async function findBinding(placer: Placer, deadline: Deadline): Promise<Relaxations> {
  if (!placer.of.whole.objective) return { relaxations: [], complete: true };
  const gains = await gainsOf(placer, deadline);
  if (!gains) return { relaxations: [], complete: false };
  const found: Relaxation[] = [];
  let complete = true;
  for (const dial of dialsOf(placer.of)) {
    const { steps, cut } = await stepsOf({ placer, dial, deadline, aim: 'best', enough: gains.enough }, gains);
    if (cut) complete = false;
    found.push(...steps);
  }
  return { relaxations: found, complete };
}

interface Gains {
  /** How much better than the plan as it is, in the objective's own unit. */
  gainOf(mode: Mode, placed: Placed): number;
  enough(placing: Placing, mode: Mode): Enough;
}

/** null when the best answer of the plan as it is could not be proven in time. */
async function gainsOf(placer: Placer, deadline: Deadline): Promise<Gains | null> {
  const { whole } = placer.of;
  const sign = whole.objective?.goal === 'max' ? -1 : 1;
  const present = { strict: 0, hopeful: 0 };
  for (const mode of await modesOf(placer, whole, deadline)) {
    const placing = await placer.place(whole, mode, 'best', deadline);
    if (placing.kind !== 'placed' || !placing.proven || placing.objective === null) return null;
    present[mode] = placing.objective;
  }
  const gainOf = (mode: Mode, { objective }: Placed) => sign * (present[mode] - (objective ?? 0));
  return {
    gainOf,
    enough(placing, mode) {
      if (placing.kind !== 'placed') return 'cut';
      if (isGain(gainOf(mode, placing), present[mode])) return 'yes';
      return placing.proven ? 'no' : 'cut';
    },
  };
}

/** Rounding alone is no gain. */
function isGain(gain: number, scale: number): boolean {
  return gain > 1e-9 * Math.max(1, Math.abs(scale));
}

interface Steps {
  readonly steps: readonly Relaxation[];
  /** Time was over before all was known. */
  readonly cut: boolean;
}

/** The smallest change that gains anything, and, where more is to be had, the smallest that gains the most. */
async function stepsOf(question: Question, { gainOf }: Gains): Promise<Steps> {
  const { dial } = question;
  const step = await smallest(question);
  if (step === 'cut') return { steps: [], cut: true };
  if (step === 'never') return { steps: [], cut: false };
  const { mode, widest } = step;
  const first = relaxationOf(dial, step.value, step.placed, gainOf(mode, step.placed));
  const isLess = (placed: Placed) => isGain(gainOf(mode, widest) - gainOf(mode, placed), widest.objective ?? 0);
  if (!isLess(step.placed)) return { steps: [first], cut: false };
  // What the placement found without the limit needs is not the least: another as good may need less.
  const enough = (placing: Placing): Enough => {
    if (placing.kind !== 'placed') return 'cut';
    if (!isLess(placing)) return 'yes';
    return placing.proven ? 'no' : 'cut';
  };
  const most = await narrow({ ...question, enough }, mode, widest);
  if (most === 'cut') return { steps: [first], cut: true };
  return { steps: [first, relaxationOf(dial, most.value, most.placed, gainOf(mode, most.placed))], cut: false };
}
