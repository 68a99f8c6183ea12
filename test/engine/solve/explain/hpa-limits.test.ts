// Relaxations of hardware requirements: each solves, and the next whole number does not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../../src/domain/candidate.ts';
import type { Problem } from '../../../../src/domain/problem.ts';
import type { JsonObject } from '../../../../src/lib/json.ts';
import { capability, entry, flavor, need, optional, region } from '../constraints/hpa-samples.ts';
import { problem } from '../support.ts';
import { explainer, LIMITS, planOf } from './support.ts';

type Need = readonly [key: string, operator: string, value: string, unit?: string];

function plan(regions: readonly Candidate[], needs: readonly Need[], more: readonly JsonObject[] = []): Problem {
  const properties = { evaluate: [entry('vm', need('cpu', needs), ...more)] };
  return problem({ demands: { vG: regions }, constraints: [{ name: 'hw', type: 'hpa', properties }] });
}

const cpu = (name: string, cores: number, ram = '8', ...more: readonly JsonObject[]) =>
  flavor(name, capability('cpu', { cores: String(cores), ram: `{"value": "${ram}", "unit": "MB"}` }), ...more);

async function relaxationsOf(of: Problem) {
  const { relaxations, complete } = await explainer.explain(await planOf(of), LIMITS);
  expect(complete).toBe(true);
  return relaxations.map(({ path, property, from, to, unit }) => ({ path, property, from, to, unit }));
}

const at = (index: number) =>
  `constraints > hw > properties > evaluate[0] > flavorProperties[0] > hpa-feature-attributes[${index}] > hpa-attribute-value`;

describe('a plan that no flavor serves', () => {
  it('names the least change of the number that stands in the way', async () => {
    const of = plan(
      [region('a', cpu('small', 2), cpu('large', 6)), region('b', cpu('tiny', 1))],
      [['cores', '>=', '8']],
    );
    expect(await relaxationsOf(of)).toEqual([{ path: at(0), property: '6', from: 8, to: 6, unit: '' }]);
  });

  it.each([
    ['>', '8', '5'],
    ['>=', '8', '6'],
    ['<', '2', '7'],
    ['<=', '2', '6'],
  ])('moves %s %s to %s', async (operator, from, to) => {
    const of = plan([region('a', cpu('one', 6))], [['cores', operator, from]]);
    expect(await relaxationsOf(of)).toMatchObject([{ property: to }]);
  });

  it('stays with whole numbers of the required unit', async () => {
    const of = plan([region('a', cpu('one', 6, '3500'))], [['ram', '>=', '4', 'GB']]);
    expect(await relaxationsOf(of)).toEqual([{ path: at(0), property: '3', from: 4, to: 3, unit: 'GB' }]);
  });

  it('offers nothing where no number can help, nor below what can be written', async () => {
    expect(await relaxationsOf(plan([region('a', cpu('one', 6))], [['cores', '=', '8']]))).toEqual([]);
    expect(await relaxationsOf(plan([region('a', cpu('none', 0))], [['cores', '>', '8']]))).toEqual([]);
    const missing = plan([region('a', cpu('one', 6))], [['cores', '>=', '8']], [need('gpu', [])]);
    expect(await relaxationsOf(missing)).toEqual([]);
  });

  it('counts only flavors whose other features and attributes fit', async () => {
    const gpu = capability('gpu', {});
    const of = plan(
      [region('a', cpu('near', 7), cpu('low', 6, '1', gpu), cpu('far', 3, '8', gpu))],
      [
        ['cores', '>=', '8'],
        ['ram', '>=', '4', 'MB'],
      ],
      [need('gpu', [])],
    );
    expect(await relaxationsOf(of)).toEqual([{ path: at(0), property: '3', from: 8, to: 3, unit: '' }]);
  });

  it('looks past a better flavor that needs a larger change', async () => {
    const ssd = capability('ssd', {});
    const of = plan(
      [region('a', cpu('liked', 2, '8', ssd), cpu('near', 6))],
      [['cores', '>=', '8']],
      [need('ssd', [], optional('10'))],
    );
    expect(await relaxationsOf(of)).toMatchObject([{ property: '6' }]);
  });

  it('claims what solves, and nothing less does, whatever the flavors', async () => {
    const operator = fc.constantFrom('>', '>=', '<', '<=');
    const cores = fc.nat(6);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.tuple(cores, cores), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        fc.tuple(operator, cores, operator, cores),
        async (inventory, [first, one, second, other]) => {
          const regions = inventory.map((flavors, r) =>
            region(`r${r}`, ...flavors.map(([c, m], f) => cpu(`f${r}-${f}`, c, String(m)))),
          );
          const needs = (a: number | string, b: number | string): Need[] => [
            ['cores', first, String(a)],
            ['ram', second, String(b), 'MB'],
          ];
          const solvable = async (a: number | string, b: number | string) =>
            (await planOf(plan(regions, needs(a, b)))).recommendation !== null;
          if (await solvable(one, other)) return;
          const claims = await relaxationsOf(plan(regions, needs(one, other)));
          for (const index of [0, 1]) {
            const claim = claims.find(({ path }) => path === at(index));
            const step = (index === 0 ? first : second).startsWith('>') ? -1 : 1;
            let wanted = index === 0 ? one : other;
            const fits = (value: number) => (index === 0 ? solvable(value, other) : solvable(one, value));
            while (wanted >= 0 && wanted <= 8 && !(await fits(wanted))) wanted += step;
            expect(claim?.to).toBe(wanted >= 0 && wanted <= 8 ? wanted : undefined);
          }
        },
      ),
      { seed: 9, numRuns: 60 },
    );
  });
});

describe('a solved plan', () => {
  it('says what a better flavor would need', async () => {
    const ssd = capability('ssd', {});
    const of: Problem = {
      ...plan(
        [region('a', cpu('plain', 8), cpu('liked', 4, '8', ssd))],
        [['cores', '>=', '6']],
        [need('ssd', [], optional('10'))],
      ),
      objective: { kind: 'base', goal: 'min', operands: [{ weight: 1, function: 'hpa_score', params: ['vG'] }] },
    };
    const { binding, complete } = await explainer.explain(await planOf(of), LIMITS);
    expect(complete).toBe(true);
    expect(binding).toMatchObject([{ path: at(0), to: 4, gain: 10 }]);
  });
});
