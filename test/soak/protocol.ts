// What the judge of the soak and the process of its subscribers say to each other.
import type { SeenEvent } from '../faults/api.ts';

/** Addresses by slot; null where no gateway runs. */
type Urls = readonly (string | null)[];

export interface ToldPlan {
  readonly id: string;
  readonly name: string;
  readonly events: readonly SeenEvent[];
}

export type Request =
  | {
      readonly kind: 'start';
      readonly seed: number;
      readonly urls: Urls;
      /** Subscriptions to all plans begin after this one. */
      readonly marker: string;
      /** Subscribers of all plans over graphql-ws and over server-sent events, of single plans over graphql-ws and REST. */
      readonly all: number;
      readonly allEvents: number;
      readonly single: number;
      readonly rest: number;
    }
  | { readonly kind: 'urls'; readonly urls: Urls }
  /** So many of those who follow single plans take this one. */
  | { readonly kind: 'plan'; readonly id: string; readonly followers: number }
  | { readonly kind: 'counts' }
  | { readonly kind: 'judge'; readonly plans: readonly ToldPlan[]; readonly patienceMs: number };

/** Since the start. */
export interface Counts {
  readonly events: number;
  readonly gaps: number;
  readonly reconnects: number;
  /** Subscriptions that were answered with an error and asked for again. */
  readonly refusals: number;
  /** Single plans that are being followed now, by how many. */
  readonly following: number;
}

export interface Judgement extends Counts {
  readonly broken: readonly string[];
}
