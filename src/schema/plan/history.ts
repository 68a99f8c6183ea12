// What happened to a plan: its events, and its progress by stage.
import type { PlanEvent } from '../../domain/plan.ts';
import type { StageProgress } from '../../resolvers/plan-fields.ts';
import { builder } from '../builder.ts';
import { EventReasonEnum, PlanStatusEnum, StageEnum } from '../enums.ts';

export const PlanEventType = builder.objectRef<PlanEvent>('PlanEvent').implement({
  description: 'One change of a plan. It is written together with the status that it explains and never changes.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'Counts from 1 without holes within the plan.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
    from: t.expose('from', {
      type: PlanStatusEnum,
      nullable: true,
      description: 'Status before; null for the first event.',
    }),
    to: t.expose('to', { type: PlanStatusEnum, description: 'Status after.' }),
    reason: t.expose('reason', { type: EventReasonEnum, description: 'Why it happened.' }),
    actor: t.exposeString('actor', { description: 'Worker or user that caused it.' }),
    message: t.string({
      nullable: true,
      description: 'What there is to say about it; null when nothing.',
      resolve: (event) => event.message || null,
    }),
  }),
});

export const StageProgressType = builder.objectRef<StageProgress>('StageProgress').implement({
  description: 'What is remembered of one stage of a plan.',
  fields: (t) => ({
    stage: t.expose('stage', { type: StageEnum, description: 'Which stage.' }),
    owner: t.exposeString('owner', { nullable: true, description: 'Worker that began it last; null before.' }),
    counter: t.exposeInt('counter', { description: 'How often it was begun, take-overs included.' }),
    failures: t.exposeInt('failures', { description: 'Failed attempts; the configured maximum counter limits these.' }),
    beganAt: t.expose('beganAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was begun last; null before.',
    }),
  }),
});
