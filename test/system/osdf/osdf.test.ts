// OSDF, the main client of the REST API, must work unchanged: its whole sequence with bodies of the shape it sends. Its real ones
// are tried in samples.test.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, type RestPlan, startGateway } from '../../support/gateway.ts';
import { CLOSEST, distance, GATEWAY, MUX, osdfBody, vcpeBody } from './bodies.ts';
import { askConductor, nothingFound, OsdfFailure, type OsdfResult } from './client.ts';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(() => gateway.stop());

function ask(body: object, transactionId = 'osdf-1'): Promise<OsdfResult> {
  const { url, authorization } = gateway;
  return askConductor(body, {
    conductorUrl: `${url}/v1/plans/`,
    authorization,
    transactionId,
    pause: (id) => gateway.finished(id),
  });
}

/** The plan that ended in `error`. */
async function failed(body: object): Promise<RestPlan> {
  const failure = await ask(body).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof OsdfFailure) || !failure.plan) throw new Error('the plan should have failed');
  return failure.plan;
}

describe('the sequence', () => {
  it('a placement of two demands is completed, with every field that OSDF reads', async () => {
    const result = await ask(vcpeBody('placement-1'));
    expect(result.requestStatus).toBe('completed');
    expect(result.statusMessage).toBeUndefined();
    expect(result.placementSolutions).toHaveLength(1);
    const [mux, gatewayOf] = result.placementSolutions[0] ?? [];
    expect(mux).toMatchObject({
      resourceModuleName: 'vGMuxInfra',
      serviceResourceId: 'mux-resource',
      solution: { identifierType: 'serviceInstanceId', identifiers: ['si-vgmux-yyz'], cloudOwner: 'BorealisCloud' },
    });
    expect(gatewayOf).toMatchObject({
      resourceModuleName: 'vG',
      serviceResourceId: 'gateway-resource',
      solution: { identifierType: 'cloudRegionId', identifiers: ['yyz-01'], cloudOwner: 'BorealisCloud' },
    });
    const infoOf = (placement: typeof mux) =>
      Object.fromEntries((placement?.assignmentInfo ?? []).map(({ key, value }) => [key, value]));
    expect(infoOf(mux)).toMatchObject({ vnfHostName: 'vgmux-yyz', isRehome: 'false', cloudClli: 'YYZCA01' });
    expect(infoOf(gatewayOf)).toMatchObject({
      cloudOwner: 'BorealisCloud',
      locationId: 'yyz-01',
      isRehome: 'false',
      cloudClli: 'YYZCA01',
      aic_version: '3.0',
      'td-role': 'anchor',
    });
  });

  it('the first answer says template and carries an absolute link in a list in a list', async () => {
    const answer = await gateway.rest('POST', '/v1/plans/', vcpeBody('placement-2'), {
      transaction_id: 'osdf-2',
      'x-minorversion': '0',
    });
    expect(answer.status).toBe(201);
    const { id, status, links } = answer.body as RestPlan;
    expect(status).toBe('template');
    expect(links).toEqual([[{ href: `${gateway.url}/v1/plans/${id}`, rel: 'self' }]]);
    await gateway.finished(id);
  });

  it('a repeated create of a plan that is done already still answers template', async () => {
    const key = { 'idempotency-key': 'osdf-repeat' };
    const first = await gateway.rest('POST', '/v1/plans/', vcpeBody('placement-3'), key);
    const { id } = first.body as RestPlan;
    expect((await gateway.finished(id)).status).toBe('done');
    const second = await gateway.rest('POST', '/v1/plans/', vcpeBody('placement-3'), key);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
  });

  it('the transaction id with an underscore goes along to A&AI', async () => {
    gateway.simulators.aai.clearCalls();
    await ask(vcpeBody('placement-4'), 'osdf-traced');
    const ids = gateway.simulators.aai.calls.map(({ headers }) => headers['x-transactionid']);
    expect(ids).toContain('osdf-traced');
  });

  it('many solutions are given in order, best first, none twice', async () => {
    const body = osdfBody({ name: 'many', demands: { vG: [GATEWAY] }, numSolution: '100', optimization: only('vG') });
    const { placementSolutions } = await ask(body);
    const ids = placementSolutions.map(([placement]) => placement?.solution.identifiers[0]);
    // Every region but the excluded one.
    expect(ids).toHaveLength(11);
    expect(new Set(ids).size).toBe(11);
    expect(ids[0]).toBe('yyz-01');
  });

  it.each([
    ['no objective', {}],
    ['an empty sum', { minimize: { sum: [] } }],
  ])('%s and no constraints is a placement all the same', async (_name, optimization) => {
    const result = await ask(osdfBody({ name: 'bare', demands: { vG: [GATEWAY] }, optimization }));
    expect(result.requestStatus).toBe('completed');
    expect(result.placementSolutions).toHaveLength(1);
  });

  it.each(['True', 'False', 'true'])('unique "%s" is understood', async (unique) => {
    const body = osdfBody({ name: 'unique', demands: { vG: [{ ...GATEWAY, unique }] }, optimization: only('vG') });
    expect((await ask(body)).requestStatus).toBe('completed');
  });
});

describe('policies', () => {
  it.each([
    ['vim_fit', 'chi-01', undefined],
    [
      'hpa',
      'iad-01',
      { directives: [{ id: 'vg_1', directives: [{ attributes: [{ attribute_value: 'memory-16' }, {}] }] }] },
    ],
  ] as const)('a policy of type %s chooses the region', async (type, region, directives) => {
    const { excluded_candidates: _, ...vG } = GATEWAY;
    const constraints = { [`${type}-vG`]: { type, demands: ['vG'], properties: POLICY[type] } };
    const result = await ask(osdfBody({ name: type, demands: { vG: [vG] }, constraints, optimization: only('vG') }));
    const [[placement] = []] = result.placementSolutions;
    expect(placement?.solution.identifiers).toEqual([region]);
    const info = placement?.assignmentInfo.find(({ key }) => key === 'oof_directives')?.value;
    if (directives === undefined) expect(info).toBeUndefined();
    else expect(info).toMatchObject(directives);
  });
});

describe('what went wrong', () => {
  it('nothing that satisfies the constraints is "not found", with a text', async () => {
    const constraints = { 'distance-vG': distance('vG', '< 1 km') };
    const result = await ask(
      osdfBody({ name: 'far', demands: { vG: [GATEWAY] }, constraints, optimization: only('vG') }),
    );
    expect(result.requestStatus).toBe('not found');
    expect(result.statusMessage).toContain('no recommendations found');
    expect(result.placementSolutions).toEqual([]);
  });

  it.each([
    ['candidate', {}],
    ['required candidate', { required_candidates: [{ inventory_type: 'vimId', candidate_id: ['nowhere'] }] }],
  ])('a demand without any %s says so in the first element of a list', async (what, more) => {
    const mux = {
      ...MUX,
      filtering_attributes: { ...MUX.filtering_attributes, 'global-customer-id': 'Nobody' },
      ...more,
    };
    const plan = await failed(osdfBody({ name: 'none', demands: { vGMuxInfra: [mux] } }));
    expect(plan.message).toEqual([`Unable to find any ${what} for demand vGMuxInfra`]);
    expect(nothingFound(plan.message)).toBe(true);
  });

  it('a parameter that the request left out is named', async () => {
    const mux = { ...MUX, filtering_attributes: { 'global-customer-id': { get_param: 'chosen_customer_id' } } };
    const plan = await failed(osdfBody({ name: 'param', demands: { vGMuxInfra: [mux] } }));
    expect(String(plan.message)).toContain('chosen_customer_id');
  });

  it('a refused request is told in JSON that can be passed on', async () => {
    const { url, authorization } = gateway;
    const asked = ask({ ...vcpeBody('refused'), num_solution: 1 });
    await expect(asked).rejects.toThrow(/"explanation":"-> num_solution -> 1 did not pass validation/);
    const wrong = askConductor(vcpeBody('x'), {
      conductorUrl: `${url}/v1/plans/`,
      authorization: authorization.replace(/.{4}$/, 'AAA='),
      transactionId: 'osdf-3',
      pause: async () => {},
    });
    await expect(wrong).rejects.toThrow(/Invalid credentials/);
  });
});

const POLICY: Readonly<Record<string, object>> = {
  vim_fit: {
    controller: 'multicloud',
    request: {
      vCPU: 10,
      Memory: { quantity: { get_param: 'REQUIRED_MEM' }, unit: 'GB' },
      Storage: { quantity: { get_param: 'REQUIRED_DISK' }, unit: 'GB' },
    },
  },
  hpa: {
    evaluate: [
      {
        id: 'vg_1',
        type: 'vnfc',
        directives: [
          { type: 'flavor_directives', attributes: [{ attribute_name: 'flavor_label', attribute_value: '' }] },
        ],
        flavorProperties: [
          {
            'hpa-feature': 'numa',
            mandatory: 'True',
            architecture: 'generic',
            'hpa-version': 'v1',
            directives: [],
            'hpa-feature-attributes': [
              { 'hpa-attribute-key': 'numaNodes', 'hpa-attribute-value': 2, operator: ['='], unit: '' },
            ],
          },
        ],
      },
    ],
  },
};

function only(demand: string) {
  const sum = CLOSEST.minimize.sum.filter((term) => JSON.stringify(term).includes(`"${demand}"`));
  return { minimize: { sum } };
}
