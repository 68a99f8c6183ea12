// AAF: whether the gateway's own identity has a permission that lets it serve. A granted answer is kept for hours; a refusal, an
// error or an answer that cannot be read is not, so that a permission given later, or an AAF that is back, counts at once. Nobody
// is let in meanwhile, but whoever asks during an outage is told that it is one.
import { ConductorError, isConductorError } from '../../domain/errors.ts';
import type { Logger } from '../../domain/ports.ts';
import type { PermissionCheck } from '../../domain/principal.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { isJsonObject, type JsonValue, own } from '../../lib/json.ts';
import type { HttpClient } from '../http.ts';
import { statusError } from '../http-status.ts';

export interface Permission {
  readonly type: string;
  readonly instance: string;
  readonly action: string;
}

export interface AafOptions {
  /** Base URL: all of `aaf_url`; closed with the check. */
  readonly http: HttpClient;
  /** Whose permissions are asked for. */
  readonly user: string;
  /** One of these is enough. */
  readonly accepted: readonly Permission[];
  /** How long a granted permission is kept. */
  readonly keepMs: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

export interface Aaf extends PermissionCheck {
  close(): Promise<void>;
}

/** Version 2.1 of the answer, as every client of AAF in ONAP asks for it. */
const ACCEPT = 'application/Perms+json;q=1.0;charset=utf-8;version=2.1,application/json;q=1.0;version=2.1,*/*;q=1.0';

export function createAaf(options: AafOptions): Aaf {
  const { http, user, keepMs, clock, logger } = options;
  let keptUntil = Number.NEGATIVE_INFINITY;
  let underWay: Promise<boolean> | null = null;

  async function look(): Promise<boolean> {
    try {
      const granted = await ask(options);
      if (granted) keptUntil = clock.monotonic() + keepMs;
      else logger.warn({ system: 'AAF', user }, 'AAF gives none of the accepted permissions');
      return granted;
    } catch (error) {
      logger.warn({ system: 'AAF', user, err: error }, 'permissions could not be read: credentials are refused');
      if (isConductorError(error) && error.retryable) throw unavailable(error);
      return false;
    } finally {
      underWay = null;
    }
  }

  return {
    granted() {
      if (clock.monotonic() < keptUntil) return true;
      underWay ??= look();
      return underWay;
    },
    close: () => http.close(),
  };
}

function unavailable(cause: ConductorError): ConductorError {
  return new ConductorError('UPSTREAM_UNAVAILABLE', 'AAF cannot say now who may be let in.', { cause });
}

async function ask({ http, user, accepted, ids }: AafOptions): Promise<boolean> {
  const { status, body } = await http.request({
    method: 'GET',
    path: `/${encodeURIComponent(user)}`,
    headers: { Accept: ACCEPT },
    ctx: { requestId: ids.uuid() },
  });
  if (status !== 200) throw statusError('AAF', 'GET permissions by user', status);
  const given = own(body, 'perm');
  return Array.isArray(given) && given.some((permission) => accepted.some((wanted) => satisfies(permission, wanted)));
}

/** A `*` of AAF matches only a `*` that is accepted. */
function satisfies(given: JsonValue, { type, instance, action }: Permission): boolean {
  if (!isJsonObject(given)) return false;
  const same = (name: 'instance' | 'action', wanted: string) => wanted === '*' || own(given, name) === wanted;
  return own(given, 'type') === type && same('instance', instance) && same('action', action);
}
