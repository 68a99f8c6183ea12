// attribute: named attributes of a candidate against lists of allowed values. Two of them (network_roles, replication_role)
// are known to the inventory only and are asked of the providers that offer the operation.
import type { Candidate } from '../../../domain/candidate.ts';
import { type JsonObject, type JsonValue, own } from '../../../lib/json.ts';
import { type Constraint, FIT, reject, type Verdict } from '../framework/constraint.ts';
import { shown, shownList, topReasons } from '../framework/words.ts';
import { type Judge, type ListRule, networkRoles, replicationRole } from './inventory-attributes.ts';

interface Params {
  /** Candidate field → rule. */
  readonly fields: readonly (readonly [string, ListRule])[];
  /** Inventory type → allowed cloud region ids; a type that is absent is not restricted. */
  readonly regions: readonly (readonly [string, readonly JsonValue[]])[];
  readonly networkRoles: ListRule | null;
  /** Upper case; null for none. */
  readonly replicationRole: string | null;
}

const FIELDS: readonly (readonly [attribute: string, field: string])[] = [
  ['complex', 'complex_name'],
  ['country', 'country'],
  ['state', 'state'],
  ['region', 'region'],
];
const REGION_LISTS: readonly (readonly [list: string, type: string])[] = [
  ['cloud-requests', 'cloud'],
  ['service-requests', 'service'],
  ['vfmodule-requests', 'vfmodule'],
];

export const attribute: Constraint<Params> = {
  name: 'attribute',
  rank: 3,
  cost: 'local',
  scope: 'unary',

  costOf(params) {
    return params.networkRoles || params.replicationRole ? 'remote' : 'local';
  },

  /** Unknown attributes, empty texts and plain texts where a list is meant restrict nothing, as clients are used to. */
  parse(properties) {
    const evaluate = own(properties, 'evaluate') ?? {};
    const fields = FIELDS.flatMap(([name, field]) => {
      const rule = listRule(own(evaluate, name));
      return rule ? [[field, rule] as const] : [];
    });
    const regionRule = own(evaluate, 'cloud-region') as JsonObject | undefined;
    const regions = REGION_LISTS.flatMap(([name, type]) => {
      const list = own(regionRule, name);
      return Array.isArray(list) ? [[type, list as readonly JsonValue[]] as const] : [];
    });
    const role = own(evaluate, 'replication_role');
    const replication = typeof role === 'string' && role !== '' ? role.toUpperCase() : null;
    return { fields, regions, networkRoles: listRule(own(evaluate, 'network_roles')), replicationRole: replication };
  },

  async check(ctx, params, candidates) {
    const verdicts: Verdict[] = candidates.map((candidate) => judgeLocal(params, candidate));
    for (const judge of [networkRoles(params.networkRoles), replicationRole(params.replicationRole)]) {
      if (judge) await judgeSurvivors(judge, ctx, candidates, verdicts);
    }
    return verdicts;
  },

  summarize(_params, refused) {
    return topReasons(refused);
  },
};

/** Asks about those that still fit, all at once, and writes their new verdicts in place. */
async function judgeSurvivors(
  judge: Judge,
  ctx: Parameters<Judge>[0],
  candidates: readonly Candidate[],
  verdicts: Verdict[],
): Promise<void> {
  const alive = candidates.flatMap((candidate, index) =>
    verdicts[index]?.kind === 'fit' ? [{ candidate, index }] : [],
  );
  const answers = await judge(
    ctx,
    alive.map(({ candidate }) => candidate),
  );
  for (const [at, { index }] of alive.entries()) verdicts[index] = answers[at] ?? FIT;
}

/** `{"all": [...]}` wins over `{"any": [...]}`; an empty or missing list restricts nothing. */
function listRule(value: JsonValue | undefined): ListRule | null {
  for (const mode of ['all', 'any'] as const) {
    const values = own(value, mode);
    if (Array.isArray(values) && values.length > 0) return { mode, values: values as readonly JsonValue[] };
  }
  return null;
}

function judgeLocal({ fields, regions }: Params, candidate: Candidate): Verdict {
  for (const [field, { mode, values }] of fields) {
    const value = own(candidate, field) ?? null;
    const holds = mode === 'all' ? values.every((one) => one === value) : values.includes(value);
    if (!holds)
      return reject(
        `${field} ${value === null ? 'is missing' : shown(value)}, must be ${mode} of ${shownList(values)}`,
      );
  }
  for (const [type, list] of regions) {
    if (candidate.inventory_type !== type) continue;
    const region = candidate.location_id ?? null;
    if (!list.includes(region)) return reject(`cloud region ${shown(region)}, must be one of ${shownList(list)}`);
  }
  return FIT;
}
