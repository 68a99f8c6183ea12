// The saga's rows of one claimed plan. Each write compares the claim and the row as this claim knows it, so that an attempt whose
// outcome was unknown, and which reaches the store late, finds the row changed and does nothing.
import type { CompensationSettings } from '../domain/compensation.ts';
import { ConductorError } from '../domain/errors.ts';
import type { PlanHead } from '../domain/plan.ts';
import type { SagaStore } from '../domain/ports.ts';
import type { ReservationStep } from '../domain/solution.ts';
import type { Clock } from '../lib/clock.ts';
import { stepCodec } from './codec.ts';
import { DEFAULT_COMPENSATION, entryOperation } from './compensation-rows.ts';
import type { HeldSteps } from './held-steps.ts';
import { keys } from './keys.ts';
import type { Kv, Operation } from './kv.ts';
import { readReservationRows } from './plan-history.ts';
import { unlessUnknown, when } from './request.ts';

/** Attempts at a write whose outcome is unknown. */
const TRIES = 4;

export interface SagaRowsOptions {
  readonly kv: Kv;
  readonly clock: Clock;
  readonly compensation?: CompensationSettings | undefined;
  /** Told of each step that is stored. */
  readonly held?: HeldSteps | undefined;
  readonly head: Pick<PlanHead, 'id' | 'requestId'>;
  /** The claim's key and the revision at which it is ours. */
  readonly fence: { readonly key: string; readonly modRevision: number };
  /** Throws CLAIM_LOST when the claim is over. */
  readonly assertHeld: () => void;
  /** The store says that the claim is gone. */
  readonly lose: () => void;
}

interface Row {
  readonly revision: number;
  readonly state: ReservationStep['state'];
}

export class SagaRows implements SagaStore {
  readonly #options: SagaRowsOptions;
  /** By step, as this claim has read or written them; null: not read yet. */
  #rows: Map<string, Row> | null = null;

  constructor(options: SagaRowsOptions) {
    this.#options = options;
  }

  assertOwned(): void {
    this.#options.assertHeld();
  }

  async list(): Promise<readonly ReservationStep[]> {
    const { steps } = await this.#read();
    for (const step of steps) this.#options.held?.note(this.#options.head, step);
    return steps;
  }

  async put(step: ReservationStep): Promise<void> {
    const { kv, clock, held, head, compensation = DEFAULT_COMPENSATION, assertHeld } = this.#options;
    assertHeld();
    const rows = this.#rows ?? (await this.#read()).rows;
    const value = stepCodec.encode({ step });
    const key = keys.reservation(head.id, step.step);
    const then = [{ put: key, value }, entryOperation(head, step, clock.now(), compensation)];
    const known = rows.get(step.step)?.revision ?? 0;
    rows.set(step.step, { revision: await this.#write(kv, key, value, then, known), state: step.state });
    held?.note(head, step);
    // The answer may have come to a process that stood still: then nothing is to be done with it.
    assertHeld();
  }

  /** With the end of a plan that is done: the entries of what it holds for good, as many as there is room for. */
  settled(room: number): Operation[] {
    const { id } = this.#options.head;
    const kept = [...(this.#rows ?? [])].filter(([, { state }]) => state === 'reserved');
    return kept.slice(0, Math.max(0, room)).map(([step]) => ({ delete: keys.compensation(id, step) }));
  }

  async #read() {
    const found = await readReservationRows(this.#options.kv, this.#options.head.id);
    const rows = new Map(found.map(({ step, revision }) => [step.step, { revision, state: step.state }]));
    this.#rows = rows;
    return { rows, steps: found.map(({ step }) => step) };
  }

  /** The row's revision once it is written. */
  async #write(kv: Kv, key: string, value: string, then: readonly Operation[], known: number): Promise<number> {
    const { fence, lose } = this.#options;
    let expected = known;
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const request = when([fence, { key, modRevision: expected }], then, [{ get: fence.key }, { get: key }]);
      const result = await kv.txn(request).catch(unlessUnknown);
      if (result === null) continue;
      if (result.succeeded) return result.revision;
      const [claim, row] = result.gets;
      if (claim?.modRevision !== fence.modRevision) {
        lose();
        throw new ConductorError('CLAIM_LOST');
      }
      // An attempt before this one was applied after all.
      if (row && Buffer.from(value).equals(row.value)) return row.modRevision;
      // Somebody without a claim has changed it, as who gives a release up by hand: the saga has the last word.
      expected = row?.modRevision ?? 0;
    }
    throw new ConductorError('STORE_OUTCOME_UNKNOWN');
  }
}
