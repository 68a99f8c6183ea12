// Identifiers as a dependency, so that tests can make them predictable.
import { randomUUID } from 'node:crypto';

export interface Ids {
  /** A version 4 UUID as text with hyphens. */
  uuid(): string;
}

export const randomIds: Ids = { uuid: () => randomUUID() };
