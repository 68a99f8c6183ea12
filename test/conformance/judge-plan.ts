// Compares the answer to one recorded plan with the recording, or with what the table of deviations says instead.
import { isDeepStrictEqual } from 'node:util';
import type { RestAnswer, RestPlan } from '../support/gateway.ts';
import { differences, show } from './differences.ts';
import { advantage } from './objective.ts';
import { BOOKKEEPING, type Deviation, type Expected, type Shows, STRAY_MESSAGE } from './plan-deviations.ts';
import { type Picks, picksOf, type Recommendations, type RecordedPlan } from './records.ts';
import { fails, type Verdict } from './verdict.ts';

export interface PlanOutcome {
  readonly created: RestAnswer;
  /** null when it was refused at the door. */
  readonly plan: RestPlan | null;
  readonly statuses: readonly string[];
}

export interface PlanCase {
  readonly record: RecordedPlan;
  readonly outcome: PlanOutcome;
  /** The name that the running gateway gives itself in messages. */
  readonly host: string;
  readonly deviation: Deviation | undefined;
  /** Other recordings by name, for `like`. */
  readonly records: ReadonlyMap<string, RecordedPlan>;
}

const EXACT = 1e-6;

export function judgePlan(input: PlanCase): Verdict {
  const verdict = verdictOf(input);
  const id = input.outcome.plan?.id;
  if (verdict.kind !== 'fails' || id === undefined) return verdict;
  return fails(...verdict.differences.map((text) => text.replaceAll(id, '{plan_id}')));
}

function verdictOf(input: PlanCase): Verdict {
  const { record, outcome, host, deviation, records } = input;
  if (!deviation) return compareWithRecord(record, record, outcome, host);
  const { expect: expected, entry, why, shows } = deviation;
  const wrong = [...unexpected(expected, input), ...notShown(shows, outcome)];
  if (wrong.length > 0) return fails(...wrong.map((text) => `${text} (expected by ${entry})`));
  if ('better' in expected) return { kind: 'better', note: why };
  const like = 'like' in expected ? records.get(expected.like) : undefined;
  const verdict = like ? compareWithRecord(record, like, outcome, host) : null;
  const more = verdict?.kind === 'deviates' ? verdict.entries : silently(record, outcome);
  return { kind: 'deviates', entries: [...new Set([entry, ...more])], note: why };
}

/** Differences that several recordings share and that are told by themselves. */
function silently({ plan: recorded }: RecordedPlan, { plan }: PlanOutcome): readonly string[] {
  return recorded?.message === STRAY_MESSAGE && plan?.message === undefined ? ['L8'] : [];
}

function unexpected(expected: Expected, { record, outcome, host, records }: PlanCase): string[] {
  const { created, plan } = outcome;
  if ('refused' in expected) {
    const body = created.body as { readonly error_message?: { readonly explanation?: unknown } };
    return [
      ...differences(400, created.status, 'status of the answer'),
      ...differences(expected.refused, body.error_message?.explanation, 'explanation'),
    ];
  }
  if ('like' in expected) {
    const like = records.get(expected.like);
    const verdict = like ? compareWithRecord(record, like, outcome, host) : fails(`no recording ${expected.like}`);
    return verdict.kind === 'fails' ? [...verdict.differences] : [];
  }
  if (plan === null) return [`refused with ${created.status}: ${show(created.body)}`];
  if ('error' in expected) return ended(plan, 'error', [expected.error]);
  if ('failed' in expected) return ended(plan, 'error', expected.failed.replaceAll('{plan_id}', plan.id));
  if ('notFound' in expected) {
    const usual = `Plan ${plan.id} search failed, no recommendations found by machine ${host}`;
    return ended(plan, 'not found', usual + (expected.because ?? ''));
  }
  const picks = 'better' in expected ? expected.better : expected.picks;
  if (plan.status !== 'done') return ended(plan, 'done', undefined);
  return [
    ...ended(plan, 'done', undefined),
    ...differences(picks, picksOf(plan.recommendations ?? []), 'candidates'),
    ...worse(record, picks, 'better' in expected),
  ];
}

function ended(plan: RestPlan, status: string, message: unknown): string[] {
  return [...differences(status, plan.status, 'status'), ...differences(message, plan.message, 'message')];
}

/** Position by position, by what the record says about candidates and objective. */
function worse({ plan, translation }: RecordedPlan, picks: readonly Picks[], better: boolean): string[] {
  const theirs = picksOf(plan?.recommendations ?? []);
  if (!translation || theirs.length === 0) return better ? ['nothing was recorded that could be worse'] : [];
  return picks.flatMap((pick, index) => {
    const recorded = theirs[index];
    // A recording that lacks the candidate says nothing about its value.
    const gain = recorded ? advantage(translation, pick, recorded) : null;
    if (better && index === 0 && !(gain !== null && gain > EXACT)) return [`not better than recorded: ${gain}`];
    return gain !== null && gain < -EXACT ? [`recommendation ${index} is worse by ${-gain}`] : [];
  });
}

function notShown(shows: Shows | undefined, { plan }: PlanOutcome): string[] {
  if (plan?.status !== 'done') return [];
  const first = plan.recommendations?.[0] ?? {};
  return Object.entries(shows ?? {}).flatMap(([demand, parts]) =>
    Object.entries(parts).flatMap(([part, fields]) => {
      const answered = first[demand]?.[part as 'candidate' | 'attributes'] ?? {};
      const shown = Object.fromEntries(Object.keys(fields).map((key) => [key, answered[key]]));
      return differences(fields, shown, `${demand}.${part}`);
    }),
  );
}

/** `asked` is the plan that was posted; `like` the recording whose answer it should get. */
function compareWithRecord(asked: RecordedPlan, like: RecordedPlan, outcome: PlanOutcome, host: string): Verdict {
  const { created, plan, statuses } = outcome;
  if (!plan) return fails(`refused with ${created.status}: ${show(created.body)}`);
  const fill = (value: unknown) => filled(value, plan.id, host);
  const message = like.plan?.message === STRAY_MESSAGE ? undefined : like.plan?.message;
  // Another end says everything; the steps and candidates then differ of course.
  const end = ended(plan, like.statuses.at(-1) ?? '', fill(message));
  if (plan.status !== like.statuses.at(-1)) return fails(...end);
  const parts = recommendationsVerdict(like, plan.recommendations ?? []);
  const wrong = [
    ...differences(like.create.status, created.status, 'status of the answer'),
    ...subset(fill({ ...like.create.body, name: asked.request.name }), created.body),
    ...differences(like.statuses, statuses, 'steps'),
    ...end,
    ...parts.differences,
  ];
  if (wrong.length > 0) return fails(...wrong);
  const entries = [...(like.plan?.message === undefined || message !== undefined ? [] : ['L8']), ...parts.entries];
  if (entries.length === 0) return { kind: 'same', ...(parts.note ? { note: parts.note } : {}) };
  return { kind: 'deviates', entries, note: entries.map((entry) => SILENT[entry] ?? '').join('; ') };
}

const SILENT: Readonly<Record<string, string>> = {
  L8: 'no word about latency on a plan that asks for none',
  S21: 'notes of the search are kept out of the candidate',
};

interface Compared {
  readonly differences: readonly string[];
  readonly entries: readonly string[];
  readonly note?: string;
}

function recommendationsVerdict({ plan, flags, translation }: RecordedPlan, ours: Recommendations): Compared {
  const recorded = plan?.recommendations ?? [];
  if (flags.includes('RANDOM-PICK')) return anyPick(ours, recorded, translation);
  const [mine, theirs] = [withoutIds(ours), withoutIds(recorded)];
  if (JSON.stringify(mine) === JSON.stringify(theirs)) return { differences: [], entries: [] };
  if (JSON.stringify(mine) === JSON.stringify(withoutBookkeeping(theirs))) return { differences: [], entries: ['S21'] };
  const found = differences(picksOf(theirs), picksOf(mine), 'candidates');
  if (found.length === 0) found.push(...differences(theirs, mine, 'recommendations'));
  // Clients show the fields in the order in which they come.
  return { differences: found.length > 0 ? found : ['order of the fields'], entries: [] };
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;

/** Ids that were drawn at random are all alike. */
function withoutIds(recommendations: Recommendations): Recommendations {
  const text = JSON.stringify(recommendations, (_key, value) =>
    typeof value === 'string' && UUID.test(value) ? '{random}' : value,
  );
  return JSON.parse(text);
}

function withoutBookkeeping(recommendations: Recommendations): Recommendations {
  return recommendations.map((demands) =>
    Object.fromEntries(
      Object.entries(demands).map(([demand, recommendation]) => {
        const kept = Object.entries(recommendation.candidate).filter(([key]) => !BOOKKEEPING.includes(key));
        return [demand, { ...recommendation, candidate: Object.fromEntries(kept) }];
      }),
    ),
  );
}

/** Without an objective any candidate will do: as many as recorded, and of those that the reference saw. */
function anyPick(ours: Recommendations, recorded: Recommendations, translation: RecordedPlan['translation']): Compared {
  const known = (demand: string) =>
    translation?.demands[demand]?.candidates.map(({ candidate_id }) => candidate_id) ?? [];
  const strangers = picksOf(ours).flatMap((pick) =>
    Object.entries(pick).filter(([demand, id]) => !known(demand).includes(id)),
  );
  return {
    differences: [
      ...differences(recorded.length, ours.length, 'number of recommendations'),
      ...strangers.map(([demand, id]) => `${id} is no candidate of ${demand}`),
    ],
    entries: [],
    note: 'no objective: any candidate will do',
  };
}

/** Keys of `recorded` only; the answer may have more. */
function subset(recorded: unknown, answered: unknown): string[] {
  const own = recorded as Readonly<Record<string, unknown>>;
  const other = (answered ?? {}) as Readonly<Record<string, unknown>>;
  return Object.keys(own).flatMap((key) =>
    isDeepStrictEqual(own[key], other[key]) ? [] : differences(own[key], other[key], `answer to the POST: ${key}`),
  );
}

function filled(recorded: unknown, planId: string, host: string): unknown {
  if (recorded === undefined) return undefined;
  return JSON.parse(JSON.stringify(recorded).replaceAll('{plan_id}', planId).replaceAll('{host}', host));
}
