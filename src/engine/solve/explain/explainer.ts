// The explainer over its parts: each call works on its own copy of the recorded problem, within its own time.
import type { ConflictSet, ExplainedPlan, Explainer, Explanation, Relaxation } from '../../../domain/explanation.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { SearchRunner } from '../pool.ts';
import { Case } from './case.ts';
import { findConflicts } from './conflicts.ts';
import { Deadline } from './deadline.ts';
import { dialsOf } from './dials.ts';
import { funnelsOf } from './funnel.ts';
import { Placer } from './placing.ts';
import { findBinding, findRelaxations } from './relaxations.ts';
import { standingsOf } from './standings.ts';
import { verdictsOf } from './verdicts.ts';
import { funnelSentence, hopelessSentence, OVERLOOKED, paidSentences, UNBOUND, undecidedSentence } from './words.ts';

export interface ExplainerParts {
  readonly runner: SearchRunner;
  readonly clock: Clock;
}

export function explainerOver({ runner, clock }: ExplainerParts): Explainer {
  const timed = async <T>(limits: ConstructorParameters<typeof Deadline>[1], work: (d: Deadline) => Promise<T>) => {
    limits.signal?.throwIfAborted();
    const deadline = new Deadline(clock, limits);
    try {
      return await work(deadline);
    } finally {
      deadline.end();
    }
  };
  return {
    verdicts: (plan, filter, limits) => timed(limits, (deadline) => verdictsOf(plan, filter, deadline)),
    standings: (plan, filter, limits) =>
      timed(limits, (deadline) => standingsOf(new Placer(new Case(plan), runner), plan, filter, deadline)),
    explain: (plan, limits) => timed(limits, (deadline) => explain(new Placer(new Case(plan), runner), plan, deadline)),
  };
}

async function explain(placer: Placer, plan: ExplainedPlan, deadline: Deadline): Promise<Explanation> {
  const funnels = funnelsOf(await placer.of.judgeAll(placer.of.whole, deadline));
  if (plan.recommendation) {
    const { relaxations: binding, complete } = await findBinding(placer, deadline);
    const { whole } = placer.of;
    const hard = whole.objective && whole.constraints.every(({ soft }) => !soft);
    const free = binding.length === 0 && complete && dialsOf(placer.of).length > 0 && hard;
    const said = free ? [UNBOUND] : binding.map(({ sentence }) => sentence);
    const paid = paidSentences(plan.recommendation, whole.constraints);
    const sentences = [...paid, ...said, ...funnels.map(funnelSentence)];
    return { funnels, conflicts: [], relaxations: [], binding, sentences, complete };
  }
  const { conflicts, relaxations, note, complete } = await whyNot(placer, deadline);
  const said = [...conflicts, ...relaxations].map(({ sentence }) => sentence);
  const sentences = [...said, ...(note === null ? [] : [note]), ...funnels.map(funnelSentence)];
  return { funnels, conflicts, relaxations, binding: [], sentences, complete };
}

interface WhyNot {
  readonly conflicts: readonly ConflictSet[];
  readonly relaxations: readonly Relaxation[];
  readonly note: string | null;
  readonly complete: boolean;
}

async function whyNot(placer: Placer, deadline: Deadline): Promise<WhyNot> {
  // Half of the time at the most: a conflict that takes long to narrow down must not cost the way out.
  const half = deadline.share(0.5);
  try {
    const { conflicts, complete, solvable } = await findConflicts(placer, half);
    if (solvable) return { conflicts, relaxations: [], note: await wayOut(placer, deadline), complete };
    if (conflicts.length === 0) return { conflicts, relaxations: [], note: null, complete: false };
    const found = await findRelaxations(placer, deadline);
    const hopeless = found.relaxations.length === 0 && found.complete;
    const note = hopeless ? hopelessSentence(dialsOf(placer.of).length, conflicts.length) : null;
    return { conflicts, relaxations: found.relaxations, note, complete: complete && found.complete };
  } finally {
    half.end();
  }
}

/** Of a plan in which nothing conflicts: what it would take for a placement. null when time ran out. */
async function wayOut(placer: Placer, deadline: Deadline): Promise<string | null> {
  const { whole } = placer.of;
  const judged = await placer.place(whole, 'strict', 'any', deadline);
  if (judged.kind === 'placed') return OVERLOOKED;
  const hoped = await placer.place(whole, 'hopeful', 'any', deadline);
  return hoped.kind === 'placed' ? undecidedSentence(hoped.assumed) : null;
}
