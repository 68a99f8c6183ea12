// Lookups of translation and constraints, and the reads of people: one batched request a hop, facts mapped tolerantly.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Aai } from '../../../src/plugins/aai/index.ts';
import { normaliseLink } from '../../../src/plugins/aai/links.ts';
import { type FakeAai, type JsonMap, relation, send, startFakeAai } from './fake-aai.ts';
import { aaiFor, complexItem, complexRelation, ctx, manualClock, recorder, regionItem, vnfItems } from './support.ts';

const SERVER = '/cloud-infrastructure/cloud-regions/cloud-region/O/r1/tenants/tenant/t/vservers/vserver/vs-v1';

let fake: FakeAai;
let aai: Aai;

beforeEach(async () => {
  fake = await startFakeAai([
    complexItem('C1'),
    complexItem('C2', { latitude: 1.5, longitude: 2, country: null }),
    complexItem('NOWHERE', { latitude: null }),
    regionItem('O', 'r1', 'C1'),
    ...vnfItems({ id: 'v1' }),
    ...vnfItems({ id: 'v2' }),
  ]);
  aai = aaiFor(fake, recorder(), { clock: manualClock(true) });
});
afterEach(async () => {
  await aai.close();
  await fake.close();
});

const put = (uri: string, type: string, object: JsonMap) => fake.items.set(uri, { type, object });
const targets = () => fake.requests.map(({ method, target }) => `${method} ${target.split('?')[0]}`);

describe('a place', () => {
  it('of a host name is that of its pserver or pnf, in one request', async () => {
    put('/network/pnfs/pnf/my pnf', 'pnf', { 'relationship-list': { relationship: [complexRelation('C2')] } });
    const resolve = aai.provider.resolveHostName;
    expect(await resolve?.('host-v1', ctx)).toEqual({ latitude: '40.5', longitude: '-74.25', country: 'USA' });
    expect(await resolve?.('my pnf', ctx)).toEqual({ latitude: 1.5, longitude: 2, country: null });
    expect(await resolve?.('nobody', ctx)).toBeNull();
    expect(targets()).toEqual(['PUT /query', 'PUT /query', 'PUT /query']);
  });

  it('of a host name is found without queries where these are blocked, and by link where only ids come back', async () => {
    fake.fault = ({ target }, response) => target.startsWith('/query') && send(response, 403, '<html>');
    expect(await aai.provider.resolveHostName?.('host-v1', ctx)).toMatchObject({ latitude: '40.5' });
    const link = '/aai/v14/cloud-infrastructure/complexes/complex/C2';
    const results = [{ 'resource-type': 'complex', 'resource-link': link }];
    fake.fault = ({ target }, response) =>
      target.startsWith('/query') && send(response, 200, JSON.stringify({ results }));
    expect(await aai.provider.resolveHostName?.('host-v1', ctx)).toMatchObject({ latitude: 1.5 });
  });

  it('of a CLLI is that of the complex, and none without coordinates', async () => {
    const resolve = aai.provider.resolveClliCode;
    expect(await resolve?.('C1', ctx)).toEqual({ latitude: '40.5', longitude: '-74.25', country: 'USA' });
    expect(await resolve?.('NOWHERE', ctx)).toBeNull();
    expect(await resolve?.('XYZ', ctx)).toBeNull();
    fake.fault = (_request, response) => send(response, 502, '');
    await expect(resolve?.('other', ctx)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});

describe('roles', () => {
  it('all network roles are read with one request; a role without networks is absent', async () => {
    const network = (id: string, role: string, ...regions: string[]) =>
      put(`/network/l3-networks/l3-network/${id}`, 'l3-network', {
        'network-id': id,
        'network-role': role,
        'relationship-list': {
          relationship: regions.map((region) =>
            relation('cloud-region', `/cloud-infrastructure/cloud-regions/cloud-region/O/${region}`, {}),
          ),
        },
      });
    network('n1', 'a', 'r1', 'r2');
    network('n2', 'a', 'r3');
    network('n3', 'b');
    const found = await aai.provider.networkRoleRegions?.(['a', 'b', 'c'], ctx);
    expect(found).toEqual(
      new Map([
        ['a', new Set(['r1', 'r2', 'r3'])],
        ['b', new Set()],
      ]),
    );
    expect(fake.requests).toMatchObject([{ method: 'GET', body: '' }]);
  });

  it('a network role that cannot be read is an error', async () => {
    fake.fault = (_request, response) => send(response, 502, '');
    await expect(aai.provider.networkRoleRegions?.(['a'], ctx)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('replication roles of any number of hosts take two requests', async () => {
    const service =
      '/business/customers/customer/cust/service-subscriptions/service-subscription/sub/service-instances/service-instance/si-v1';
    put(`${service}/allotted-resources/allotted-resource/ar`, 'allotted-resource', { id: 'ar', role: 'PRIMARY' });
    const found = await aai.provider.replicationRoles?.(['name-v1', 'name-v2', 'nobody'], ctx);
    expect(found).toEqual(
      new Map([
        ['name-v1', 'PRIMARY'],
        ['name-v2', null],
        ['nobody', null],
      ]),
    );
    expect(targets()).toEqual(['GET /network/generic-vnfs', 'GET /nodes/service-instances']);
  });
});

describe('reads for people', () => {
  it('from VNF to vserver to pserver to complex take one request a hop', async () => {
    const { reader } = aai;
    const vnfs = await reader.genericVnfs(['v1', 'v2', 'none'], ctx);
    expect(vnfs).toMatchObject([
      {
        vnfId: 'v1',
        vnfName: 'name-v1',
        serviceInstanceIds: ['si-v1'],
        customerId: 'cust',
        cloudRegion: { cloudOwner: 'O', cloudRegionId: 'r1' },
        vserverLinks: [SERVER],
      },
      { vnfId: 'v2' },
      null,
    ]);
    const servers = await reader.vservers([SERVER, SERVER.replace('v1', 'v2'), SERVER.replace('v1', 'v3')], ctx);
    expect(servers).toMatchObject([
      { vserverId: 'vs-v1', link: SERVER, pserverHostnames: ['host-v1'], cloudRegion: { cloudRegionId: 'r1' } },
      { vserverId: 'vs-v2' },
      null,
    ]);
    expect(await reader.pservers(['host-v1'], ctx)).toMatchObject([{ hostname: 'host-v1', physicalLocationId: 'C1' }]);
    expect(await reader.complexes(['C1', 'C2'], ctx)).toMatchObject([
      { latitude: '40.5' },
      { latitude: '1.5', country: null },
    ]);
    expect(fake.requests).toHaveLength(4);
  });

  it('by name, of services, customers and regions', async () => {
    put('/business/customers/customer/cust', 'customer', { 'global-customer-id': 'cust', 'subscriber-name': 7 });
    const { reader } = aai;
    expect(await reader.genericVnfsByName(['name-v2'], ctx)).toMatchObject([{ vnfId: 'v2' }]);
    expect(await reader.serviceInstances(['si-v1', 'x'], ctx)).toMatchObject([
      { serviceInstanceId: 'si-v1', customerId: 'cust', serviceSubscription: 'sub' },
      null,
    ]);
    expect(await reader.customers(['cust'], ctx)).toEqual([
      { globalCustomerId: 'cust', subscriberName: '7', subscriberType: null },
    ]);
    const keys = [
      { cloudOwner: 'O', cloudRegionId: 'r1' },
      { cloudOwner: 'P', cloudRegionId: 'r1' },
    ];
    expect(await reader.cloudRegions(keys, ctx)).toMatchObject([{ cloudOwner: 'O', physicalLocationId: 'C1' }, null]);
  });

  it('give interfaces with their addresses, whatever shape lists have', async () => {
    const server = fake.items.get(SERVER);
    if (server) {
      server.object['in-maint'] = 'True';
      server.object['l-interfaces'] = {
        'l-interface': [
          {
            'interface-name': 'eth0',
            macaddr: 'fa:16',
            'l3-interface-ipv4-address-list': { 'l3-interface-ipv4-address': '10.0.0.1' },
            'l3-interface-ipv6-address-list': [{ 'l3-interface-ipv6-address': 'fd00::1' }, null, {}],
          },
          { macaddr: 'nameless' },
        ],
      };
    }
    expect(await aai.reader.vservers([`https://host/aai/v9${SERVER}/`], ctx)).toMatchObject([
      {
        inMaint: true,
        interfaces: [
          { interfaceName: 'eth0', ipv4Addresses: ['10.0.0.1'], ipv6Addresses: ['fd00::1'], networkName: null },
        ],
      },
    ]);
  });

  it('tell servers with one id in two tenants apart by their links', async () => {
    const other = SERVER.replace('/tenant/t/', '/tenant/u/');
    put(other, 'vserver', { 'vserver-id': 'vs-v1', 'vserver-name': 'of u' });
    const found = await aai.reader.vservers([other, SERVER], ctx);
    expect(found).toMatchObject([
      { link: other, vserverName: 'of u' },
      { link: SERVER, vserverName: null },
    ]);
  });
});

describe('links', () => {
  it.each([
    ['/aai/v14/network/x/y', '/network/x/y'],
    ['https://aai:8443/aai/v9/network//x/y/', '/network/x/y'],
    ['https://gw/prefix/aai/v21/network/x', '/network/x'],
    ['network/x', '/network/x'],
    ['/v11/network/x', '/network/x'],
    ['/network/x/v1/z', '/network/x/v1/z'],
    ['/network/a b/c%20d/%ZZ', '/network/a%20b/c%20d/%25ZZ'],
    ['/network/x?depth=1#f', '/network/x'],
    ['/network/../x', '/network/%2E%2E/x'],
    ['', null],
    ['https://host', null],
  ])('%s is the key %s', (link, key) => expect(normaliseLink(link)).toBe(key));
});
