// Which candidates of a later demand fit a chosen candidate of an earlier one: computed when first needed, kept while the
// memory allowance lasts, computed again after that.
import type { Constraint } from '../framework/constraint.ts';
import { type Bits, setBit } from './bits.ts';
import type { PairModel, RuleModel } from './model.ts';

/** Shared by all pairs of one search. */
interface RowAllowance {
  bytesLeft: number;
}

export class PairRows {
  readonly pair: PairModel;
  readonly #compatible: (i: number, j: number) => boolean;
  readonly #size: number;
  readonly #rows: (Bits | undefined)[] = [];
  readonly #allowance: RowAllowance;

  constructor(pair: PairModel, rule: RuleModel, type: Constraint<unknown>, allowance: RowAllowance) {
    const test = type.pair;
    if (!test) throw new Error(`constraint type '${type.name}' has no pair test`);
    this.pair = pair;
    this.#compatible = test.between(rule.params, pair.left, pair.right);
    this.#size = pair.right.values.length / pair.right.width;
    this.#allowance = allowance;
  }

  /** Tests of single pairs that `row(i)` would cost now. */
  costOf(i: number): number {
    return this.#rows[i] ? 0 : this.#size;
  }

  /** The candidates of demand `b` that fit candidate `i` of demand `a`. Do not change it. */
  row(i: number): Bits {
    const kept = this.#rows[i];
    if (kept) return kept;
    const row = new Uint32Array((this.#size + 31) >>> 5);
    for (let j = 0; j < this.#size; j += 1) if (this.#compatible(i, j)) setBit(row, j);
    if (this.#allowance.bytesLeft >= row.byteLength) {
      this.#allowance.bytesLeft -= row.byteLength;
      this.#rows[i] = row;
    }
    return row;
  }
}
