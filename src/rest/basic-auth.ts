// HTTP Basic credentials, checked in constant time on digests and never logged. The scheme word is not checked, because
// clients of the reference API may send any; user name and password are parted at the first colon only.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ConductorError, isConductorError } from '../domain/errors.ts';
import { ANONYMOUS, type PermissionCheck, type Principal } from '../domain/principal.ts';

export interface BasicAuthSettings {
  readonly required: boolean;
  readonly username: string;
  readonly password: string;
  /** Must grant, too; credentials are then always required. */
  readonly permission?: PermissionCheck | undefined;
}

/**
 * Gives the principal of an Authorization header, at once unless a permission must be asked for. Throws, or rejects with,
 * CREDENTIALS_MISSING or UNAUTHENTICATED; with UPSTREAM_UNAVAILABLE when nobody can say now whether the permission is there.
 */
export type Authenticate = (authorization: string | undefined) => Principal | Promise<Principal>;

/** Without `required` everybody gets in; correct credentials then still give the caller a name. */
export function createBasicAuth({ required, username, password, permission }: BasicAuthSettings): Authenticate {
  const same = constantTimeCompare();
  const accepted = lastAccepted();
  const principal: Principal = { name: username, kind: 'basic' };
  const configured = username !== '' && password !== '';
  const check = (authorization: string | undefined): Principal => {
    if (authorization !== undefined && accepted.is(authorization)) return principal;
    const given = readBasicCredentials(authorization);
    if (given === null) throw new ConductorError('CREDENTIALS_MISSING');
    const userOk = same(given.username, username);
    const passwordOk = same(given.password, password);
    if (!(userOk && passwordOk && configured)) throw new ConductorError('UNAUTHENTICATED');
    accepted.keep(authorization ?? '');
    return principal;
  };
  if (permission) return (authorization) => withPermission(check(authorization), permission);
  if (required) return check;
  return (authorization) => {
    try {
      return check(authorization);
    } catch {
      return ANONYMOUS;
    }
  };
}

/** Whether the caller has to send other credentials: they are wrong or missing. */
export function isUnauthorized(error: unknown): boolean {
  return isConductorError(error, 'CREDENTIALS_MISSING') || isConductorError(error, 'UNAUTHENTICATED');
}

function withPermission(principal: Principal, permission: PermissionCheck): Principal | Promise<Principal> {
  const granted = permission.granted();
  if (granted === true) return principal;
  return granted.then((yes) => {
    if (!yes) throw new ConductorError('UNAUTHENTICATED');
    return principal;
  });
}

/** Longer headers are looked at in full each time. */
const REMEMBERED_BYTES = 512;

/** Knows the header that was right before, at a fraction of the digests' cost, and in a time that tells nothing about it. */
function lastAccepted(): { is(header: string): boolean; keep(header: string): void } {
  const kept = Buffer.alloc(REMEMBERED_BYTES);
  const given = Buffer.alloc(REMEMBERED_BYTES);
  let any = false;
  const fits = (header: string) => Buffer.byteLength(header) <= REMEMBERED_BYTES;
  return {
    is(header) {
      if (!any || !fits(header)) return false;
      given.fill(0).write(header);
      return timingSafeEqual(given, kept);
    },
    keep(header) {
      any = fits(header);
      if (any) kept.fill(0).write(header);
    },
  };
}

/** Compares two texts in a time that does not depend on where they differ. */
export function constantTimeCompare(): (a: string, b: string) => boolean {
  const key = randomBytes(32);
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  return (a, b) => timingSafeEqual(digest(a), digest(b));
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** null when the header has no second word, or that is not base64 of UTF-8 text with a colon. */
export function readBasicCredentials(
  authorization: string | undefined,
): { readonly username: string; readonly password: string } | null {
  const encoded = authorization?.split(' ')[1];
  if (encoded === undefined || encoded.length % 4 !== 0 || !BASE64.test(encoded)) return null;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    return null;
  }
  const colon = text.indexOf(':');
  return colon < 0 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
