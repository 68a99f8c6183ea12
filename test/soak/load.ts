// Plans, one after the other at a steady rate, created as a careful client does it: with an idempotency key, at another gateway
// when one does not answer, until one does.
import { randomUUID } from 'node:crypto';
import { AUTHORIZATION } from '../faults/api.ts';
import { INVALID, ONE_RESERVATION } from '../faults/templates.ts';
import type { Numbers } from './numbers.ts';

export interface Kind {
  readonly name: string;
  readonly template: string | object;
  /** How such a plan ends when nothing is broken and there is room. */
  readonly end: string;
}

const SOLVABLE: Kind = { name: 'solvable', template: ONE_RESERVATION, end: 'done' };
const INFEASIBLE: Kind = {
  name: 'infeasible',
  template: ONE_RESERVATION.replace('distance: "< 1500 km"', 'distance: "< 1 km"'),
  end: 'not found',
};
const WRONG: Kind = { name: 'invalid', template: INVALID, end: 'error' };

export const KINDS = [SOLVABLE, INFEASIBLE, WRONG] as const;

/** Of solvable plans. */
export const SHARE_SOLVABLE = 0.6;
const SHARE_INFEASIBLE = 0.25;

export function kindOf(numbers: Numbers): Kind {
  const place = numbers.next();
  if (place < SHARE_SOLVABLE) return SOLVABLE;
  return place < SHARE_SOLVABLE + SHARE_INFEASIBLE ? INFEASIBLE : WRONG;
}

const PATIENCE_MS = 4_000;

export interface Created {
  readonly id: string;
  /** Statuses of the answers that refused it before; 0 where none came. */
  readonly refusals: readonly number[];
}

/** Asks until a gateway accepts; null when the soak is stopped before. Throws when one answers that the request is wrong. */
export async function create(
  kind: Kind,
  name: string,
  urls: () => readonly string[],
  numbers: Numbers,
  stopped: AbortSignal,
): Promise<Created | null> {
  const body = JSON.stringify({ name, template: kind.template });
  const headers = {
    authorization: AUTHORIZATION,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  };
  const refusals: number[] = [];
  while (!stopped.aborted) {
    const all = urls();
    const url = all.length > 0 ? numbers.pick(all) : 'http://127.0.0.1:1';
    const { status, text } = await post(`${url}/v1/plans`, headers, body);
    if (status === 201 || status === 200) return { id: (JSON.parse(text) as { id: string }).id, refusals };
    if (!LATER.has(status)) throw new Error(`creating a plan was answered ${status}: ${text}`);
    refusals.push(status);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return null;
}

/** No answer, a twin in flight, busy, draining, no store: the same again, somewhere else. */
const LATER: ReadonlySet<number> = new Set([0, 409, 429, 500, 502, 503, 504]);

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return { status: 0, text: '' };
  }
}
