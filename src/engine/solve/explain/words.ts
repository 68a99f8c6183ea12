// The sentences of explanations. Numbers are rounded away from the limit, so that whoever types what he reads gets what it says.
import type { DemandFunnel } from '../../../domain/explanation.ts';
import type { Recommendation } from '../../../domain/solution.ts';
import type { Limit } from '../framework/constraint.ts';
import type { Variant } from './case.ts';

/** The name under which candidates stand that the objective cannot value. */
export const OBJECTIVE = 'optimization';

export function emptySentence(demand: string): string {
  return `Demand ${demand} has no candidates at all`;
}

export function titleOf(type: string, name: string): string {
  return `${type} "${name}"`;
}

/** `No candidates of vG and vGMuxInfra keep distance_to_location "near" and zone "apart" together; without any one of them some do`. */
export function conflictSentence({ demands, constraints, objective }: Variant): string {
  const who = listed(demands.map(({ name }) => name));
  const titles = [
    ...new Set(constraints.map(({ type, name }) => titleOf(type.name, name))),
    ...(objective ? ['the objective, which must have a value,'] : []),
  ];
  const head = `${demands.length > 1 ? 'No candidates' : 'No candidate'} of ${who}`;
  const keeps = demands.length > 1 ? 'keep' : 'keeps';
  if (titles.length === 1) return `${head} ${keeps} ${titles[0]}`;
  return `${head} ${keeps} ${listed(titles)} together; without any one of these there is a way`;
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

export const SOLVABLE =
  'As far as could be judged there is a placement: the search ran out of time, or somebody gave no answer about candidates';
export const HOPELESS = 'No single limit makes the plan solvable, however far it is moved';
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
