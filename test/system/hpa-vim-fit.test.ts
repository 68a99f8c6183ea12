// Hardware and room end to end: flavors from A&AI, room from MultiCloud, both over HTTPS, the answer over REST. The world and the
// expected answer are the recorded ones of the reference.
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadWorld, type SimWorld } from '../sim/load-world.ts';
import { type Gateway, type RestPlan, startGateway } from '../support/gateway.ts';

const golden = (file: string) => JSON.parse(readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8'));
const recorded = golden('plans/hpa_plus_vimfit.json');
const world: SimWorld = loadWorld(golden('world.json'));

const LINES = ['[aai]', 'cache_refresh_interval = 1'];
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ world, lines: LINES });
});
afterAll(() => gateway?.stop());
afterEach(() => {
  gateway.simulators.multicloud.faults.clear();
  gateway.simulators.multicloud.clearCalls();
});

const idsOf = ({ recommendations = [] }: RestPlan) => recommendations.map(({ vG }) => vG?.candidate.candidate_id);

function withCpus(vCPU: number) {
  const body = structuredClone(recorded.request);
  const constraints = Object.values(body.template.constraints) as { type: string; properties: { request?: object } }[];
  for (const { type, properties } of constraints) {
    if (type === 'vim_fit') properties.request = { ...properties.request, vCPU };
  }
  return body;
}

describe('a plan with hpa and vim_fit', () => {
  it('is placed where the reference placed it, with the same directives', async () => {
    const plan = await gateway.solved(recorded.request);
    expect(plan.message ?? null).toBe(null);
    expect(plan.recommendations).toEqual(recorded.plan.recommendations);
  });

  it('asks MultiCloud once, about the regions whose flavors fit', async () => {
    await gateway.solved(recorded.request);
    const [question, ...more] = gateway.simulators.multicloud.questions() as { VIMs: string[] }[];
    expect(more).toEqual([]);
    const expected = JSON.parse(recorded.upstream[0].body);
    expect({ ...question, VIMs: question?.VIMs.toSorted() }).toEqual({ ...expected, VIMs: expected.VIMs.toSorted() });
  });

  it('is not found when no region has room, and the diagnosis says so', async () => {
    const plan = await gateway.solved(withCpus(500));
    expect(plan.status).toBe('not found');
    const query = 'query ($id: ID!) { plan(id: $id) { diagnosis { summary } } }';
    const { body } = await gateway.rest('POST', '/graphql', { query, variables: { id: plan.id } });
    const { diagnosis } = (body as { data: { plan: { diagnosis: { summary: string[] } } } }).data.plan;
    expect(diagnosis.summary.join()).toMatch(
      /hpa ".*" refused 3 .*; vim_fit ".*" refused 9 .*MultiCloud reports no room/,
    );
  });

  it('fails naming MultiCloud when it gives no answer', async () => {
    gateway.simulators.multicloud.faults.add({ kind: 'status', status: 503 });
    const plan = await gateway.solved(recorded.request);
    expect(plan.status).toBe('error');
    expect(String(plan.message)).toContain('MultiCloud');
  });
});

describe('with [multicloud] on_failure = keep and version v1', () => {
  let kind: Gateway;
  beforeAll(async () => {
    const lines = [...LINES, '[multicloud]', 'on_failure = keep', 'server_url_version = v1'];
    kind = await startGateway({ world, lines });
  });
  afterAll(() => kind?.stop());

  it('regions are asked about by owner and id, with the same answer', async () => {
    const plan = await kind.solved(recorded.request);
    expect(plan.recommendations).toEqual(recorded.plan.recommendations);
    const [question] = kind.simulators.multicloud.questions() as { VIMs: object[] }[];
    expect(question?.VIMs).toContainEqual({ 'cloud-owner': 'OwnerA', 'cloud-region-id': 'dal-1' });
  });

  it('an outage keeps every region, as in the reference, with a warning', async () => {
    kind.simulators.multicloud.faults.add({ kind: 'status', status: 500 });
    const plan = await kind.solved(recorded.request);
    expect(idsOf(plan)).toEqual(['nyc-1']);
    const warned = (await kind.log()).filter(({ message }) => message === 'MultiCloud gave no clear answer');
    expect(warned).toMatchObject([{ level: 'warn', onFailure: 'keep', code: 'UPSTREAM_UNAVAILABLE' }]);
  });
});
