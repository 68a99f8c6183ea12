// Cursors of the plan feed: which store, which revision, which event of which plan. Opaque to callers, checked when they come back.
import { ConductorError } from '../domain/errors.ts';
import type { Cursor } from '../domain/ports.ts';
import { sha256 } from '../lib/json.ts';

export interface FeedPosition {
  readonly clusterId: string;
  /** Everything up to this revision was delivered. */
  readonly revision: number;
  /** Sequence number of the plan's event; 0 after its deletion, 1 where a gap was told. */
  readonly seq: number;
  /** The plan of the event; absent where a gap was told, and in cursors of earlier releases. */
  readonly planId?: string;
}

export function encodeCursor({ clusterId, revision, seq, planId }: FeedPosition): Cursor {
  const place = `${revision}:${seq}:${clusterId}`;
  return seal(planId === undefined ? `f1:${place}` : `f2:${place}:${planId}`);
}

/** Throws CURSOR_INVALID for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: Cursor): FeedPosition {
  const match = FORM.exec(unseal(cursor));
  if (!match) throw new ConductorError('CURSOR_INVALID');
  const [, form, revision, seq, clusterId = '', planId] = match;
  if ((form === 'f2') !== (planId !== undefined)) throw new ConductorError('CURSOR_INVALID');
  const position = { revision: Number(revision), seq: Number(seq), clusterId };
  return planId === undefined ? position : { ...position, planId };
}

const FORM = /^(f[12]):(\d{1,15}):(\d{1,9}):([\w-]{1,64})(?::([A-Za-z0-9][\w.-]{0,127}))?$/;

/** Whether the cursor is known to be of another plan. */
export function isOfOther(position: FeedPosition, planId: string): boolean {
  return position.planId !== undefined && position.planId !== planId;
}

/** Text as an opaque token; its check digits tell a cut or mistyped one, they keep no secret. */
export function seal(text: string): string {
  return Buffer.from(`${checkDigits(text)}${text}`).toString('base64url');
}

/** Throws CURSOR_INVALID for anything that `seal` did not make. */
export function unseal(token: string): string {
  const text = Buffer.from(token.slice(0, 1_000), 'base64url').toString('utf8').slice(CHECK_DIGITS);
  if (seal(text) !== token) throw new ConductorError('CURSOR_INVALID');
  return text;
}

const CHECK_DIGITS = 6;

function checkDigits(text: string): string {
  return sha256(text).slice(0, CHECK_DIGITS);
}
