// Recommendations: one complete placement each, with what it costs and why.
import type { DemandRecommendation, Move, Recommendation, ScoreTerm } from '../../domain/solution.ts';
import { builder } from '../builder.ts';
import { Candidate } from './candidate.ts';

export const ScoreTermType = builder.objectRef<ScoreTerm>('ScoreTerm').implement({
  description: 'One term of the objective, as it comes out for this placement.',
  fields: (t) => ({
    function: t.exposeString('function', {
      description:
        'Function of the term, for example `distance_between`; `soft` for a soft constraint that is broken, `moving` for a demand that moves.',
    }),
    demand: t.exposeString('demand', { description: 'Demand that it is about.' }),
    location: t.exposeString('location', {
      nullable: true,
      description: 'Location that the distance is measured from, where there is one.',
    }),
    weight: t.exposeFloat('weight', { description: 'Factor given in the template.' }),
    distanceKm: t.exposeFloat('distanceKm', {
      nullable: true,
      description: 'Great-circle distance in kilometres; null for terms without one.',
    }),
    cost: t.exposeFloat('cost', {
      nullable: true,
      description: "The candidate's cost, where the function includes it.",
    }),
    attribute: t.string({
      nullable: true,
      description: "The candidate's field that counts, for the function `attribute`.",
      resolve: ({ attribute }) => attribute ?? null,
    }),
    latencyWeight: t.float({
      nullable: true,
      description: "Place of the candidate's country in the latency rules, for `latency_between`: 20000 km each.",
      resolve: ({ latencyWeight }) => latencyWeight ?? null,
    }),
    constraint: t.string({
      nullable: true,
      description: 'Name of the soft constraint that is broken, for `soft`.',
      resolve: ({ constraint }) => constraint ?? null,
    }),
    otherDemand: t.string({
      nullable: true,
      description: 'The other demand, for a soft constraint between two.',
      resolve: ({ otherDemand }) => otherDemand ?? null,
    }),
    value: t.exposeFloat('value', {
      description:
        'What the term is worth, normalised and weighted as its own operand says, whatever operators stand above it.',
    }),
    adds: t.float({
      description:
        'What the term adds to the objective, which is the sum of these. Of a minimum or maximum only the operand that decides adds anything.',
      resolve: ({ adds, value }) => adds ?? value,
    }),
  }),
});

const DemandRecommendationType = builder.objectRef<DemandRecommendation>('DemandRecommendation').implement({
  description: 'The choice for one demand.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand in the template.' }),
    inventoryProvider: t.string({
      description: 'As REST gives it; `aai` whatever the real source.',
      resolve: (choice) => choice.inventory_provider,
    }),
    serviceResourceId: t.string({
      nullable: true,
      description: 'The service resource id of the demand, unchanged.',
      resolve: (choice) => choice.service_resource_id,
    }),
    candidate: t.field({
      type: Candidate,
      description: 'The chosen candidate with all its facts.',
      resolve: (choice) => choice.source,
    }),
    restCandidate: t.field({
      type: 'JSON',
      description: 'The `candidate` object exactly as the REST API gives it.',
      resolve: (choice) => choice.candidate,
    }),
    attributes: t.field({
      type: 'JSON',
      description: 'The `attributes` object exactly as the REST API gives it.',
      resolve: (choice) => choice.attributes,
    }),
  }),
});

const MoveType = builder.objectRef<Move>('Move').implement({
  description: 'A demand that does not stay where the section `stability` of the template says that it stands.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand.' }),
    from: t.exposeID('from', { description: 'Candidate at which it stands.' }),
    to: t.exposeID('to', { description: 'Candidate that is recommended.' }),
    gone: t.exposeBoolean('gone', {
      description: 'The present place is no candidate of the demand any more, so that it cannot stay there.',
    }),
  }),
});

export const RecommendationType = builder.objectRef<Recommendation>('Recommendation').implement({
  description: 'One complete placement: every demand has a candidate.',
  fields: (t) => ({
    objective: t.exposeFloat('objective', {
      nullable: true,
      description: 'Value of the objective, to be minimised or maximised as the template says; null when it has none.',
    }),
    terms: t.field({
      type: [ScoreTermType],
      description: 'What the objective is made of.',
      resolve: (recommendation) => [...recommendation.terms],
    }),
    moves: t.field({
      type: [MoveType],
      nullable: true,
      description: 'Demands that move; null for a template without the section `stability`.',
      resolve: ({ moves }) => (moves ? [...moves] : null),
    }),
    demands: t.field({
      type: [DemandRecommendationType],
      description: 'The choice for each demand.',
      resolve: (recommendation) => [...recommendation.demands],
    }),
  }),
});
