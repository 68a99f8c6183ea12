// Who works together on one store: the processes that are registered, and how much waits for them.
import type { Stage } from './plan.ts';

/** One running process. It is registered under a lease: when it dies it is gone within the lease's time. */
export interface Member {
  /** Unique to this run of the process. */
  readonly id: string;
  /** Name in plans and logs. */
  readonly name: string;
  /** `api`, `controller`, `solver`, `reservation`; another version may have more. */
  readonly roles: readonly string[];
  /** Version of the program. */
  readonly version: string;
  /** Where it listens. */
  readonly url: string;
  /** ms since the epoch. */
  readonly started: number;
  /** Plans that it has in work. */
  readonly claims: number;
  /** For how long its watch of the store has heard nothing, beyond the usual pause, in milliseconds. */
  readonly feedLagMs: number;
  /** Revision of the store that it has seen. */
  readonly storeRevision: number;
  /** When it wrote this down, ms since the epoch. */
  readonly updated: number;
  /** It was told to stop: it takes nothing new and finishes what it has. Absent while it does not, and in earlier versions. */
  readonly draining?: true;
}

/** What a member knows of itself from the start. */
export type MemberIdentity = Pick<Member, 'name' | 'roles' | 'version'>;

export interface QueueLength {
  readonly stage: Stage;
  /** Plans that wait for a worker. */
  readonly waiting: number;
  /** Plans that a worker has in work. */
  readonly inWork: number;
}

export interface Membership {
  /** All members by name, oldest first of one name. Throws STORE_*. */
  list(): Promise<readonly Member[]>;
  /** As this process sees the queues; empty where other programs do the work. */
  queues(): readonly QueueLength[];
}
