// What a transport asks to be executed.
import type { DocumentNode } from 'graphql';
import type { Variables } from './page-size.ts';

/** Parsed and validated. */
export interface Operation {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Variables | null | undefined;
}
