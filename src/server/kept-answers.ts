// Answers that are sent again to whoever asks the same of plans that have not changed since: clients that poll, and pages that
// many people look at. Each time the heads of those plans are read from the store, so no answer is ever older than the store.
import type { PlanRecord } from '../domain/plan.ts';
import type { Principal } from '../domain/principal.ts';
import type { ReadLog } from '../resolvers/loaders.ts';
import type { PlanService, RequestScope } from '../services/index.ts';

/** A read log with what it was told. */
export interface Reads extends ReadLog {
  /** The states of the plans that were read, by plan id; null for a result that is not to be kept. */
  states(): PlanStates | null;
}

export type PlanStates = ReadonlyMap<string, PlanState>;

/** What of a head tells it from every other: revisions of a store that was put back to a backup come a second time. */
type PlanState = Pick<PlanRecord, 'revision'> & Pick<PlanRecord['head'], 'seq' | 'updated'>;

export interface KeptAnswers {
  /**
   * The answer body kept for this request, if the principal may still read all plans that it was made of and the store still
   * has them so. Never throws: where plans cannot be read, the operation itself is to find out and say so.
   */
  find(request: string, scope: RequestScope): Promise<string | null>;
  /** Keeps the answer to a query that was executed without errors, if what it read allows it. */
  keep(request: string, principal: Principal, reads: Reads, body: string): void;
}

/** Plans of one answer; more are cheaper read as a list. */
const MAX_PLANS = 4;
/** Characters; documents of ordinary length, and not the templates that mutations carry. */
const LONGEST_REQUEST = 20_000;
const LONGEST_BODY = 256 * 1024;
/** Bytes of all entries together. */
const CAPACITY = 32 * 1024 * 1024;
/** Bytes that an entry costs besides its texts, about. */
const ENTRY_BYTES = 1024;

interface Entry {
  readonly states: PlanStates;
  readonly body: string;
}

export function recordReads(): Reads {
  const states = new Map<string, PlanState>();
  let keepable = true;
  return {
    plan(record) {
      const { id, seq, updated } = record.head;
      const known = states.get(id);
      if (known !== undefined && !isState(record, known)) keepable = false;
      states.set(id, { revision: record.revision, seq, updated });
    },
    other() {
      keepable = false;
    },
    states: () => (keepable && states.size > 0 && states.size <= MAX_PLANS ? states : null),
  };
}

/** Least recently used answers go first. `capacity`: bytes. */
export function createKeptAnswers(plans: Pick<PlanService, 'get'>, capacity = CAPACITY): KeptAnswers {
  const entries = new Map<string, Entry>();
  let size = 0;

  const remove = (key: string, entry: Entry) => {
    if (entries.delete(key)) size -= bytesOf(key, entry);
  };

  const isCurrent = async ({ states }: Entry, scope: RequestScope): Promise<boolean> => {
    try {
      for (const [id, state] of states) if (!isState(await plans.get(scope, id), state)) return false;
      return true;
    } catch {
      return false;
    }
  };

  return {
    async find(request, scope) {
      const key = request.length > LONGEST_REQUEST ? null : keyOf(request, scope.principal);
      const entry = key === null ? undefined : entries.get(key);
      if (key === null || entry === undefined) return null;
      const current = await isCurrent(entry, scope);
      // Another request may have put a newer answer in its place meanwhile.
      if (entries.get(key) === entry) {
        if (current) {
          entries.delete(key);
          entries.set(key, entry);
        } else remove(key, entry);
      }
      return current ? entry.body : null;
    },
    keep(request, principal, reads, body) {
      const states = reads.states();
      if (states === null || request.length > LONGEST_REQUEST || body.length > LONGEST_BODY) return;
      const key = keyOf(request, principal);
      const before = entries.get(key);
      if (before) remove(key, before);
      const entry = { states, body };
      entries.set(key, entry);
      size += bytesOf(key, entry);
      for (const [oldest, old] of entries) {
        if (size <= capacity) break;
        remove(oldest, old);
      }
    },
  };
}

function isState(record: PlanRecord | null, { revision, seq, updated }: PlanState): boolean {
  return record?.revision === revision && record.head.seq === seq && record.head.updated === updated;
}

/** The name's length keeps names and requests apart, whatever is in them. */
function keyOf(request: string, { kind, name }: Principal): string {
  return `${kind} ${name.length} ${name}${request}`;
}

/** At the most: texts of plain letters take half of it. */
function bytesOf(key: string, { body }: Entry): number {
  return 2 * (key.length + body.length) + ENTRY_BYTES;
}
