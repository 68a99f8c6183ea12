// The sentences of explanations. Numbers are rounded away from the limit, so that whoever types what he reads gets what it says.
import type { DemandFunnel } from '../../../domain/explanation.ts';
import type { ProblemLocation } from '../../../domain/problem.ts';
import type { Recommendation } from '../../../domain/solution.ts';
import type { Limit } from '../framework/constraint.ts';
import type { Variant } from './case.ts';

type Locations = ReadonlyMap<string, ProblemLocation>;

/** The name under which candidates stand that the objective cannot value. */
export const OBJECTIVE = 'optimization';

export function emptySentence(demand: string): string {
  return `Demand ${demand} has no candidates at all`;
}

export function titleOf(type: string, name: string): string {
  return `${type} "${name}"`;
}

/** `No candidates of vG and vMux keep distance_to_location "near" (limit 50 km) and zone "apart" together; with either of them left out some do`. */
export function conflictSentence({ demands, constraints, objective }: Variant, locations: Locations): string {
  const who = listed(demands.map(({ name }) => name));
  const titles = [
    ...new Set(constraints.map((one) => `${titleOf(one.type.name, one.name)}${limitOf(one, locations)}`)),
    ...(objective ? ['the objective, which must have a value,'] : []),
  ];
  const head = `${demands.length > 1 ? 'No candidates' : 'No candidate'} of ${who}`;
  const keeps = demands.length > 1 ? 'keep' : 'keeps';
  if (titles.length === 1) return `${head} ${keeps} ${titles[0]}`;
  const rest = demands.length > 1 ? 'some do' : 'one does';
  return `${head} ${keeps} ${listed(titles)} together; with ${titles.length === 2 ? 'either' : 'any one'} of them left out ${rest}`;
}

/** ` (limit 50 km)`; nothing for a constraint without a limit, or with several, which the relaxations name one by one. */
function limitOf({ type, params }: Variant['constraints'][number], locations: Locations): string {
  const [limit, ...more] = type.limits?.(params, locations) ?? [];
  return limit && more.length === 0 ? ` (limit ${withUnit(limit.value, limit.unit)})` : '';
}

export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Two decimals, rounded so that the limit is at least as weak as it must be; small numbers keep their digits. */
export function limitText({ relax, unit }: Pick<Limit, 'relax' | 'unit'>, value: number): string {
  const round = relax === 'up' ? Math.ceil : Math.floor;
  const number = Math.abs(value) < 1e12 && value !== Math.round(value) ? round(value * 100) / 100 : value;
  return withUnit(number, unit);
}

export function numberText(value: number): string {
  return String(Math.abs(value) < 1e12 ? Number(value.toPrecision(8)) : value);
}

export function withUnit(value: number, unit: string): string {
  return unit === '' ? String(value) : `${value} ${unit}`;
}

export function assumedText(assumed: readonly string[]): string {
  return assumed.length === 0
    ? ''
    : `, provided that ${listed(assumed)}, not asked until now, ${assumed.length > 1 ? 'do' : 'does'} not refuse`;
}

/** What the answer pays for: `soft zone "apart" is broken by vG and vFW, which costs 100`; `vG moves from a to b, which costs 250`. */
export function paidSentences({ terms, moves = [] }: Recommendation, soft: Variant['constraints']): readonly string[] {
  return terms.flatMap(({ function: name, demand, otherDemand, constraint, value }) => {
    const cost = `which costs ${numberText(Math.abs(value))}`;
    if (name === 'moving') {
      const move = moves.find((one) => one.demand === demand);
      return move
        ? [`${demand} moves from ${move.from}${move.gone ? ' (no candidate any more)' : ''} to ${move.to}, ${cost}`]
        : [];
    }
    const type = soft.find((one) => one.name === constraint)?.type.name;
    if (name !== 'soft' || constraint === undefined || type === undefined) return [];
    const who = listed([demand, ...(otherDemand === undefined ? [] : [otherDemand])]);
    return [`Soft ${titleOf(type, constraint)} is broken by ${who}, ${cost}`];
  });
}

export const OVERLOOKED = 'There is a placement: the search ended before it found one';

/** Of a plan that only lacks verdicts. */
export function undecidedSentence(assumed: readonly string[]): string {
  return `There is a placement${assumedText(assumed)}`;
}

/** Of a plan for which no relaxation was found. */
export function hopelessSentence(limits: number, conflicts: number): string {
  if (limits === 0) return 'No constraint of the plan has a limit that could give way';
  const head = 'No single limit makes the plan solvable, however far it is moved';
  return conflicts > 1 ? `${head}: each of the ${conflicts} conflicts needs a change of its own` : head;
}

export const UNBOUND = 'No limit costs anything: moving any one of them would not make the objective better';

/** `vG: 12 candidates; distance_to_location "near" left 3 of 12`. */
export function funnelSentence({ demand, candidates, steps, remaining }: DemandFunnel): string {
  const narrowing = steps.filter(({ before, after }) => after < before);
  const parts = narrowing.map(
    ({ type, constraint, before, after }) => `${titleOf(type, constraint)} left ${after} of ${before}`,
  );
  const head = `${demand}: ${remaining} of ${candidates} candidates fit alone`;
  return [head, ...parts].join('; ');
}
