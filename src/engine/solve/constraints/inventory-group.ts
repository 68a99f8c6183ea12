// inventory_group: the candidates chosen for two demands are service instances that the inventory names as a pair. Translation
// reads the pairs and writes them into the property `pairs`.
import { type Issue, TemplateInvalidError } from '../../../domain/errors.ts';
import { type JsonValue, own } from '../../../lib/json.ts';
import { type Constraint, FIT, reject } from '../framework/constraint.ts';
import { topReasons } from '../framework/words.ts';

interface Params {
  /** Both halves of each pair. A list and not a set: it travels to the search's thread. */
  readonly pairs: readonly (readonly [string, string])[];
}

export const inventoryGroup: Constraint<Params> = {
  name: 'inventory_group',
  rank: 5,
  cost: 'local',
  scope: 'pairwise',

  /** Without pairs the inventory has no groups, and nothing fits. */
  parse(properties) {
    const pairs: (readonly [string, string])[] = [];
    const issues: Issue[] = [];
    const list = own(properties, 'pairs') ?? [];
    if (!Array.isArray(list)) return [{ path: 'pairs', message: "Property 'pairs' must be a list of pairs" }];
    for (const [index, pair] of (list as readonly JsonValue[]).entries()) {
      const [a, b, ...more] = Array.isArray(pair) ? (pair as readonly JsonValue[]) : [];
      if (typeof a === 'string' && typeof b === 'string' && more.length === 0) pairs.push([a, b]);
      else issues.push({ path: `pairs[${index}]`, message: "Each of 'pairs' must be two ids" });
    }
    return issues.length > 0 ? issues : { pairs };
  },

  /** Alone, a candidate must belong to some pair; with no other demand there is nothing to compare with. */
  async check(ctx, { pairs }, candidates) {
    if (ctx.partners === 0) return candidates.map(() => FIT);
    if (ctx.partners > 1) {
      const message = `Constraint '${ctx.constraint}' needs exactly two demands`;
      const error = new TemplateInvalidError([{ path: `constraints > ${ctx.constraint} > demands`, message }]);
      return candidates.map(() => ({ kind: 'error', error }));
    }
    if (pairs.length === 0) return candidates.map(() => reject('the inventory has no pairs of service instances'));
    const members = new Set(pairs.flat());
    return candidates.map(({ candidate_id: id }) =>
      members.has(id) ? FIT : reject('the candidate belongs to no pair of the inventory'),
    );
  },

  summarize(_params, refused) {
    return topReasons(refused);
  },

  pair: {
    /** A candidate's number among the paired ids, which both sides count alike; NaN when it has none. */
    encode({ pairs }, candidates) {
      const numbers = numbered(pairs);
      const values = Float64Array.from(candidates, ({ candidate_id: id }) => numbers.get(id) ?? Number.NaN);
      return { width: 1, values };
    },

    between({ pairs }, left, right) {
      const numbers = numbered(pairs);
      const key = (a: number, b: number) => a * numbers.size + b;
      const together = new Set(
        pairs.flatMap(([a, b]) => {
          const [m, n] = [numbers.get(a) ?? 0, numbers.get(b) ?? 0];
          return [key(m, n), key(n, m)];
        }),
      );
      return (i, j) => together.has(key(left.values[i] ?? Number.NaN, right.values[j] ?? Number.NaN));
    },

    judge({ pairs }, { candidate_id: one }, { candidate_id: other }) {
      const paired = pairs.some(([a, b]) => (a === one && b === other) || (a === other && b === one));
      return paired ? FIT : reject('the inventory does not name the two as a pair');
    },
  },
};

function numbered(pairs: Params['pairs']): ReadonlyMap<string, number> {
  return new Map([...new Set(pairs.flat())].map((id, index) => [id, index]));
}
