// The recorded slice plans of the reference as an oracle: same questions to A&AI, same candidates. The reference merges the
// capacity of all candidates into one object (deviations.md, I17), so capacity fields are checked against their own rule; it
// matches plain texts as substrings (I7), which is an option here.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { JsonObject as SimObject } from '../../sim/json.ts';
import { loadWorld } from '../../sim/load-world.ts';
import { ctx } from '../aai/support.ts';
import { sliceRequest, startRig } from './support.ts';

interface Golden {
  readonly request: {
    readonly template: {
      readonly demands: Record<
        string,
        readonly { inventory_type: string; filtering_attributes: JsonObject; default_attributes?: JsonObject }[]
      >;
    };
  };
  readonly translation: {
    readonly demands: Record<string, { readonly candidates: readonly Record<string, unknown>[] }>;
  };
  readonly upstream: readonly { readonly path: string }[];
}

const FOLDER = new URL('../../golden/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
const plans = readdirSync(new URL('plans/', FOLDER)).filter((name) => /^ns+i_/.test(name));

/** What the reference spoils, and what its solver adds. */
const SPOILT = new Set([
  'uLThpt_difference',
  'dLThpt_difference',
  'ulthpt_difference',
  'dlthpt_difference',
  'name',
  'node_id',
  'constraints',
]);

test.each(plans)('%s: candidates are those of the record, each with its own capacity', async (name) => {
  const golden = read(`plans/${name}`) as Golden;
  const world = loadWorld(read('world.json') as SimObject);
  const rig = await startRig(world, { version: 'v14', filterSubstring: true });
  try {
    const [requirement] = golden.request.template.demands.s ?? [];
    if (!requirement) throw new Error('the record has no demand s');
    const { inventory_type: type, filtering_attributes: attributes, default_attributes: defaults } = requirement;
    const [answer] = await rig.provider.resolveDemands([sliceRequest(type, attributes, defaults ?? null)], ctx);
    const recorded = golden.translation.demands.s?.candidates ?? [];
    const instances = new Set(recorded.map((candidate) => candidate.instance_id));
    for (const instance of instances) {
      const ours = answer?.candidates.find((candidate) => candidate.instance_id === instance);
      const theirs = recorded.find((candidate) => candidate.instance_id === instance) ?? {};
      for (const [field, value] of Object.entries(theirs)) {
        if (!SPOILT.has(field)) expect(ours?.[field], field).toEqual(field === 'cost' && type === 'nsi' ? 1.5 : value);
      }
      expect(Object.keys(ours ?? {}).filter((key) => !SPOILT.has(key))).toEqual(
        Object.keys(theirs).filter((key) => !SPOILT.has(key)),
      );
    }
    expect(answer?.candidates).toHaveLength(recorded.length);
    const [list] = rig.aai.calls;
    expect(`${list?.path}?${list?.query}`).toBe(golden.upstream[0]?.path);
    const first = answer?.candidates.find((candidate) => candidate.instance_id === `${type}-1`);
    const asked =
      type === 'nsi' ? ['ul_thpt_per_slice', 'dl_thpt_per_slice'] : ['exp_data_rate_ul', 'exp_data_rate_dl'];
    const [uplink, downlink] = asked.map((field) => Number(first?.[field]));
    if (first)
      expect(first).toMatchObject({ uLThpt_difference: Number(uplink) - 30, dLThpt_difference: Number(downlink) - 40 });
  } finally {
    await rig.stop();
  }
});
