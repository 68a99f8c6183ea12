// What the reference answered to hpa, vim_fit and inventory_group, and where this engine differs on purpose.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../../src/domain/candidate.ts';
import { constraintTypes } from '../../../../src/engine/solve/constraints/index.ts';
import { directivesOf } from '../../../../src/engine/solve/directives.ts';
import { FIT } from '../../../../src/engine/solve/framework/constraint.ts';
import type { JsonObject } from '../../../../src/lib/json.ts';
import { flavors, pairs as groupPairs, vim } from '../golden-world.ts';
import { checkContext, together } from '../support.ts';

const FOLDER = new URL('../../../golden/plans/', import.meta.url);

interface Recorded {
  readonly flags: readonly string[];
  readonly statuses: readonly string[];
  readonly plan: { readonly recommendations?: readonly Readonly<Record<string, Chosen>>[] };
  readonly translation?: {
    readonly demands: Readonly<Record<string, { readonly candidates: readonly Candidate[] }>>;
    readonly constraints: Readonly<Record<string, Constrained>>;
  } | null;
}

interface Constrained {
  readonly type: string;
  readonly demands: string | readonly string[];
  readonly properties: JsonObject;
}

interface Chosen {
  readonly candidate: { readonly candidate_id: string };
  readonly attributes: { readonly directives?: JsonObject };
}

const plans = readdirSync(FOLDER)
  .filter((file) => /^(hpa_|c_vimfit|c_invgroup)/.test(file))
  .map(
    (file) => [file.replace('.json', ''), JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Recorded] as const,
  )
  .filter(([, { translation }]) => translation);

function withFlavors(candidate: Candidate): Candidate {
  const { inventory_type: type, location_id: id } = candidate;
  return type === 'cloud' ? { ...candidate, flavors: flavors.get(id ?? '') ?? null } : candidate;
}

/** The survivors of one demand under all its recorded constraints, enriched. */
async function survivors({ translation }: Recorded, demand: string): Promise<readonly Candidate[] | string> {
  let left: readonly Candidate[] = (translation?.demands[demand]?.candidates ?? []).map(withFlavors);
  for (const { type: name, demands, properties } of Object.values(translation?.constraints ?? {})) {
    const type = constraintTypes.get(name);
    if (!type || ![demands].flat().includes(demand)) continue;
    const params = type.parse(name === 'inventory_group' ? { ...properties, pairs: groupPairs } : properties);
    if (Array.isArray(params)) return params[0]?.message ?? 'refused';
    const ctx = checkContext({ vims: [vim], partners: [demands].flat().length - 1 });
    const verdicts = await type.check(ctx, params, left);
    if (verdicts.some(({ kind }) => kind === 'unknown')) return 'unknown';
    left = left.flatMap((candidate, index) => {
      const verdict = verdicts[index] ?? FIT;
      return verdict.kind === 'fit' ? [{ ...candidate, ...verdict.adds }] : [];
    });
  }
  return left;
}

/** What this engine says where the reference crashed, lost its worker or let everything pass. */
const OTHERWISE: Readonly<Record<string, string | readonly string[]>> = {
  hpa_err_directives_no_attributes: ['nyc-1', 'nyc-2', 'dal-1', 'dal-2', 'sfo-1', 'fra-1', 'fra-2', 'tyo-1', 'tyo-2'],
  hpa_int_value: ['nyc-1', 'nyc-2', 'dal-1', 'dal-2', 'sfo-1', 'fra-1', 'fra-2', 'tyo-1', 'tyo-2'],
  hpa_mandatory: ['nyc-1', 'nyc-2', 'dal-1', 'dal-2', 'sfo-1', 'fra-1', 'fra-2', 'tyo-1', 'tyo-2'],
  hpa_missing_attribute_in_flavor: [],
  c_vimfit_error: 'unknown',
  c_vimfit_none: [],
  c_vimfit_no_request: "No value specified for property 'request'",
};

describe('recorded plans', () => {
  it('are there', () => {
    expect(plans.length).toBeGreaterThanOrEqual(24);
    expect(Object.keys(OTHERWISE).filter((name) => !plans.some(([file]) => file === name))).toEqual([]);
  });

  it.each(plans.filter(([, { plan }]) => plan.recommendations))(
    '%s: what was recommended survives, with its directives',
    async (file, recorded) => {
      if (file in OTHERWISE) return expect(idsOf(await survivors(recorded, 'vG'))).toEqual(OTHERWISE[file]);
      for (const recommendation of recorded.plan.recommendations ?? []) {
        for (const [demand, { candidate, attributes }] of Object.entries(recommendation)) {
          const left = await survivors(recorded, demand);
          const mine =
            typeof left === 'string' ? undefined : left.find((one) => one.candidate_id === candidate.candidate_id);
          expect(mine?.candidate_id).toBe(candidate.candidate_id);
          if (mine && attributes.directives) expect(directivesOf(mine)).toEqual(attributes.directives);
        }
      }
    },
  );

  it.each(plans.filter(([, { statuses }]) => statuses.at(-1) === 'not found'))(
    '%s: nothing survives',
    async (_file, recorded) => {
      expect(await survivors(recorded, 'vG')).toEqual([]);
    },
  );

  it.each(plans.filter(([file, { plan }]) => file in OTHERWISE && !plan.recommendations))(
    '%s: is answered',
    async (file, recorded) => {
      expect(idsOf(await survivors(recorded, 'vG'))).toEqual(OTHERWISE[file]);
    },
  );

  it('of inventory_group: only recorded partners stand together', () => {
    const all = ['svc-0001', 'svc-0002', 'svc-0003', 'svc-0004', 'svc-0006', 'svc-0007', 'svc-0008'];
    const type = constraintTypes.get('inventory_group');
    if (!type) throw new Error('not registered');
    const fits = all.flatMap((a) => {
      const one = { candidate_id: a } as Candidate;
      return all
        .filter((b) => a < b && together(type, { pairs: groupPairs }, one, { candidate_id: b } as Candidate))
        .map((b) => [a, b]);
    });
    expect(fits).toEqual(groupPairs.map((pair) => [...pair].sort()).sort((a, b) => String(a).localeCompare(String(b))));
    expect(fits.length).toBeGreaterThanOrEqual(3);
  });
});

function idsOf(left: readonly Candidate[] | string): string | readonly string[] {
  return typeof left === 'string' ? left : left.map(({ candidate_id: id }) => id);
}
