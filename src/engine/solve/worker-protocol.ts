// The answer of a search thread. It gets one `SearchJob` at a time, so that nothing needs to be numbered.
import type { SearchOutcome } from './search/model.ts';

export type SearchReply =
  | { readonly kind: 'done'; readonly outcome: SearchOutcome }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string };
