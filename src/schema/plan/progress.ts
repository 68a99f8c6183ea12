// How far a search is that goes on.
import type { SearchProgress } from '../../domain/solution.ts';
import { builder } from '../builder.ts';

const PlacementChoiceType = builder.objectRef<SearchProgress['placement'][number]>('PlacementChoice').implement({
  description: 'The choice for one demand in the best placement so far.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand.' }),
    candidateId: t.exposeID('candidateId', { description: 'Candidate of the demand.' }),
  }),
});

export const SearchProgressType = builder.objectRef<SearchProgress>('SearchProgress').implement({
  description: 'How far a search is that goes on: its best placement so far, and what is proven about it.',
  fields: (t) => ({
    number: t.exposeInt('number', {
      description: 'Counts up from 1 within one search; starts again when another worker takes the plan over.',
    }),
    round: t.exposeInt('round', { description: 'Which recommendation is being searched, from 1.' }),
    objective: t.exposeFloat('objective', {
      nullable: true,
      description: 'Objective of the best placement so far; null before there is one, or without an objective.',
    }),
    bound: t.exposeFloat('bound', {
      nullable: true,
      description: 'No placement of the round has a better objective than this; null when nothing is known.',
    }),
    gap: t.exposeFloat('gap', {
      nullable: true,
      description: 'Distance of the objective from the bound as a part of the objective; null when unknown.',
    }),
    nodes: t.exposeFloat('nodes', { description: 'Partial placements that the search has looked at.' }),
    elapsedMs: t.exposeFloat('elapsedMs', { description: 'Milliseconds since the search began.' }),
    placement: t.field({
      type: [PlacementChoiceType],
      description: 'The best placement so far; empty before there is one.',
      resolve: ({ placement }) => [...placement],
    }),
  }),
});
