// Which candidates of two demands fit together: single tests, and whole rows for a chosen candidate of the earlier one, which
// are computed when first needed, kept while the memory allowance lasts, and computed again after that.
import type { Constraint } from '../framework/constraint.ts';
import { type Bits, setBit } from './bits.ts';
import type { PairModel, RuleModel } from './model.ts';

/** Shared by all pairs of one search. */
interface RowAllowance {
  bytesLeft: number;
}

export class PairRows {
  readonly pair: PairModel;
  /** Whether candidate `i` of demand `a` and `j` of demand `b` may stand together. */
  readonly compatible: (i: number, j: number) => boolean;
  readonly #size: number;
  /** Pairs tested for rows and columns so far. */
  tested = 0;
  readonly #fill: (i: number, row: Bits) => number;
  readonly #fillBack: ((j: number, column: Bits) => number) | null;
  readonly #column: Bits;
  readonly #rows: (Bits | undefined)[] = [];
  readonly #allowance: RowAllowance;
  readonly #flip: () => PairRows;
  #flipped: PairRows | null = null;

  constructor(pair: PairModel, rule: RuleModel, type: Constraint<unknown>, allowance: RowAllowance) {
    const test = type.pair;
    if (!test) throw new Error(`constraint type '${type.name}' has no pair test`);
    this.pair = pair;
    this.compatible = test.between(rule.params, pair.left, pair.right);
    this.#size = pair.right.values.length / pair.right.width;
    this.#fill = test.rows?.(rule.params, pair.left, pair.right) ?? ((i, row) => this.#test(i, row));
    this.#allowance = allowance;
    this.#fillBack = test.rows?.(rule.params, pair.right, pair.left) ?? null;
    this.#column = new Uint32Array((pair.left.values.length / pair.left.width + 31) >>> 5);
    const { a, b, left, right } = pair;
    this.#flip = () => new PairRows({ ...pair, a: b, b: a, left: right, right: left }, rule, type, allowance);
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
    this.tested += this.#fill(i, row);
    if (this.#allowance.bytesLeft >= row.byteLength) {
      this.#allowance.bytesLeft -= row.byteLength;
      this.#rows[i] = row;
    }
    return row;
  }

  /** The candidates of demand `a` that fit `j` of demand `b`, in storage that the next call writes over; null: no quick way. */
  column(j: number): Bits | null {
    if (!this.#fillBack) return null;
    this.#column.fill(0);
    this.tested += this.#fillBack(j, this.#column);
    return this.#column;
  }

  /** The same pair with `b` decided before `a`; tests are symmetric. Its rows count against the same allowance. */
  flipped(): PairRows {
    this.#flipped ??= this.#flip();
    return this.#flipped;
  }

  #test(i: number, row: Bits): number {
    for (let j = 0; j < this.#size; j += 1) if (this.compatible(i, j)) setBit(row, j);
    return this.#size;
  }
}
