// Listing plans of OOF-HAS by time: its layout has no index, so one is kept in memory. It is read once, when somebody first asks
// for a list, page by page and without the documents; from then on the watch keeps it.
import { ConductorError } from '../../domain/errors.ts';
import type { PlanRecord } from '../../domain/plan.ts';
import type { PlanFilter, PlanPage, PlanQuery } from '../../domain/ports.ts';
import { singleFlight } from '../../lib/concurrency.ts';
import { seal, unseal } from '../cursor.ts';
import { idOf } from '../keys.ts';
import type { Kv, WatchEvent } from '../kv.ts';
import { matchesHead } from '../plan-filter.ts';
import { listAll } from '../resync.ts';
import { HAS_PLANS, isHasPlanKey, readHasRow } from './layout.ts';

/** What never changes of a plan and is filtered on without reading it. */
interface Entry {
  readonly id: string;
  readonly created: number;
  readonly name: string;
}

type ReadMany = (ids: readonly string[]) => Promise<readonly (PlanRecord | null)[]>;

/** Rows carry their documents: few of them at a time. */
const PAGE = 50;

export class HasPlanList {
  readonly #kv: Kv;
  readonly #entries = new Map<string, Entry>();
  /** Deleted while the rows were being read. */
  #deleted: Set<string> | null = null;
  #complete = false;
  #sorted: readonly Entry[] | null = null;
  readonly #fill: () => Promise<void>;

  constructor(kv: Kv) {
    this.#kv = kv;
    this.#fill = singleFlight(() => this.#readAll());
  }

  /** Changes of rows as watched, also before anybody asked. */
  onEvents(events: readonly WatchEvent[]): void {
    for (const event of events) {
      if (event.type === 'put') this.#add(event.kv.key, () => readHasRow(event.kv));
      else {
        const id = idOf(event.key);
        this.#deleted?.add(id);
        if (this.#entries.delete(id)) this.#sorted = null;
      }
    }
  }

  /** Throws CURSOR_INVALID. */
  async page(query: PlanQuery, readMany: ReadMany): Promise<PlanPage> {
    const after = query.after === undefined ? null : decodeCursor(query.after);
    if (!this.#complete) await this.#fill();
    const plans: PlanRecord[] = [];
    for await (const plan of this.#matching(query, after, readMany)) {
      if (plans.length >= query.first) return pageOf(plans, true);
      plans.push(plan);
    }
    return pageOf(plans, false);
  }

  async *#matching({ filter = {}, order, first }: PlanQuery, after: Entry | null, readMany: ReadMany) {
    this.#sorted ??= [...this.#entries.values()].sort(compare);
    const oldestFirst = order === 'oldest-first';
    const wanted = (oldestFirst ? this.#sorted : this.#sorted.toReversed()).filter(
      (entry) =>
        mayMatch(filter, entry) && (!after || (oldestFirst ? compare(entry, after) : compare(after, entry)) > 0),
    );
    const size = Math.min(PAGE, first + 1);
    for (let at = 0; at < wanted.length; at += size) {
      for (const plan of await readMany(wanted.slice(at, at + size).map(({ id }) => id))) {
        if (plan && matchesHead(filter, plan.head)) yield plan;
      }
    }
  }

  async #readAll(): Promise<void> {
    const deleted = new Set<string>();
    this.#deleted = deleted;
    try {
      for await (const { kvs } of listAll(this.#kv, HAS_PLANS, { limit: PAGE, keysOnly: false })) {
        for (const found of kvs) if (!deleted.has(idOf(found.key))) this.#add(found.key, () => readHasRow(found));
      }
      this.#complete = true;
    } finally {
      this.#deleted = null;
    }
  }

  #add(key: string, read: () => ReturnType<typeof readHasRow>): void {
    const id = idOf(key);
    if (!isHasPlanKey(key) || this.#entries.has(id)) return;
    const row = read();
    if ('problem' in row) return;
    this.#entries.set(id, { id, created: row.created, name: row.name });
    this.#sorted = null;
  }
}

function mayMatch({ name, createdAfter, createdBefore }: PlanFilter, entry: Entry): boolean {
  if (name !== undefined && entry.name !== name) return false;
  if (createdAfter !== undefined && entry.created < createdAfter) return false;
  return createdBefore === undefined || entry.created < createdBefore;
}

function compare(a: Pick<Entry, 'created' | 'id'>, b: Pick<Entry, 'created' | 'id'>): number {
  return a.created - b.created || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function pageOf(plans: readonly PlanRecord[], hasNextPage: boolean): PlanPage {
  return { plans, cursors: plans.map(({ head }) => seal(`h1:${head.created}:${head.id}`)), hasNextPage };
}

function decodeCursor(cursor: string): Entry {
  const match = /^h1:(\d{1,15}):([\w.-]{1,128})$/.exec(unseal(cursor));
  if (!match) throw new ConductorError('CURSOR_INVALID');
  return { created: Number(match[1]), id: match[2] ?? '', name: '' };
}
