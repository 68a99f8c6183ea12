// Minimal sets of constraints that cannot hold together: members are left out one by one for as long as nothing fits without
// them, so that in the end every member is needed. Verdicts that nobody gave count as fits, so a conflict is never a guess.
import type { ConflictSet } from '../../../domain/explanation.ts';
import type { Variant } from './case.ts';
import { restricted } from './case.ts';
import type { Deadline } from './deadline.ts';
import type { Placer } from './placing.ts';
import { conflictSentence, emptySentence, OBJECTIVE } from './words.ts';

export interface Conflicts {
  readonly conflicts: readonly ConflictSet[];
  readonly complete: boolean;
  /** There is a placement after all, as far as could be judged: time ran out then, or a controller did not answer. */
  readonly solvable: boolean;
}

/** First the demands that cannot be placed on their own, each with its conflict, then one of the others together. */
export async function findConflicts(placer: Placer, deadline: Deadline): Promise<Conflicts> {
  const whole = withoutSoft(placer.of.whole);
  const verdicts: Verdict[] = [];
  const left = new Set<string>();
  for (const demand of whole.demands) {
    const verdict = await conflictOf(placer, restricted(whole, new Set([demand.name])), deadline);
    if (verdict === 'fits') left.add(demand.name);
    else verdicts.push(verdict);
  }
  if (left.size > 1) verdicts.push(await conflictOf(placer, restricted(whole, left), deadline));
  return {
    conflicts: verdicts.flatMap((one) => (typeof one === 'string' ? [] : [one])),
    complete: !verdicts.includes('cut'),
    solvable: verdicts.every((one) => one === 'fits'),
  };
}

/** Soft constraints stand in nobody's way. */
function withoutSoft(variant: Variant): Variant {
  return { ...variant, constraints: variant.constraints.filter(({ soft }) => !soft) };
}

type Verdict = ConflictSet | 'fits' | 'cut';

async function conflictOf(placer: Placer, variant: Variant, deadline: Deadline): Promise<Verdict> {
  const empty = variant.demands.find(({ candidates }) => candidates.length === 0)?.name;
  if (empty !== undefined) return { constraints: [], demands: [empty], assumed: [], sentence: emptySentence(empty) };
  const verdict = await fits(placer, variant, deadline);
  if (verdict === 'no') return (await minimal(placer, variant, deadline)) ?? 'cut';
  return verdict === 'yes' ? 'fits' : 'cut';
}

type Fits = 'yes' | 'no' | 'cut';

async function fits(placer: Placer, variant: Variant, deadline: Deadline): Promise<Fits> {
  const { kind } = await placer.place(variant, 'hopeful', 'any', deadline);
  return kind === 'placed' ? 'yes' : kind === 'none' ? 'no' : 'cut';
}

/** null when time ran out before every member was known to be needed. `variant` has no placement. */
async function minimal(placer: Placer, variant: Variant, deadline: Deadline): Promise<ConflictSet | null> {
  const needed = await fewerConstraints(placer, variant, deadline);
  const smallest = needed && (await fewerDemands(placer, needed, deadline));
  if (!smallest) return null;
  const assumed = await assumptions(placer, smallest, deadline);
  if (!assumed) return null;
  const demands = smallest.demands.map(({ name }) => name);
  const constraints = [...smallest.constraints.map(({ key }) => key), ...(smallest.objective ? [OBJECTIVE] : [])];
  return { constraints, demands, assumed, sentence: conflictSentence(smallest, placer.of.locations) };
}

async function fewerConstraints(placer: Placer, variant: Variant, deadline: Deadline): Promise<Variant | null> {
  let now = variant;
  for (const without of members(variant)) {
    const less = without(now);
    const verdict = await fits(placer, less, deadline);
    if (verdict === 'cut') return null;
    if (verdict === 'no') now = less;
  }
  return now;
}

async function fewerDemands(placer: Placer, variant: Variant, deadline: Deadline): Promise<Variant | null> {
  let now = variant;
  for (const { name } of variant.demands) {
    const names = now.demands.map((demand) => demand.name).filter((one) => one !== name);
    if (names.length === 0) return now;
    const less = restricted(now, new Set(names));
    const verdict = await fits(placer, less, deadline);
    if (verdict === 'cut') return null;
    if (verdict === 'no') now = less;
  }
  return now;
}

/** Each member of the set left out alone; what has to be taken for granted for a placement to exist then. */
async function assumptions(placer: Placer, variant: Variant, deadline: Deadline): Promise<readonly string[] | null> {
  const names = new Set<string>();
  for (const without of members(variant)) {
    const placing = await placer.place(without(variant), 'hopeful', 'any', deadline);
    if (placing.kind !== 'placed') return null;
    for (const name of placing.assumed) names.add(name);
  }
  return [...names];
}

type Without = (variant: Variant) => Variant;

function members({ constraints, objective }: Variant): readonly Without[] {
  const ways = constraints.map(({ key }): Without => {
    return (variant) => ({ ...variant, constraints: variant.constraints.filter((one) => one.key !== key) });
  });
  return objective ? [(variant) => ({ ...variant, objective: null }), ...ways] : ways;
}
