// A plan's history and saga as stored: pages of keys below its id.
import type { PlanEvent } from '../domain/plan.ts';
import type { ReservationStep } from '../domain/solution.ts';
import { eventCodec, stepCodec } from './codec.ts';
import { isPlanId, keys } from './keys.ts';
import type { Kv } from './kv.ts';

/** Stored events after `afterSeq` in order, each with the revision that wrote it. */
export async function readEvents(
  kv: Kv,
  planId: string,
  afterSeq: number,
): Promise<readonly { readonly event: PlanEvent; readonly revision: number }[]> {
  if (!isPlanId(planId)) return [];
  const out: { event: PlanEvent; revision: number }[] = [];
  let after = keys.event(planId, Math.max(0, Math.trunc(afterSeq)));
  for (;;) {
    const page = await kv.range(keys.events(planId), { after, limit: 500 });
    for (const entry of page.kvs) out.push({ event: eventCodec.decode(entry).event, revision: entry.modRevision });
    const last = page.kvs.at(-1);
    if (!page.more || !last) return out;
    after = last.key;
  }
}

/** The saga's steps in the order of reserving. */
export async function readReservations(kv: Kv, planId: string): Promise<readonly ReservationStep[]> {
  return (await readReservationRows(kv, planId)).map(({ step }) => step);
}

/** The same, each with the revision that wrote it. */
export async function readReservationRows(
  kv: Kv,
  planId: string,
): Promise<readonly { readonly step: ReservationStep; readonly revision: number }[]> {
  if (!isPlanId(planId)) return [];
  const rows: { step: ReservationStep; revision: number }[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await kv.range(keys.reservations(planId), { limit: 200, ...(after === undefined ? {} : { after }) });
    for (const entry of page.kvs) rows.push({ step: stepCodec.decode(entry).step, revision: entry.modRevision });
    const last = page.kvs.at(-1);
    if (!page.more || !last) break;
    after = last.key;
  }
  return rows.sort(({ step: a }, { step: b }) => a.order - b.order || (a.step < b.step ? -1 : 1));
}
