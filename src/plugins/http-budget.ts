// How much a client may repeat: retries are a bounded share of its requests, so that a system in trouble is not kept there by those
// who ask it again. A few are always free, for a client that asks seldom.

/** Retries that a client may make before it has earned any. */
const FREE = 10;
/** Retries earned by one request. */
const SHARE = 0.1;

export interface RetryBudget {
  /** A request begins; its first try is always made. */
  earn(): void;
  /** Whether one more try may be made; it is then spent. */
  spend(): boolean;
}

export function createRetryBudget(): RetryBudget {
  let left = FREE;
  return {
    earn() {
      left = Math.min(FREE, left + SHARE);
    },
    spend() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
