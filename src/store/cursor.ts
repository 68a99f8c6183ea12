// Cursors of the plan feed: which store, which revision, which event of the plan. Opaque to callers, checked when they come back.
import { ConductorError } from '../domain/errors.ts';
import type { Cursor } from '../domain/ports.ts';

export interface FeedPosition {
  readonly clusterId: string;
  /** Everything up to this revision was delivered. */
  readonly revision: number;
  /** Sequence number of the plan's event; 0 where the change is no event. */
  readonly seq: number;
}

export function encodeCursor({ clusterId, revision, seq }: FeedPosition): Cursor {
  return Buffer.from(`f1:${revision}:${seq}:${clusterId}`).toString('base64url');
}

/** Throws CURSOR_INVALID for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: Cursor): FeedPosition {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const match = /^f1:(\d{1,15}):(\d{1,9}):([\w-]{1,64})$/.exec(text);
  if (!match || Buffer.from(text).toString('base64url') !== cursor) throw new ConductorError('CURSOR_INVALID');
  return { revision: Number(match[1]), seq: Number(match[2]), clusterId: match[3] ?? '' };
}
