// Says in good time that the client certificate towards an upstream system runs out: at start, and then every day.
import { X509Certificate } from 'node:crypto';
import type { Logger } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';

const DAY_MS = 86_400_000;
/** Days before the end from which on it is said every day; the last week it is an error. */
const SOON_DAYS = 30;
const URGENT_DAYS = 7;

/** Returns what stops it. A certificate that cannot be read is the business of who loads it. */
export function watchExpiry(system: string, pem: Buffer | undefined, clock: Clock, logger: Logger): () => void {
  if (!pem) return () => undefined;
  const { validTo } = new X509Certificate(pem);
  let cancel = () => undefined as unknown;
  const look = () => {
    const days = Math.floor((Date.parse(validTo) - clock.now()) / DAY_MS);
    const fields = { system, days, validTo };
    if (days < 0) logger.error(fields, 'the client certificate has expired');
    else if (days <= URGENT_DAYS) logger.error(fields, 'the client certificate expires within days');
    else if (days <= SOON_DAYS) logger.warn(fields, 'the client certificate expires soon');
    cancel = clock.after(DAY_MS, look);
  };
  look();
  return () => cancel();
}
