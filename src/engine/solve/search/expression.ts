// The part of an objective that mixes demands, as the search evaluates it: operators over numbered slots, each slot the value
// of one candidate. Every operator grows or falls steadily in each slot, so the best end of each slot gives an honest bound.

export interface SlotExpression {
  readonly kind: 'slot';
  readonly slot: number;
}

export interface OperatorExpression {
  readonly kind: 'operator';
  readonly operator: 'sum' | 'min' | 'max';
  /** At least one. */
  readonly operands: readonly Expression[];
  /** The result is `(combined − start) / span × weight`. */
  readonly start: number;
  readonly span: number;
  readonly weight: number;
}

export type Expression = SlotExpression | OperatorExpression;

/** A slot that is NaN belongs to an undecided demand and is skipped; NaN when nothing is left. */
export function evaluate(node: Expression, slots: Float64Array): number {
  if (node.kind === 'slot') return slots[node.slot] ?? Number.NaN;
  let combined = Number.NaN;
  for (const operand of node.operands) {
    const value = evaluate(operand, slots);
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(combined)) combined = value;
    else if (node.operator === 'sum') combined += value;
    else if (node.operator === 'min' ? value < combined : value > combined) combined = value;
  }
  return ((combined - node.start) / node.span) * node.weight;
}

/** For each slot of the expression, whether the value grows (1) or falls (-1) with it. */
export function directions(
  node: Expression,
  outer: 1 | -1 = 1,
): readonly (readonly [slot: number, direction: 1 | -1])[] {
  if (node.kind === 'slot') return [[node.slot, outer]];
  const falls = node.span < 0 !== node.weight < 0;
  const inner = falls ? (-outer as 1 | -1) : outer;
  return node.operands.flatMap((operand) => directions(operand, inner));
}
