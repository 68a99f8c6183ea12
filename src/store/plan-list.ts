// Listing plans in time order: pages of the index, then the heads they name; nothing is scanned that the page does not need.
import { ConductorError } from '../domain/errors.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { PlanFilter, PlanPage, PlanQuery } from '../domain/ports.ts';
import { indexCodec } from './codec.ts';
import { seal, unseal } from './cursor.ts';
import { INDEX, type IndexOrder, idOf, indexPosition } from './keys.ts';
import { type KeyValue, type Kv, MAX_TXN_OPERATIONS } from './kv.ts';
import { matchesHead, matchesIndex } from './plan-filter.ts';
import { isUnreadable } from './read-plans.ts';

type ReadMany = (ids: readonly string[]) => Promise<readonly (PlanRecord | null)[]>;

/** One page; `cursors` are the plans' places in the order, so they stay good when plans come and go. Throws CURSOR_INVALID. */
export async function listPlans(kv: Kv, readMany: ReadMany, query: PlanQuery): Promise<PlanPage> {
  const plans: PlanRecord[] = [];
  for await (const plan of matching(kv, readMany, query)) {
    if (plans.length >= query.first) return page(plans, true);
    plans.push(plan);
  }
  return page(plans, false);
}

async function* matching(kv: Kv, readMany: ReadMany, query: PlanQuery): AsyncGenerator<PlanRecord> {
  const { filter = {}, order } = query;
  let after: string | undefined = start(query);
  const limit = Math.min(MAX_TXN_OPERATIONS, Math.max(10, query.first + 1));
  for (;;) {
    const entries = await kv.range(INDEX[order], { limit, ...(after === undefined ? {} : { after }) });
    const wanted = entries.kvs.filter((entry) => mayMatch(filter, entry));
    for (const plan of await readMany(wanted.map(({ key }) => idOf(key)))) {
      // A plan deleted since the index was read is simply no longer there, nor is one that cannot be read.
      if (plan && matchesHead(filter, plan.head)) yield plan;
    }
    const last = entries.kvs.at(-1);
    if (!entries.more || !last || beyond(filter, order, createdOf(last, order))) return;
    after = last.key;
  }
}

/** Where the entry itself cannot be read, the head decides. */
function mayMatch(filter: PlanFilter, entry: KeyValue): boolean {
  try {
    return matchesIndex(filter, indexCodec.decode(entry));
  } catch (error) {
    if (isUnreadable(error)) return true;
    throw error;
  }
}

/** Where to begin: after the cursor or at the filter's edge in time, whichever is later in the order. */
function start({ filter = {}, order, after }: PlanQuery): string | undefined {
  const cursor = after === undefined ? '' : decodeCursor(after, order);
  const edge = order === 'oldest-first' ? filter.createdAfter : filter.createdBefore;
  // `/` is the last character of the time, so this place is before every plan of that millisecond (or, newest first, of the
  // one at which `createdBefore` excludes: plans at the edge itself are then left out by the filter).
  const bound = edge === undefined ? '' : indexPosition(order, edge, '');
  const from = [cursor, bound].sort().at(-1) ?? '';
  return from === '' ? undefined : `${INDEX[order]}${from}`;
}

/** Whether nothing further in the order can match the filter's span of time. */
function beyond(filter: PlanFilter, order: IndexOrder, created: number): boolean {
  if (order === 'oldest-first') return filter.createdBefore !== undefined && created >= filter.createdBefore;
  return filter.createdAfter !== undefined && created < filter.createdAfter;
}

function createdOf(entry: KeyValue, order: IndexOrder): number {
  const digits = Number(entry.key.slice(INDEX[order].length, INDEX[order].length + 15));
  return order === 'oldest-first' ? digits : 10 ** 15 - 1 - digits;
}

/** The order is no part of a cursor: a place in time means the same in both. */
function page(plans: readonly PlanRecord[], hasNextPage: boolean): PlanPage {
  return { plans, cursors: plans.map(({ head }) => encodeCursor(head.created, head.id)), hasNextPage };
}

function encodeCursor(created: number, id: string): string {
  return seal(`p1:${created}:${id}`);
}

function decodeCursor(cursor: string, order: IndexOrder): string {
  const match = /^p1:(\d{1,15}):([\w.-]{1,128})$/.exec(unseal(cursor));
  if (!match) throw new ConductorError('CURSOR_INVALID');
  return indexPosition(order, Number(match[1]), match[2] ?? '');
}
