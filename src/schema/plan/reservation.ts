// Steps of the reservation. What is sent to the controller is not shown: it may hold what is nobody else's business.
import { compensationOf, type PlanReservation } from '../../resolvers/compensations.ts';
import { builder } from '../builder.ts';
import { CompensationType } from '../compensations.ts';
import { ReservationStateEnum } from '../enums.ts';

export const ReservationStepType = builder.objectRef<PlanReservation>('ReservationStep').implement({
  description: 'Capacity reserved, or to be reserved, for one choice at a service controller.',
  fields: (t) => ({
    step: t.exposeString('step', { description: 'Unique within the plan.' }),
    order: t.exposeInt('order', { description: 'Position in the order of reserving, from 0.' }),
    demand: t.exposeString('demand', { description: 'Demand that it is for.' }),
    candidateId: t.exposeID('candidateId', { description: 'Candidate whose capacity is reserved.' }),
    controller: t.exposeString('controller', { description: 'Which controller, for example `SDN-C`.' }),
    serviceModel: t.exposeString('serviceModel', { description: 'Service model given in the template.' }),
    entityId: t.exposeString('entityId', { description: 'Id under which the controller knows the reservation.' }),
    state: t.expose('state', { type: ReservationStateEnum, description: 'How far it is.' }),
    message: t.string({
      nullable: true,
      description: 'What the controller said; null when nothing.',
      resolve: (step) => step.message || null,
    }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When its state changed last.' }),
    compensation: t.field({
      type: CompensationType,
      nullable: true,
      description:
        'Who looks after what it may hold; null once it is settled: held by a plan that is done, or released for good.',
      resolve: compensationOf,
    }),
  }),
});
