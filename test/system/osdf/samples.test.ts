// The real bodies of OSDF and of the traffic-distribution demo ($SAMPLES_DIR), each sent as it stands and, where it leaves something
// out that nobody can guess, completed: solved to an answer of the shape that the fixtures beside them expect.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { picksOf } from '../../conformance/records.ts';
import { type Gateway, type RestPlan, startGateway } from '../../support/gateway.ts';
import { askConductor, type OsdfResult } from './client.ts';
import { SINK_MODULE, sampleWorld, type Where } from './sample-world.ts';
import { readSample, SAMPLES, type Sample, sampleFiles } from './samples.ts';
import { lacking } from './shape.ts';

const files = sampleFiles();
if (files.length === 0) console.log('SAMPLES_DIR/osdf holds no has-request.*.json: the real bodies are not tested.');

/** Nothing is registered without them, so that nothing counts as skipped. */
function whenAtHand(name: string, tests: () => void): void {
  if (files.length > 0) describe(name, tests);
}

/** The product, once with each place of the region that placements require. */
const gateways = new Map<Where, Gateway>();

beforeAll(async () => {
  const lines = ['[inventory_provider]', 'extensions = aai,generator'];
  for (const where of ['gulf', 'texas'] as const) {
    gateways.set(where, await startGateway({ world: sampleWorld(where), lines }));
  }
});

afterAll(() => Promise.all([...gateways.values()].map((gateway) => gateway.stop())));

function at(where: Where = 'gulf'): Gateway {
  const gateway = gateways.get(where);
  if (!gateway) throw new Error(`no gateway in ${where}`);
  return gateway;
}

function ask(body: object): Promise<OsdfResult> {
  const gateway = at();
  const { url, authorization } = gateway;
  return askConductor(body, {
    conductorUrl: `${url}/v1/plans/`,
    authorization,
    transactionId: 'osdf-samples',
    pause: (id) => gateway.finished(id),
  });
}

describe('the world of the samples', () => {
  it.each(['gulf', 'texas'] as const)('has the region that placements require, %s', async (where) => {
    const template = {
      homing_template_version: '2017-10-10',
      demands: { vG: [{ inventory_provider: 'aai', inventory_type: 'cloud', region: 'TXAUS219' }] },
    };
    const plan = await at(where).solved({ name: 'world', template });
    expect(picksOf(plan.recommendations ?? [])).toEqual([{ vG: 'TXAUS219' }]);
  });

  it('every body at hand has its answer here', () => {
    expect(files.filter((file) => !SAMPLES.has(file))).toEqual([]);
  });
});

const NONE: Sample = { picks: {} };
const asSent = files.map((file) => ({ file, ...(SAMPLES.get(file) ?? NONE) }));
const completed = asSent.flatMap(({ file, picks, complete, where }) =>
  Object.entries(complete ?? { 'as it stands': () => {} }).map(([what, fill]) => ({ file, what, fill, picks, where })),
);
const present = (file: string) => completed.filter((sample) => sample.file.includes(file));

function solve({ file, fill, where }: (typeof completed)[number]): Promise<RestPlan> {
  const body = readSample(file);
  fill(body);
  return at(where).solved(body);
}

whenAtHand('a body as it stands', () => {
  it.each(asSent)('$file is solved, or what it lacks is named', async ({ file, refusal, where }) => {
    const plan = await at(where).solved(readSample(file));
    expect([plan.status, plan.message]).toEqual(refusal === undefined ? ['done', undefined] : ['error', [refusal]]);
  });
});

whenAtHand('a complete body is solved', () => {
  it.each(completed)('$file, $what', async (sample) => {
    const plan = await solve(sample);
    expect([plan.status, plan.message]).toEqual(['done', undefined]);
    const [first = {}] = picksOf(plan.recommendations ?? []);
    const shown = Object.entries(first).map(([demand, id]) => [demand, sample.picks[demand] === '*' ? '*' : id]);
    expect(Object.fromEntries(shown)).toEqual(sample.picks);
  });
});

whenAtHand('an answer has the shape that the fixtures expect', () => {
  it.each([...present('placement-default'), ...present('vcpe-localpolicies')])('$file', async (sample) => {
    const plan = await solve(sample);
    const [recommendation = {}] = plan.recommendations ?? [];
    const [fixture] = readSample('osdf/conductor_response.json').plans;
    expect(lacking({ id: fixture.id, name: fixture.name, links: fixture.links }, plan)).toEqual([]);
    // The fixture splits the demands over two recommendations, and has two words that no release of Conductor sends there.
    for (const demands of fixture.recommendations) {
      for (const [demand, expected] of Object.entries(demands)) {
        expect(lacking(expected, recommendation[demand], ['cloud_version', 'vim-id']), demand).toEqual([]);
      }
    }
    expect(recommendation['vG']?.attributes['directives']).toMatchObject({
      directives: ['topology', 'pinned', 'pages'].map((flavor, index) => ({
        id: `vg_${index + 1}`,
        directives: [
          { attributes: [{ attribute_name: `flavor_label_vm_0${index + 1}`, attribute_value: flavor }, {}] },
        ],
      })),
    });
  });

  it.each([...present('vfmod'), ...present('vfw-td')])('$file, as OSDF translates it', async ({ file, fill }) => {
    const body = readSample(file);
    fill(body);
    const result = await ask(body);
    expect(result.requestStatus).toBe('completed');
    const [expected] = readSample('osdf/response_vfmod.json').solutions.placementSolutions;
    const [placements = []] = result.placementSolutions;
    for (const fixture of expected) {
      const placement = placements.find(({ resourceModuleName }) => resourceModuleName === fixture.resourceModuleName);
      const { assignmentInfo = [], ...rest } = placement ?? {};
      const { assignmentInfo: wanted, ...wantedRest } = fixture;
      expect(lacking(wantedRest, rest), fixture.resourceModuleName).toEqual([]);
      expect(placement?.solution.identifierType).toBe('vfmodule');
      expect(lacking(valuesOf(wanted), valuesOf(assignmentInfo)), fixture.resourceModuleName).toEqual([]);
    }
  });

  it.each(present('demo-vfwdt'))('$file, $what', async (sample) => {
    const plan = await solve(sample);
    const [recommendation = {}] = plan.recommendations ?? [];
    const isPresentModule = recommendation['vFW-SINK']?.candidate['candidate_id'] === SINK_MODULE;
    expect(isPresentModule).toBe(sample.what.startsWith('without the excluded'));
    // What its workflow reads.
    for (const { attributes } of Object.values(recommendation)) {
      const read = { vservers: [{ 'vserver-id': '', 'l-interfaces': [{}] }], 'nf-id': '', 'vf-module-id': '' };
      expect(lacking({ ...read, 'physical-location-id': '' }, attributes)).toEqual([]);
    }
  });

  const instance = { inventory_type: '', instance_id: '', instance_name: '' };
  const template = { model_version_id: '', model_invariant_id: '', model_name: '' };
  const parts = Object.fromEntries(
    ['core', 'ran', 'transport'].flatMap((subnet) => [
      [`${subnet}_latency`, 0],
      [`${subnet}_reliability`, 0],
    ]),
  );
  const slices = [
    ['nsi-nonshared', { inventory_type: '', latency: 0, reliability: 0, ...parts }],
    ['nsi-shared-reuse', instance],
    ['nssi-shared', instance],
    ['has-request.nst', template],
  ] as const;

  it.each(slices)('%s: what the selection of slices reads', async (file, shape) => {
    const [sample] = present(file);
    if (!sample) throw new Error(`there is no body ${file}`);
    const plan = await solve(sample);
    const [candidate] = Object.values(plan.recommendations?.[0] ?? {}).map((one) => one.candidate);
    expect(lacking(shape, candidate)).toEqual([]);
  });
});

/** Key → value of OSDF's list of pairs. */
function valuesOf(pairs: readonly { readonly key: string; readonly value: unknown }[]) {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
