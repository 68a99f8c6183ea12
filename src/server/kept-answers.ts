// Answers that are sent again to whoever asks the same of plans that have not changed since: clients that poll, and pages that
// many people look at. Each time the heads of those plans are read from the store, so no answer is ever older than the store.
import type { PlanRecord } from '../domain/plan.ts';
import type { Principal } from '../domain/principal.ts';
import type { ReadLog } from '../resolvers/context.ts';
import type { RequestScope } from '../services/index.ts';

/** A read log with what it was told. */
export interface Reads extends ReadLog {
  /** Revisions by plan id; null for a result that is not to be kept. */
  revisions(): ReadonlyMap<string, number> | null;
}

export interface KeptAnswers {
  /** The answer body kept for this request, if the store still has what it was made of. Throws what reading plans throws. */
  find(request: string, scope: RequestScope): Promise<string | null>;
  keep(request: string, principal: Principal, reads: Reads, body: string): void;
}

/** `get` of the plan service: asks for the principal's right each time. */
type ReadPlan = (scope: RequestScope, id: string) => Promise<PlanRecord | null>;

/** Plans of one answer; more are cheaper read as a list. */
const MAX_PLANS = 4;
/** Characters of requests and answers together. */
const CAPACITY = 16 * 1024 * 1024;
const LARGEST = 256 * 1024;

interface Entry {
  readonly revisions: ReadonlyMap<string, number>;
  readonly body: string;
}

export function recordReads(): Reads {
  const revisions = new Map<string, number>();
  let keepable = true;
  return {
    plan({ head, revision }) {
      const known = revisions.get(head.id);
      if (known !== undefined && known !== revision) keepable = false;
      revisions.set(head.id, revision);
    },
    other() {
      keepable = false;
    },
    revisions: () => (keepable && revisions.size > 0 && revisions.size <= MAX_PLANS ? revisions : null),
  };
}

/** Least recently used answers go first. */
export function createKeptAnswers(readPlan: ReadPlan): KeptAnswers {
  const entries = new Map<string, Entry>();
  let size = 0;

  const remove = (key: string, entry: Entry) => {
    if (entries.delete(key)) size -= sizeOf(key, entry);
  };

  return {
    async find(request, scope) {
      const key = keyOf(request, scope.principal);
      const entry = entries.get(key);
      if (entry === undefined) return null;
      for (const [id, revision] of entry.revisions) {
        const present = await readPlan(scope, id);
        if (present?.revision === revision) continue;
        if (entries.get(key) === entry) remove(key, entry);
        return null;
      }
      if (entries.delete(key)) entries.set(key, entry);
      return entry.body;
    },
    keep(request, principal, reads, body) {
      const revisions = reads.revisions();
      const key = keyOf(request, principal);
      const entry = { revisions: revisions ?? new Map(), body };
      if (revisions === null || sizeOf(key, entry) > LARGEST) return;
      const before = entries.get(key);
      if (before) remove(key, before);
      entries.set(key, entry);
      size += sizeOf(key, entry);
      for (const [oldest, old] of entries) {
        if (size <= CAPACITY) break;
        remove(oldest, old);
      }
    },
  };
}

function keyOf(request: string, { kind, name }: Principal): string {
  return `${kind} ${name}\n${request}`;
}

function sizeOf(key: string, { body }: Entry): number {
  return key.length + body.length;
}
