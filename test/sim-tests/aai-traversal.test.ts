// The A&AI simulator's `query` and `dsl` keep the facts of aai-traversal, also the unpleasant ones.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AaiSimulator, startAaiSimulator } from '../sim/aai.ts';
import { vcpeWorld } from '../sim/world.ts';
import { ask, askAai } from './client.ts';

let aai: AaiSimulator;
let base: string;

beforeAll(async () => {
  aai = await startAaiSimulator({ world: vcpeWorld() });
  base = `${aai.url}/v32`;
});
afterAll(() => aai.stop());

const query = (body: unknown, parameters = 'format=resource_and_url&depth=0') =>
  askAai(`${base}/query?${parameters}`, body);
const dsl = (text: string, parameters = 'format=resource_and_url&depth=0') =>
  askAai(`${base}/dsl?${parameters}`, { dsl: text }, { 'x-dslapiversion': 'V1' });
const code = (reply: { json: { requestError: Record<string, { messageId: string; variables: string[] }> } }) => {
  const fault = Object.values(reply.json.requestError)[0];
  return [fault?.messageId, fault?.variables.at(-1)];
};

describe('query', () => {
  const nyc = '/cloud-infrastructure/complexes/complex/NYCUS01';

  test('start URIs of any form and type are read at once, and missing ones are left out', async () => {
    const start = [
      nyc,
      '/aai/v14/cloud-infrastructure/cloud-regions/cloud-region/AuroraCloud/nyc-01',
      'nodes/service-instance/si-vgmux-nyc',
      'https://elsewhere:8443/aai/v9/cloud-infrastructure/pservers/pserver/ps-nyc-01',
      '/cloud-infrastructure/complexes?physical-location-id=LONGB01&physical-location-id=FRADE01',
      '/cloud-infrastructure/complexes/complex/NOWHERE',
    ];
    const reply = await query({ start });
    expect(reply.status).toBe(200);
    const found = reply.json.results.map((entry: Record<string, unknown>) => entry.url).sort();
    expect(found).toEqual([
      '/aai/v32/business/customers/customer/Meridian-Retail/service-subscriptions/service-subscription/vCPE/service-instances/service-instance/si-vgmux-nyc',
      '/aai/v32/cloud-infrastructure/cloud-regions/cloud-region/AuroraCloud/nyc-01',
      '/aai/v32/cloud-infrastructure/complexes/complex/FRADE01',
      '/aai/v32/cloud-infrastructure/complexes/complex/LONGB01',
      '/aai/v32/cloud-infrastructure/complexes/complex/NYCUS01',
      '/aai/v32/cloud-infrastructure/pservers/pserver/ps-nyc-01',
    ]);
  });

  test('results do not come in the order of the start list', async () => {
    const codes = ['CHIUS01', 'YYZCA01', 'NYCUS01', 'IADUS01', 'DALUS01', 'SFOUS01', 'LONGB01', 'FRADE01'];
    const reply = await query({ start: codes.map((id) => `/cloud-infrastructure/complexes/complex/${id}`) });
    const found = reply.json.results.map(
      (entry: Record<string, { 'physical-location-id': string }>) => entry.complex?.['physical-location-id'],
    );
    expect(found).not.toEqual(codes);
    expect([...found].sort()).toEqual([...codes].sort());
  });

  test('no start found at all is 404 ERR.5.4.6148', async () => {
    const reply = await query({ start: ['/network/pnfs/pnf/none', '/cloud-infrastructure/pservers/pserver/none'] });
    expect(reply.status).toBe(404);
    expect(code(reply)).toEqual(['SVC3001', 'ERR.5.4.6148']);
  });

  test('depth over 1 is 403', async () => {
    const reply = await query({ start: [nyc] }, 'format=resource&depth=2');
    expect([reply.status, ...code(reply)]).toEqual([403, 'POL3300', 'ERR.5.4.3303']);
  });

  test('depth 1 nests one level of children', async () => {
    const reply = await query(
      { start: ['/network/generic-vnfs/generic-vnf/vnf-vgmux-nyc'] },
      'format=resource&depth=1',
    );
    expect(reply.json.results[0]['generic-vnf']['vf-modules']['vf-module']).toHaveLength(2);
  });

  test.each(['ucpe-chi', 'branch-nyc'])(
    'ucpe-instance finds the complex of %s, whichever of the starts exists',
    async (host) => {
      const start = [`network/pnfs/pnf/${host}`, `cloud-infrastructure/pservers/pserver/${host}`];
      const reply = await query({ start, query: 'query/ucpe-instance' }, 'format=id');
      const links = reply.json.results.filter((entry: Record<string, unknown>) => entry['resource-type'] === 'complex');
      expect(links).toHaveLength(1);
      expect(links[0]['resource-link']).toMatch(/^\/aai\/v32\/resources\/id\/\d+$/);
      const complex = await askAai(`${aai.url}${String(links[0]['resource-link']).replace('/aai', '')}`);
      expect(complex.json.complex['physical-location-id']).toBe(host === 'ucpe-chi' ? 'CHIUS01' : 'NYCUS01');
    },
  );

  test('a related-to query walks between the types that it is given', async () => {
    const start = ['/network/generic-vnfs/generic-vnf/vnf-vgmux-nyc'];
    const named = (parameters: string) => query({ start, query: `query/related-to?${parameters}` });
    const reply = await named('startingNodeType=generic-vnf&relatedToNodeType=vserver');
    expect(reply.json.results).toHaveLength(2);
    expect(code(await named('startingNodeType=generic-vnf'))[0]).toBe('SVC3013');
    expect(code(await named('startingNodeType=generic-vnf&relatedToNodeType=vserver&x=1'))[0]).toBe('SVC3022');
  });

  test.each(['query/no-such-query', '', 'ucpe-instance'])('the query name "%s" is 400 SVC3014', async (name) => {
    const reply = await query({ start: [nyc], query: name });
    expect([reply.status, code(reply)[0]]).toEqual([400, 'SVC3014']);
  });

  test('a trailing slash leads to aai-resources, which does not know the path', async () => {
    const reply = await askAai(`${base}/query/?format=resource`, { start: [nyc] });
    expect([400, 405]).toContain(reply.status);
  });

  test('a body that is not declared as JSON is 415', async () => {
    const headers = { 'x-fromappid': 'T', 'x-transactionid': '1', 'content-type': 'text/plain' };
    expect(
      (await ask(`${base}/query?format=resource`, { method: 'PUT', headers, body: { start: [nyc] } })).status,
    ).toBe(415);
  });
});

describe('dsl', () => {
  const types = (reply: { json: { results: Record<string, unknown>[] } }): string[] =>
    reply.json.results.map((entry) => Object.keys(entry).find((key) => key !== 'url') ?? '').sort();

  test('a list of values is any of them, several filters are joined by and', async () => {
    const reply = await dsl("cloud-region*('cloud-owner','AuroraCloud')('cloud-region-id','nyc-01','iad-01','lon-01')");
    expect(reply.json.results.map((entry: Record<string, unknown>) => entry.url).sort()).toEqual([
      '/aai/v32/cloud-infrastructure/cloud-regions/cloud-region/AuroraCloud/iad-01',
      '/aai/v32/cloud-infrastructure/cloud-regions/cloud-region/AuroraCloud/nyc-01',
    ]);
  });

  test('a key without values means that the property is there', async () => {
    const reply = await dsl("cloud-region('cloud-owner') > complex*");
    expect(types(reply)).toEqual(Array(12).fill('complex'));
  });

  test('traversals go over relationships in both directions and over containment, and results are distinct', async () => {
    const up = await dsl("vserver('vserver-id','vs-vnf-vgmux-nyc') > tenant > cloud-region*");
    expect(up.json.results[0]['cloud-region']['cloud-region-id']).toBe('nyc-01');
    const back = await dsl("complex('physical-location-id','NYCUS01') > pserver > vserver > generic-vnf*");
    expect(back.json.results).toHaveLength(1);
    expect(back.json.results[0]['generic-vnf']['vnf-id']).toBe('vnf-vgmux-nyc');
  });

  test('a union collects its branches', async () => {
    const reply = await dsl(
      "generic-vnf*('vnf-id','vnf-vgmux-nyc') > [vserver* > pserver* > complex*, service-instance*]",
    );
    expect(types(reply)).toEqual(['complex', 'generic-vnf', 'pserver', 'service-instance', 'vserver', 'vserver']);
  });

  test('where and not filter without output', async () => {
    const near = await dsl(
      "generic-vnf*('equipment-role','vGMuxInfra')(> vserver > pserver > complex('country','GBR'))",
    );
    expect(
      near.json.results.map((entry: Record<string, Record<string, string>>) => entry['generic-vnf']?.['vnf-name']),
    ).toEqual(['vgmux-lon']);
    const far = await dsl("cloud-region*('cloud-owner','BorealisCloud')!('cloud-region-id','yyz-01')");
    expect(far.json.results).toHaveLength(1);
  });

  test('nothing found is 200 with an empty list', async () => {
    const reply = await dsl("complex*('physical-location-id','NOWHERE')");
    expect([reply.status, reply.json]).toEqual([200, { results: [] }]);
  });

  test('a quote in a value is escaped with a backslash', async () => {
    aai.store.put('/network/zones/zone/o-zone', {
      type: 'zone',
      object: { 'zone-id': 'o-zone', 'zone-name': "O'Zone" },
    });
    const reply = await dsl("zone*('zone-name','O\\'Zone')");
    expect(reply.json.results).toHaveLength(1);
    aai.store.remove('/network/zones/zone/o-zone');
  });

  test.each([
    ["complex*('physical-location-id','NYCUS01'", 'SVC6153'],
    ["complex*('physical-location-id','a\\b')", 'SVC6153'],
    ["complex*('physical-location-id','a') >", 'SVC6153'],
    ["planet*('name','a')", 'SVC6149'],
    ["complex*('colour','a')", 'SVC6149'],
    ["complex('physical-location-id','NYCUS01') > flavor*", 'SVC6149'],
    ['complex*', 'SVC6151'],
    ["complex('physical-location-id','NYCUS01')", 'SVC6151'],
  ])('%s is 400 %s', async (text, messageId) => {
    const reply = await dsl(text);
    expect([reply.status, code(reply)[0]]).toEqual([400, messageId]);
  });

  test('LIMIT bounds the results and depth is free', async () => {
    const reply = await dsl(
      "generic-vnf*('equipment-role','vGMuxInfra') LIMIT 2",
      'format=resource&depth=2&nodesOnly=true',
    );
    expect(reply.json.results).toHaveLength(2);
    expect(reply.text).toContain('vf-module-id');
    expect(reply.text).not.toContain('relationship-list');
  });
});

test('a strategy that is refused is answered as a proxy would, and can be allowed again', async () => {
  for (const strategy of ['dsl', 'query'] as const) {
    aai.refuse.add(strategy);
    const reply = await askAai(`${base}/${strategy}?format=resource`, {});
    expect([reply.status, reply.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
    aai.refuse.delete(strategy);
    expect((await askAai(`${base}/${strategy}?format=resource`, {})).status).toBe(400);
  }
  aai.refuse.add('multi-get');
  const twice = `${base}/cloud-infrastructure/complexes?physical-location-id=NYCUS01&physical-location-id=LONGB01`;
  expect((await askAai(twice)).status).toBe(400);
  aai.refuse.delete('multi-get');
  expect((await askAai(twice)).status).toBe(200);
});
