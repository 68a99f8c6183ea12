// What goes between the pool and a search thread. A thread gets one task at a time, so that nothing needs to be numbered.
import type { SearchJob, SearchOutcome, SearchState } from './search/model.ts';

export interface SearchTask {
  readonly job: SearchJob;
  /** Whether anybody wants to hear how far the search is. */
  readonly tells: boolean;
}

/** `at` comes any number of times before one of the others. */
export type SearchReply =
  | { readonly kind: 'at'; readonly state: SearchState }
  | { readonly kind: 'done'; readonly outcome: SearchOutcome }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string };
