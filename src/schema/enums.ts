// Closed sets of words. Where a REST word is no legal GraphQL name (it holds a blank or a hyphen), the description gives it.

import type { Compensation } from '../domain/compensation.ts';
import type { CandidateVerdict } from '../domain/explanation.ts';
import type { LockOutcome, LockStatus } from '../domain/order-locks.ts';
import type { EventReason, PlanStatus, Priority, Stage } from '../domain/plan.ts';
import type { PlanChange, PlanQuery } from '../domain/ports.ts';
import type { ReservationStep, SearchStatus } from '../domain/solution.ts';
import type { TriageDrop } from '../domain/triage.ts';
import { builder } from './builder.ts';

interface EnumValue<T> {
  readonly value: T;
  readonly description: string;
}

export const PlanStatusEnum = builder.enumType('PlanStatus', {
  description: 'Where a plan is in its life. `DONE`, `NOT_FOUND` and `ERROR` never change again.',
  values: {
    TEMPLATE: { value: 'template', description: 'Accepted; waits for translation. REST: `template`.' },
    TRANSLATING: { value: 'translating', description: 'The inventory is asked for candidates. REST: `translating`.' },
    TRANSLATED: {
      value: 'translated',
      description: 'Every demand has candidates; waits for the solver. REST: `translated`.',
    },
    SOLVING: { value: 'solving', description: 'Constraints are checked and placements searched. REST: `solving`.' },
    WAITING_SPINUP: {
      value: 'waiting spinup',
      description: 'A chosen candidate is locked by another order that is still being built. REST: `waiting spinup`.',
    },
    SOLVED: { value: 'solved', description: 'Placements are found; waits for reservation. REST: `solved`.' },
    RESERVING: {
      value: 'reserving',
      description: 'Capacity is reserved at the service controller. REST: `reserving`.',
    },
    DONE: { value: 'done', description: 'Finished; the recommendations stand. REST: `done`.' },
    NOT_FOUND: {
      value: 'not found',
      description: 'Finished; nothing meets all constraints, and `diagnosis` says why. REST: `not found`.',
    },
    ERROR: { value: 'error', description: 'Finished; the message says what failed. REST: `error`.' },
  } as const satisfies Record<string, EnumValue<PlanStatus>>,
});

export const PriorityEnum = builder.enumType('Priority', {
  description:
    'Who is served first at each stage. Within a class the oldest plan goes first; one start of eight goes to the plan that waits longest of all, so nobody waits for ever.',
  values: {
    HIGH: { value: 'high', description: 'Before all others. REST: `high`.' },
    NORMAL: { value: 'normal', description: 'What plans have that ask for nothing. REST: `normal`.' },
    LOW: { value: 'low', description: 'After all others. REST: `low`.' },
  } as const satisfies Record<string, EnumValue<Priority>>,
});

export const StageEnum = builder.enumType('Stage', {
  description: 'The three kinds of work on a plan, named after the roles that do them.',
  values: {
    CONTROLLER: { value: 'controller', description: 'Translation of the template into a placement problem.' },
    SOLVER: { value: 'solver', description: 'Search for placements.' },
    RESERVATION: { value: 'reservation', description: 'Reservation of capacity for what was found.' },
  } as const satisfies Record<string, EnumValue<Stage>>,
});

export const EventReasonEnum = builder.enumType('EventReason', {
  description: 'Why a plan changed its status.',
  values: {
    CREATED: { value: 'created', description: 'The plan was accepted.' },
    CLAIMED: { value: 'claimed', description: 'A worker began a stage.' },
    TAKEN_OVER: { value: 'taken-over', description: 'A worker went on with a stage that another one had lost.' },
    COMPLETED: { value: 'completed', description: 'A stage ended with a result.' },
    FAILED: { value: 'failed', description: 'A stage failed for good.' },
    ROLLED_BACK: { value: 'rolled-back', description: 'Reservations were released and the plan is solved anew.' },
    GIVEN_BACK: { value: 'given-back', description: 'A worker returned the plan unfinished, for example at shutdown.' },
    REHOMED: { value: 'rehomed', description: 'The plan starts again because a lock it waited for was decided.' },
    IMPORTED: { value: 'imported', description: 'The plan was taken over from an OOF-HAS installation.' },
  } as const satisfies Record<string, EnumValue<EventReason>>,
});

export const ReservationStateEnum = builder.enumType('ReservationState', {
  description: 'State of one reservation step.',
  values: {
    INTENDED: { value: 'intended', description: 'Recorded; the controller may or may not have been called yet.' },
    RESERVED: { value: 'reserved', description: 'The controller confirmed the reservation.' },
    FAILED: { value: 'failed', description: 'The controller refused.' },
    RELEASING: { value: 'releasing', description: 'The release is under way.' },
    RELEASED: { value: 'released', description: 'The controller confirmed the release.' },
    RELEASE_FAILED: {
      value: 'release-failed',
      description: 'The release was refused or not confirmed; it is tried again until it succeeds.',
    },
  } as const satisfies Record<string, EnumValue<ReservationStep['state']>>,
});

export const CompensationStateEnum = builder.enumType('CompensationState', {
  description: 'Why a reservation is in the queue of those to be released.',
  values: {
    HOLD: { value: 'hold', description: 'Its plan was in reservation; it is released if the plan is gone or failed.' },
    RELEASE: { value: 'release', description: 'Nobody owns it any more, and its release has failed so far.' },
    VERIFY: {
      value: 'verify',
      description: 'It was released; a call that was under way may have come since, so it is released once more.',
    },
  } as const satisfies Record<string, EnumValue<Compensation['state']>>,
});

export const GapReasonEnum = builder.enumType('GapReason', {
  description: 'Why changes are missing from a subscription.',
  values: {
    COMPACTED: { value: 'compacted', description: 'The store no longer keeps history as old as the cursor.' },
    STORE_CHANGED: { value: 'store-changed', description: 'The store was restored or replaced.' },
    SLOW_CONSUMER: { value: 'slow-consumer', description: 'The subscriber read too slowly and its queue overflowed.' },
  } as const satisfies Record<string, EnumValue<Extract<PlanChange, { kind: 'gap' }>['reason']>>,
});

export const PlanOrderEnum = builder.enumType('PlanOrder', {
  description: 'Order of plans, by their time of creation.',
  values: {
    OLDEST_FIRST: { value: 'oldest-first', description: 'In the order of creation.' },
    NEWEST_FIRST: { value: 'newest-first', description: 'The newest plan first.' },
  } as const satisfies Record<string, EnumValue<PlanQuery['order']>>,
});

export const VerdictEnum = builder.enumType('Verdict', {
  description: 'What a constraint says of a candidate.',
  values: {
    FIT: { value: 'FIT', description: 'It fits.' },
    REFUSED: { value: 'REFUSED', description: 'It does not; the reason says why.' },
    UNKNOWN: { value: 'UNKNOWN', description: 'Nobody could tell, or nobody was asked; it does not count as a fit.' },
  } as const satisfies Record<string, EnumValue<CandidateVerdict['verdict']>>,
});

export const SearchStatusEnum = builder.enumType('SearchStatus', {
  description: 'How a search ended.',
  values: {
    OPTIMAL: {
      value: 'OPTIMAL',
      description:
        'Each recommendation is proven best of its round; without an objective any placement that fits is best.',
    },
    FEASIBLE: {
      value: 'FEASIBLE',
      description: 'There is an answer, and not all of it is proven best.',
    },
    INFEASIBLE: {
      value: 'INFEASIBLE',
      description: 'It is proven that nothing fits, where a candidate that nobody could judge counts as not fit.',
    },
    TIMED_OUT: { value: 'TIMED_OUT', description: 'The time limit was reached before anything was found.' },
    STOPPED: { value: 'STOPPED', description: 'A person ended the search; what had been found is kept.' },
  } as const satisfies Record<SearchStatus, EnumValue<SearchStatus>>,
});

export const TriageStageEnum = builder.enumType('TriageStage', {
  description: 'Where a candidate was dropped.',
  values: {
    TRANSLATION: { value: 'translation', description: 'By the inventory side, before there was a problem to solve.' },
    SOLVER: { value: 'solver', description: 'By a constraint or by the objective.' },
  } as const satisfies Record<string, EnumValue<TriageDrop['stage']>>,
});

export const OrderLockStatusEnum = builder.enumType('OrderLockStatus', {
  description: 'What a plan has to do with a locked resource.',
  values: {
    UNDER_SPIN_UP: { value: 'under-spin-up', description: "The plan's order builds it. REST: `under-spin-up`." },
    PARKED: { value: 'parked', description: 'The plan waits until it is built. REST: `parked`.' },
    COMPLETED: { value: 'completed', description: "The plan's order has built it. REST: `completed`." },
    REHOME: { value: 'rehome', description: 'The plan waited, and starts anew. REST: `rehome`.' },
    FAILED: { value: 'failed', description: 'It could not be built. REST: `failed`.' },
  } as const satisfies Record<string, EnumValue<LockStatus>>,
});

export const OrderLockOutcomeEnum = builder.enumType('OrderLockOutcome', {
  description: 'How the building of a locked resource ended.',
  values: {
    COMPLETED: { value: 'completed', description: 'It was built.' },
    FAILED: { value: 'failed', description: 'It could not be built.' },
    ABANDONED: {
      value: 'abandoned',
      description: 'The plan that was to build it was rolled back, has failed or was deleted.',
    },
  } as const satisfies Record<string, EnumValue<LockOutcome>>,
});

export const SpinUpOutcomeEnum = builder.enumType('SpinUpOutcome', {
  description: 'How a spin-up ended, as the orchestrator tells it.',
  values: {
    COMPLETED: { value: 'completed', description: 'The resource is there.' },
    FAILED: { value: 'failed', description: 'The resource could not be built.' },
  },
});
