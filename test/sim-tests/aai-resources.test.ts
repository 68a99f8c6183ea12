// The A&AI simulator's GETs keep the facts of the real wire format.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AaiSimulator, startAaiSimulator } from '../sim/aai.ts';
import { vcpeWorld } from '../sim/world.ts';
import { AAI_HEADERS, ask, askAai } from './client.ts';

let aai: AaiSimulator;
let base: string;

beforeAll(async () => {
  aai = await startAaiSimulator({ world: vcpeWorld() });
  base = `${aai.url}/v32`;
});
afterAll(() => aai.stop());

const variables = (reply: { json: { requestError: Record<string, { variables: string[] }> } }): string[] =>
  Object.values(reply.json.requestError)[0]?.variables ?? [];

describe('single objects', () => {
  test('a single object is unwrapped, its links carry the version asked for, and its vertex id is in a header', async () => {
    for (const version of [14, 32]) {
      const reply = await askAai(
        `${aai.url}/v${version}/cloud-infrastructure/cloud-regions/cloud-region/AuroraCloud/nyc-01`,
      );
      expect(reply.status).toBe(200);
      expect(reply.json).toMatchObject({ 'cloud-owner': 'AuroraCloud', 'cloud-region-id': 'nyc-01' });
      const toComplex = reply.json['relationship-list'].relationship.filter(
        (entry: Record<string, unknown>) => entry['related-to'] === 'complex',
      );
      expect(toComplex).toHaveLength(1);
      expect(toComplex[0]).toMatchObject({
        'relationship-label': 'org.onap.relationships.inventory.LocatedIn',
        'related-link': `/aai/v${version}/cloud-infrastructure/complexes/complex/NYCUS01`,
        'relationship-data': [{ 'relationship-key': 'complex.physical-location-id', 'relationship-value': 'NYCUS01' }],
      });
      expect(Number(reply.headers['vertex-id'])).toBeGreaterThan(0);
    }
  });

  test('an object read by its vertex id is wrapped in its type', async () => {
    const plain = await askAai(`${base}/cloud-infrastructure/complexes/complex/NYCUS01`);
    const wrapped = await askAai(`${base}/resources/id/${plain.headers['vertex-id']}`);
    expect(wrapped.json).toEqual({ complex: plain.json });
  });

  test('a missing object is 404 SVC3001 with the code as the last variable', async () => {
    const reply = await askAai(`${base}/cloud-infrastructure/complexes/complex/NOWHERE`);
    expect(reply.status).toBe(404);
    expect(reply.json.requestError.serviceException.messageId).toBe('SVC3001');
    expect(variables(reply).at(-1)).toBe('ERR.5.4.6114');
    expect(variables(reply).slice(0, 2)).toEqual(['GET', 'cloud-infrastructure/complexes/complex/NOWHERE']);
  });

  test('keys may stand in the query of the last singular element', async () => {
    const reply = await askAai(
      `${base}/cloud-infrastructure/cloud-regions/cloud-region/?cloud-owner=AuroraCloud&cloud-region-id=iad-01`,
    );
    expect(reply.json['cloud-region-id']).toBe('iad-01');
  });

  test('a vserver shows interfaces at depth 1 and their addresses at depth 2', async () => {
    const place =
      '/cloud-infrastructure/cloud-regions/cloud-region/AuroraCloud/nyc-01/tenants/tenant/tenant-1/vservers/vserver/vs-vnf-vgmux-nyc';
    const bare = await askAai(`${base}${place}`);
    const one = await askAai(`${base}${place}?depth=1`);
    const two = await askAai(`${base}${place}?depth=2`);
    expect(bare.json['l-interfaces']).toBeUndefined();
    const names = one.json['l-interfaces']['l-interface'].map(
      (port: Record<string, unknown>) => port['interface-name'],
    );
    expect(names).toEqual(['eth0', 'eth1']);
    expect(one.json['l-interfaces']['l-interface'][0]['l3-interface-ipv4-address-list']).toBeUndefined();
    expect(two.json['l-interfaces']['l-interface'][0]['l3-interface-ipv4-address-list']).toHaveLength(1);
  });

  test('relationship labels exist from v12 on', async () => {
    const old = await askAai(`${aai.url}/v11/network/pnfs/pnf/ucpe-chi`);
    const entry = old.json['relationship-list'].relationship[0];
    expect(entry['related-link']).toBe('/aai/v11/cloud-infrastructure/complexes/complex/CHIUS01');
    expect(entry['relationship-label']).toBeUndefined();
  });
});

describe('plurals and filters', () => {
  test('a plural lists objects under the singular name, also with a trailing slash', async () => {
    const reply = await askAai(`${base}/cloud-infrastructure/cloud-regions/?depth=0`);
    expect(Object.keys(reply.json)).toEqual(['cloud-region']);
    expect(reply.json['cloud-region']).toHaveLength(12);
  });

  test('a repeated key is any of its values, and keys are joined by and', async () => {
    const any = await askAai(
      `${base}/cloud-infrastructure/complexes?physical-location-id=NYCUS01&physical-location-id=LONGB01`,
    );
    expect(any.json.complex.map((entry: Record<string, unknown>) => entry.city).sort()).toEqual(['London', 'New York']);
    const both = await askAai(
      `${base}/cloud-infrastructure/cloud-regions?cloud-owner=AuroraCloud&cloud-owner=CirrusCloud&cloud-region-id=lon-01&cloud-region-id=yyz-01`,
    );
    expect(both.json['cloud-region'].map((entry: Record<string, unknown>) => entry['cloud-region-id'])).toEqual([
      'lon-01',
    ]);
  });

  test('a plural that finds nothing is 404, never an empty list', async () => {
    const reply = await askAai(`${base}/network/generic-vnfs?equipment-role=nobody&depth=0`);
    expect(reply.status).toBe(404);
    expect(variables(reply).at(-1)).toBe('ERR.5.4.6114');
  });

  test('a filter on a property that the type does not have is 400 SVC3000', async () => {
    const reply = await askAai(`${base}/network/generic-vnfs?colour=red`);
    expect(reply.status).toBe(400);
    expect(reply.json.requestError.serviceException.messageId).toBe('SVC3000');
    expect(variables(reply).join(' ')).toContain('property: colour not found on generic-vnf');
  });

  test('a property is unknown before the schema version that brought it', async () => {
    const old = await askAai(`${aai.url}/v19/service-design-and-creation/models?model-role=nst`);
    const young = await askAai(`${aai.url}/v20/service-design-and-creation/models?model-role=nst`);
    expect([old.status, young.status]).toEqual([400, 404]);
  });

  test('depth beyond the limit of a plural is 403 POL3300: regions always, VNFs up to v19', async () => {
    const regions = await askAai(`${base}/cloud-infrastructure/cloud-regions?depth=1`);
    expect(regions.status).toBe(403);
    expect(regions.json.requestError.policyException.messageId).toBe('POL3300');
    expect(variables(regions).at(-1)).toBe('ERR.5.4.3303');
    expect((await askAai(`${aai.url}/v19/network/generic-vnfs?depth=1`)).status).toBe(403);
    const young = await askAai(`${aai.url}/v20/network/generic-vnfs?vnf-id=vnf-vgmux-nyc&depth=1`);
    expect(young.json['generic-vnf'][0]['vf-modules']['vf-module']).toHaveLength(2);
    const single = await askAai(`${aai.url}/v14/network/generic-vnfs/generic-vnf/vnf-vgmux-nyc?depth=1`);
    expect(single.json['vf-modules']['vf-module']).toHaveLength(2);
  });

  test('a depth that is no number is 400', async () => {
    const reply = await askAai(`${base}/network/generic-vnfs?depth=deep`);
    expect([reply.status, variables(reply).at(-1)]).toEqual([400, 'ERR.5.4.4016']);
  });

  test('nodes-only leaves relationships out', async () => {
    const reply = await askAai(`${base}/network/generic-vnfs/generic-vnf/vnf-vgmux-nyc?depth=all&nodes-only=true`);
    expect(reply.json['vnf-id']).toBe('vnf-vgmux-nyc');
    expect(reply.text).not.toContain('relationship-list');
  });

  test('pages count from 1, carry totals, and end with 404', async () => {
    const url = `${base}/cloud-infrastructure/cloud-regions?depth=0&resultSize=5&resultIndex=`;
    const last = await askAai(`${url}3`);
    expect(last.json['cloud-region']).toHaveLength(2);
    expect([last.headers['total-results'], last.headers['total-pages']]).toEqual(['12', '3']);
    expect((await askAai(`${url}4`)).status).toBe(404);
  });
});

describe('nodes', () => {
  test('nodes starts at any type, as a plural with filters or a singular with its key', async () => {
    const plural = await askAai(
      `${base}/nodes/service-instances?service-instance-id=si-vgmux-nyc&depth=0&format=resource_and_url`,
    );
    expect(plural.json.results).toHaveLength(1);
    expect(plural.json.results[0].url).toBe(
      '/aai/v32/business/customers/customer/Meridian-Retail/service-subscriptions/service-subscription/vCPE/service-instances/service-instance/si-vgmux-nyc',
    );
    expect(plural.json.results[0]['service-instance']['service-type']).toBe('vCPE');
    const single = await askAai(`${base}/nodes/service-instance/si-vgmux-nyc`);
    const long = await askAai(`${base}/nodes/service-instances/service-instance/si-vgmux-nyc`);
    expect(single.json['service-instance-id']).toBe('si-vgmux-nyc');
    expect(long.json).toEqual(single.json);
  });

  test('related-to goes to neighbours', async () => {
    const reply = await askAai(`${base}/nodes/generic-vnf/vnf-vgmux-nyc/related-to/service-instances`);
    expect(reply.json['service-instance'][0]['service-instance-id']).toBe('si-vgmux-nyc');
  });
});

describe('formats', () => {
  test.each([
    ['resource', ['complex']],
    ['resource_and_url', ['url', 'complex']],
    ['pathed', ['resource-type', 'resource-link']],
    ['id', ['resource-type', 'resource-link']],
    ['count', ['complex']],
  ])('format=%s gives results of its own shape', async (format, keys) => {
    const reply = await askAai(`${base}/cloud-infrastructure/complexes?depth=0&format=${format}`);
    expect(Object.keys(reply.json)).toEqual(['results']);
    expect(Object.keys(reply.json.results[0])).toEqual(keys);
    expect(format === 'count' ? reply.json.results[0].complex : reply.json.results.length).toBe(12);
  });

  test('with a format, nodesOnly=true is the name that drops relationships', async () => {
    const url = `${base}/cloud-infrastructure/complexes?depth=0&format=resource`;
    expect((await askAai(`${url}&nodes-only=true`)).text).toContain('relationship-list');
    expect((await askAai(`${url}&nodesOnly=true`)).text).not.toContain('relationship-list');
  });
});

describe('the door', () => {
  const place = '/v32/cloud-infrastructure/complexes/complex/NYCUS01';

  test.each([
    ['x-fromappid', 'ERR.5.4.4009'],
    ['x-transactionid', 'ERR.5.4.4010'],
  ])('a request without %s is 400', async (name, code) => {
    const headers = Object.fromEntries(Object.entries(AAI_HEADERS).filter(([key]) => key !== name));
    const reply = await ask(`${aai.url}${place}`, { headers });
    expect([reply.status, variables(reply).at(-1)]).toEqual([400, code]);
  });

  test.each([['*/*'], ['application/json, */*'], [undefined]])('Accept %s is answered in XML', async (accept) => {
    const { accept: _, ...rest } = AAI_HEADERS;
    const reply = await ask(`${aai.url}${place}`, {
      headers: { ...rest, ...(accept === undefined ? {} : { accept }) },
    });
    expect(reply.headers['content-type']).toBe('application/xml');
    expect(reply.text).toContain('<complex><physical-location-id>NYCUS01</physical-location-id>');
    expect(reply.json).toBeUndefined();
  });

  test.each([
    '/v9/cloud-infrastructure/complexes',
    '/v33/network/pnfs',
    '/network/zones/zone/z',
    '/v32/nowhere/complexes',
  ])('%s is 400 SVC3016', async (path) => {
    const reply = await askAai(`${aai.url}${path}`);
    expect([reply.status, reply.json.requestError.serviceException.messageId]).toEqual([400, 'SVC3016']);
  });

  test('a request target over 8 kB is 414 and one under it is served', async () => {
    const ids = (count: number): string =>
      Array.from({ length: count }, (_, index) => `physical-location-id=NYCUS01-${index}`).join('&');
    expect((await askAai(`${base}/cloud-infrastructure/complexes?${ids(300)}`)).status).toBe(414);
    expect(
      (await askAai(`${base}/cloud-infrastructure/complexes?${ids(200)}&physical-location-id=NYCUS01`)).status,
    ).toBe(200);
  });

  test('keys with reserved signs are decoded', async () => {
    aai.store.put('/network/pnfs/pnf/a%2Fb c', { type: 'pnf', object: { 'pnf-name': 'a/b c' } });
    const reply = await askAai(`${base}/network/pnfs/pnf/a%2Fb%20c`);
    expect(reply.json['pnf-name']).toBe('a/b c');
    expect((await askAai(`${base}/network/pnfs?pnf-name=a%2Fb+c`)).json.pnf).toHaveLength(1);
    expect(aai.store.remove('/network/pnfs/pnf/a%2Fb%20c')).toBe(true);
  });

  test('every call is recorded with its query and status, without the password', async () => {
    aai.clearCalls();
    await askAai(`${base}/network/pnfs?pnf-name=none`, undefined, { authorization: 'Basic c2VjcmV0OnNlY3JldA==' });
    expect(aai.calls).toHaveLength(1);
    expect(aai.calls[0]).toMatchObject({
      method: 'GET',
      path: '/aai/v32/network/pnfs',
      query: 'pnf-name=none',
      status: 404,
    });
    expect(aai.calls[0]?.headers).toMatchObject({ 'x-fromappid': 'TEST', authorization: 'Basic' });
  });
});
