// Which member of etcd a call goes to: one that did not answer rests for a while, and the others are asked meanwhile. So a member
// that is cut off, frozen or without a leader costs one deadline, and not one of every few calls. With one member, or when
// all of them rest, everything goes through: a refusal made up here would tell nobody anything.
import type { IOptions } from 'etcd3';
import type { Clock } from '../../lib/clock.ts';

type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;
type Call = (context: { readonly signal: AbortSignal }) => unknown;

/** First rest in milliseconds; doubles with each failure in a row. */
const REST_MS = 2_000;
const LONGEST_REST_MS = 15_000;
/** What a member says or does when it cannot serve; an error of the caller is none. */
const SICK =
  /deadline|unavailable|no connection|connection dropped|econn|goaway|cancelled|the watch stream|etcdserver: (no leader|request timed out|server stopped|leader changed)/i;

interface Health {
  restsUntil: number;
  failures: number;
}

/** Runs the call, once, whatever happened to earlier ones. */
const never = () => ({ dispose: () => undefined });

/** A policy of etcd3 that calls once and repeats nothing. */
export function policyOf(run: (call: () => Promise<unknown>) => Promise<unknown>): Policy {
  const execute = (call: Call) => run(async () => call({ signal: new AbortController().signal }));
  return { execute, onSuccess: never, onFailure: never } as unknown as Policy;
}

/** The member is left out for now; etcd3 goes on to the next one. */
class Resting extends Error {}

export class HostHealth {
  readonly #clock: Clock;
  readonly #hosts = new Map<string, Health>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The policy of one member; asked for once for each. */
  policy(host: string): Policy {
    const health: Health = { restsUntil: 0, failures: 0 };
    this.#hosts.set(host, health);
    return policyOf(async (call) => {
      if (this.#rests(health)) throw new Resting(`${host} rests`);
      const before = health.restsUntil;
      let ticked = false;
      if (health.failures > 0) setImmediate(() => (ticked = true));
      try {
        const result = await call();
        // A stream is "opened" at once, before anything was sent: that says nothing about the member.
        if (ticked && health.restsUntil === before) Object.assign(health, { restsUntil: 0, failures: 0 });
        return result;
      } catch (error) {
        if (isSick(error)) this.#failed(health);
        throw error;
      }
    });
  }

  #rests(health: Health): boolean {
    const now = this.#clock.monotonic();
    return health.restsUntil > now && [...this.#hosts.values()].some(({ restsUntil }) => restsUntil <= now);
  }

  #failed(health: Health): void {
    const now = this.#clock.monotonic();
    // Calls that were under way together fail together: that is one failure.
    if (health.restsUntil > now) return;
    health.restsUntil = now + Math.min(LONGEST_REST_MS, REST_MS * 2 ** health.failures);
    health.failures += 1;
  }
}

function isSick(error: unknown): boolean {
  return error instanceof Error && SICK.test(`${error.name} ${error.constructor.name} ${error.message}`);
}
