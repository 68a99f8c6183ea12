// Takes an objective's tree apart for the search: what concerns one demand alone becomes a score for each of its candidates,
// and only what mixes demands by minimum or maximum stays a tree. Sums distribute over their normalisation and weight.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Measure, ObjectiveNode, ObjectiveOperation, PreparedObjective } from './objective.ts';
import { affine, leavesOf, nodeValue } from './tree.ts';

/** A part of the objective and what multiplies it on the way to the total; the search always minimises. */
interface Share {
  readonly node: ObjectiveNode;
  readonly slope: number;
}

interface MixedShare extends Share {
  readonly node: ObjectiveOperation;
}

export interface Shares {
  /** Total of the search × `sign` + `constant` = value of the objective. */
  readonly sign: 1 | -1;
  readonly constant: number;
  /** Shares that mix demands. */
  readonly mixed: readonly MixedShare[];
  /** Totals closer than this may differ by rounding alone. */
  readonly noise: number;
  mixes(demand: string): boolean;
  /** What the candidate adds to the total of the search by itself. */
  score(demand: string, candidate: Candidate): number;
  /**
   * By what candidates of a demand are tried in turn, ascending: the total with this demand alone decided. Equal to the
   * score, but for a constant, where no share mixes the demand with others; then it is the score.
   */
  key(demand: string, candidate: Candidate): number;
}

/** `candidatesOf` gives those that are to be valued. */
export function sharesOf(
  { root, goal }: PreparedObjective,
  candidatesOf: (demand: string) => readonly Candidate[],
): Shares {
  const sign = goal === 'max' ? -1 : 1;
  const own = new Map<string, Share[]>();
  const mixed: MixedShare[] = [];
  let constant = 0;
  const take = (node: ObjectiveNode, slope: number): void => {
    const demands = new Set(leavesOf(node).map(({ term }) => term.demand));
    const [first] = demands;
    if (first === undefined) return;
    if (node.kind === 'leaf' || demands.size === 1) own.set(first, [...(own.get(first) ?? []), { node, slope }]);
    else if (node.operator === 'sum' || node.operands.length === 1) {
      const { factor, offset } = affine(node);
      constant += slope * offset;
      for (const operand of node.operands) take(operand, slope * factor);
    } else mixed.push({ node, slope });
  };
  take(root, sign);
  const mixing = new Set(mixed.flatMap(({ node }) => leavesOf(node).map(({ term }) => term.demand)));
  const score = (demand: string, candidate: Candidate) =>
    (own.get(demand) ?? []).reduce((sum, { node, slope }) => sum + slope * (nodeValue(node, () => candidate) ?? 0), 0);
  const alone = (demand: string, candidate: Candidate) =>
    sign * (nodeValue(root, (name) => (name === demand ? candidate : undefined)) ?? 0);
  return {
    sign,
    constant: sign * constant,
    mixed,
    noise: Math.min(16 * Number.EPSILON * magnitude(root, candidatesOf), Number.MAX_VALUE),
    mixes: (demand) => mixing.has(demand),
    score: (demand, candidate) => finite(score(demand, candidate)),
    key: (demand, candidate) => finite(mixing.has(demand) ? alone(demand, candidate) : score(demand, candidate)),
  };
}

/** The largest number that valuing the node can come across: rounding errors are in proportion to it, however small the result. */
function magnitude(node: ObjectiveNode, candidatesOf: (demand: string) => readonly Candidate[]): number {
  const inner =
    node.kind === 'leaf'
      ? candidatesOf(node.term.demand).reduce(
          (most, candidate) => Math.max(most, size(node.term.measure(candidate))),
          0,
        )
      : node.operands.reduce((sum, operand) => sum + magnitude(operand, candidatesOf), 0);
  const { start, end } = node.normalization ?? { start: 0, end: 1 };
  return ((inner + Math.abs(start)) / Math.abs(end - start)) * Math.abs(node.weight);
}

function size(measure: Measure | string): number {
  if (typeof measure === 'string') return 0;
  return Math.abs(measure.value) + Math.abs(measure.cost ?? 0);
}

/** Beyond what numbers hold, the largest of them: such weights make nonsense, but not a crash. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : Math.sign(value || 1) * Number.MAX_VALUE;
}
