// The smallest turn of one dial that makes a difference. Solved with the limit out of the way, then with ever tighter ones: every
// placement found names a value that is enough, until the number next to it is proven not to be.
import { isSoft, type Mode, type Variant } from './case.ts';
import type { Deadline } from './deadline.ts';
import { type Dial, farthest, neededFor, tighter, turned } from './dials.ts';
import type { Aim, Placed, Placer, Placing } from './placing.ts';

/** Whether a limit is wide enough; `cut`: time was over before that was known. */
export type Enough = 'yes' | 'no' | 'cut';

export interface Question {
  readonly placer: Placer;
  readonly dial: Dial;
  readonly deadline: Deadline;
  readonly aim: Aim;
  enough(placing: Placing, mode: Mode): Enough;
}

export interface Step {
  readonly mode: Mode;
  readonly value: number;
  /** Found with the limit at `value`. */
  readonly placed: Placed;
  /** Found with the limit out of the way. */
  readonly widest: Placed;
}

export function placeAt({ placer, dial, deadline }: Question, mode: Mode, aim: Aim, value: number): Promise<Placing> {
  return placer.place(turned(placer.of, dial, value), mode, aim, deadline);
}

/**
 * First among what is judged, then, if that is not enough, with what was never asked taken to fit. `never`: however far the limit
 * is moved, it is not enough. What the limit stands at must not be enough.
 */
export async function smallest(question: Question): Promise<Step | 'never' | 'cut'> {
  const { placer, dial, deadline, aim, enough } = question;
  const off = farthest(dial);
  for (const mode of await modesOf(placer, turned(placer.of, dial, off), deadline)) {
    const widest = await placeAt(question, mode, aim, off);
    const said = enough(widest, mode);
    if (said === 'cut') return 'cut';
    if (said === 'yes' && widest.kind === 'placed') return narrow(question, mode, widest);
  }
  return 'never';
}

/** The hopeful mode is another question only where somebody could not judge. */
export async function modesOf({ of }: Placer, variant: Variant, deadline: Deadline): Promise<readonly Mode[]> {
  const judged = await of.judgeAll(variant, deadline);
  const open = judged.some(({ columns }) =>
    columns.some((column) => !isSoft(column) && column.verdicts.some(({ kind }) => kind === 'unknown')),
  );
  return open ? ['strict', 'hopeful'] : ['strict'];
}

/** `widest` is enough with the limit out of the way. */
export async function narrow(question: Question, mode: Mode, widest: Placed): Promise<Step | 'cut'> {
  const { dial, aim, enough } = question;
  let bad = dial.limit.value;
  let good = neededFor(dial, widest.chosen);
  if (good === null) return 'cut';
  for (let turn = 0; tighter(dial, good) !== bad; turn += 1) {
    const probe = probeOf(dial, bad, good, turn);
    const placing = await placeAt(question, mode, aim, probe);
    const said = enough(placing, mode);
    if (said === 'cut' || placing.kind === 'cut') return 'cut';
    if (said === 'no') bad = probe;
    else if (placing.kind === 'placed') good = neededFor(dial, placing.chosen) ?? probe;
  }
  // What is claimed is solved once more as it is claimed.
  const placed = await placeAt(question, mode, aim, good);
  return placed.kind === 'placed' && enough(placed, mode) === 'yes' ? { mode, value: good, placed, widest } : 'cut';
}

/** In turns: halves bring it near, and only the number next to a good one proves that nothing lies between. */
function probeOf(dial: Dial, bad: number, good: number, turn: number): number {
  const middle = bad / 2 + good / 2;
  const between = Math.min(bad, good) < middle && middle < Math.max(bad, good);
  return turn % 2 === 0 && between ? middle : tighter(dial, good);
}
