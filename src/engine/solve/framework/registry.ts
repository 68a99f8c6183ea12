// The one list of constraint types: refuses a name twice, attaches a problem's constraints and puts them in order.
import { type Issue, TemplateInvalidError } from '../../../domain/errors.ts';
import type { Problem, ProblemConstraint } from '../../../domain/problem.ts';
import type { Constraint, Cost } from './constraint.ts';

/** A constraint of the problem with its type and its parsed parameters. */
export interface AttachedConstraint {
  readonly key: string;
  readonly name: string;
  readonly type: Constraint<unknown>;
  readonly params: unknown;
  readonly cost: Cost;
  /** The demands of the problem that it names, in its order; names of locations are left out. */
  readonly demands: readonly string[];
  /** Candidates that break it stay and cost something; absent: they are refused. */
  readonly soft?: { readonly weight: number };
}

export interface Registry {
  get(name: string): Constraint<unknown> | undefined;
  /** All constraints of the problem in order of evaluation: local first, then by rank, then as in the template. Throws TEMPLATE_INVALID. */
  attach(problem: Problem): readonly AttachedConstraint[];
}

/** Throws when two types have one name, or a pairwise one lacks its pair test. */
export function createRegistry(types: readonly Constraint<unknown>[]): Registry {
  const byName = new Map<string, Constraint<unknown>>();
  for (const type of types) {
    if (byName.has(type.name)) throw new Error(`constraint type '${type.name}' is registered twice`);
    if ((type.scope === 'pairwise') !== (type.pair !== undefined)) {
      throw new Error(`constraint type '${type.name}' must have a pair test exactly when it is pairwise`);
    }
    byName.set(type.name, type);
  }
  return {
    get: (name) => byName.get(name),
    attach(problem) {
      const demands = new Set(problem.demands.map((demand) => demand.name));
      const issues: Issue[] = [];
      const attached = problem.constraints.flatMap((constraint) => {
        const one = attachOne(constraint, byName.get(constraint.type), demands);
        if ('key' in one) return [one];
        issues.push(...one);
        return [];
      });
      if (issues.length > 0) throw new TemplateInvalidError(issues);
      return attached.sort((a, b) => order(a) - order(b));
    },
  };
}

function order(constraint: AttachedConstraint): number {
  // Soft ones take nobody away: after the others there is less to judge.
  return (constraint.cost === 'remote' ? 1000 : 0) + (constraint.soft ? 500 : 0) + constraint.type.rank;
}

function attachOne(
  { key, name, type: typeName, demands, properties, soft }: ProblemConstraint,
  type: Constraint<unknown> | undefined,
  known: ReadonlySet<string>,
): AttachedConstraint | readonly Issue[] {
  if (!type) {
    return [
      {
        path: `constraints > ${name} > type`,
        message: `Unsupported type '${typeName}' found in constraint named '${name}'`,
      },
    ];
  }
  const params = type.parse(properties);
  if (Array.isArray(params)) {
    return (params as readonly Issue[]).map((issue) => ({
      path: `constraints > ${name} > properties > ${issue.path}`,
      message: `${issue.message} in constraint named '${name}'`,
    }));
  }
  const cost = type.costOf?.(params) ?? type.cost;
  const named = [...new Set(demands)].filter((demand) => known.has(demand));
  return { key, name, type, params, cost, demands: named, ...(soft ? { soft } : {}) };
}
