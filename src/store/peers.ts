// Who else works on a stage, as the members' rows say, and whose turn a plan is: every process gives the workers of a stage the same
// order for each plan, so that one goes first and the others need not race it. A wrong idea of who is there costs a moment, no more:
// the claim decides.
import type { Member } from '../domain/members.ts';
import type { Stage } from '../domain/plan.ts';
import type { Logger } from '../domain/ports.ts';
import { share } from '../lib/hash.ts';
import { memberCodec } from './codec.ts';
import { idOf } from './keys.ts';
import type { WatchEvent } from './kv.ts';

export class Peers {
  readonly #self: string;
  readonly #logger: Logger;
  readonly #members = new Map<string, Pick<Member, 'roles' | 'draining'>>();
  /** Counts the changes that may change an order. */
  #generation = 0;

  /** `self`: id of this process among the members. */
  constructor(self: string, logger: Logger) {
    this.#self = self;
    this.#logger = logger;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Changes under `members/`. */
  onMembers(events: readonly WatchEvent[]): void {
    for (const event of events) {
      if (event.type === 'delete') this.#remove(idOf(event.key));
      else {
        try {
          this.#put(memberCodec.decode(event.kv));
        } catch (error) {
          this.#logger.debug({ key: event.kv.key, err: error }, 'a member cannot be read');
        }
      }
    }
  }

  /** How many workers of the stage come before this process for the plan. The order is the same for all stages. */
  rank(stage: Stage, planId: string): number {
    const own = share(`${this.#self} ${planId}`);
    let before = 0;
    for (const [id, { roles, draining }] of this.#members) {
      if (id === this.#self || draining || !roles.includes(stage)) continue;
      if (share(`${id} ${planId}`) > own) before += 1;
    }
    return before;
  }

  #put({ id, roles, draining }: Member): void {
    const known = this.#members.get(id);
    // Rows are written again for what they count, which changes no order.
    if (known && known.draining === draining && String(known.roles) === String(roles)) return;
    this.#members.set(id, { roles, ...(draining ? { draining } : {}) });
    this.#generation += 1;
  }

  #remove(id: string): void {
    if (this.#members.delete(id)) this.#generation += 1;
  }
}
