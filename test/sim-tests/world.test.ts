// Worlds: the generator is reproducible and consistent, and the recorded world can be served.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startAaiSimulator } from '../sim/aai.ts';
import { createStore } from '../sim/aai-store.ts';
import { listAt, textAt } from '../sim/json.ts';
import { loadWorld, makeWorld, type SimWorld, vcpeWorld } from '../sim/world.ts';
import { askAai } from './client.ts';

const recorded = () => loadWorld(JSON.parse(readFileSync('test/golden/world.json', 'utf8')));

function plain(world: SimWorld) {
  return { aai: [...world.aai], capacity: [...world.capacity].map(([target, limits]) => [target, [...limits]]) };
}

function dangling(world: SimWorld): string[] {
  const store = createStore(world.aai);
  return [...world.aai].flatMap(([uri, entry]) =>
    listAt(entry.object['relationship-list'], 'relationship')
      .map((relationship) => textAt(relationship, 'related-link') ?? '')
      .filter((link) => store.get(link) === null)
      .map((link) => `${uri} -> ${link}`),
  );
}

describe('makeWorld', () => {
  test('the same options give the same world, another seed another one', () => {
    expect(plain(makeWorld({ seed: 7 }))).toEqual(plain(makeWorld({ seed: 7 })));
    expect(plain(makeWorld({ seed: 7 }))).not.toEqual(plain(makeWorld({ seed: 8 })));
  });

  test('it has as many regions and VNFs as asked for, on several continents', () => {
    const store = createStore(
      makeWorld({ seed: 1, regions: 60, vnfs: 200, customers: 5, vserversPerVnf: 3, hosts: 6 }).aai,
    );
    expect(store.ofType('cloud-region')).toHaveLength(60);
    expect(store.ofType('generic-vnf')).toHaveLength(200);
    expect(store.ofType('vserver')).toHaveLength(600);
    expect(store.ofType('pnf')).toHaveLength(6);
    expect(store.ofType('customer').length).toBeLessThanOrEqual(5);
    const areas = new Set(store.ofType('complex').map((vertex) => vertex.object.region));
    expect(areas.size).toBe(6);
  });

  test('every coordinate is on the globe and every country has three letters', () => {
    for (const vertex of createStore(makeWorld({ seed: 3, regions: 200 }).aai).ofType('complex')) {
      expect(Math.abs(Number(vertex.object.latitude))).toBeLessThanOrEqual(90);
      expect(Math.abs(Number(vertex.object.longitude))).toBeLessThanOrEqual(180);
      expect(vertex.object.country).toMatch(/^[A-Z]{3}$/);
    }
  });

  test.each([
    ['generated', makeWorld({ seed: 5, vnfs: 30 })],
    ['vCPE', vcpeWorld()],
  ])('in the %s world no relationship leads nowhere and each is written on both ends', (_name, world) => {
    expect(dangling(world)).toEqual([]);
    const store = createStore(world.aai);
    for (const [uri, entry] of world.aai) {
      for (const relationship of listAt(entry.object['relationship-list'], 'relationship')) {
        const other = store.get(textAt(relationship, 'related-link') ?? '');
        const back = listAt(other?.object['relationship-list'], 'relationship').map((item) =>
          textAt(item, 'related-link'),
        );
        expect(back).toContain(`/aai/{version}${uri}`);
      }
    }
  });

  test('relationship data name the keys of the object and of what holds it', () => {
    const store = createStore(vcpeWorld().aai);
    const vnf = store.get('/network/generic-vnfs/generic-vnf/vnf-vgmux-nyc');
    const link = listAt(vnf?.object['relationship-list'], 'relationship').find(
      (item) => textAt(item, 'related-to') === 'vserver',
    );
    expect(listAt(link, 'relationship-data')).toEqual([
      { 'relationship-key': 'cloud-region.cloud-owner', 'relationship-value': 'AuroraCloud' },
      { 'relationship-key': 'cloud-region.cloud-region-id', 'relationship-value': 'nyc-01' },
      { 'relationship-key': 'tenant.tenant-id', 'relationship-value': 'tenant-1' },
      { 'relationship-key': 'vserver.vserver-id', 'relationship-value': 'vs-vnf-vgmux-nyc' },
    ]);
  });
});

describe('the recorded world', () => {
  test('it is served, children nested in its objects included', async () => {
    const aai = await startAaiSimulator({ world: recorded() });
    try {
      const regions = await askAai(`${aai.url}/v14/cloud-infrastructure/cloud-regions/?depth=0`);
      expect(regions.json['cloud-region']).toHaveLength(15);
      const flavors = await askAai(
        `${aai.url}/v14/cloud-infrastructure/cloud-regions/cloud-region/OwnerA/nyc-1/flavors/?depth=all&nodes-only=true`,
      );
      expect(flavors.json.flavor).toHaveLength(4);
      const capability = flavors.json.flavor[0]['hpa-capabilities']['hpa-capability'][0];
      expect(capability['hpa-feature-attributes'][0]['hpa-attribute-key']).toBe('numVirtualCpu');
      const flat = await askAai(
        `${aai.url}/v14/cloud-infrastructure/cloud-regions/cloud-region/OwnerA/nyc-1/flavors?depth=0`,
      );
      expect(flat.text).not.toContain('hpa-capabilit');
      const profiles = await askAai(`${aai.url}/v14/nodes/service-instances/service-instance/slp-1?depth=2`);
      expect(profiles.json['slice-profiles']['slice-profile'][0]['profile-id']).toBe('prof-slp-1');
    } finally {
      await aai.stop();
    }
  });

  test('a world of another form is refused with its reason', () => {
    expect(() => loadWorld([])).toThrow('needs an object "aai"');
    expect(() => loadWorld({ aai: { '/x': { type: 'complex' } } })).toThrow('/x');
    const unknown = loadWorld({ aai: { '/network/moons/moon/1': { type: 'moon', object: {} } } });
    expect(() => createStore(unknown.aai)).toThrow('moon');
  });
});

test('objects can be put and removed while the simulator runs, with what they hold', async () => {
  const aai = await startAaiSimulator({ world: vcpeWorld() });
  try {
    const region = `${aai.url}/v32/cloud-infrastructure/cloud-regions/cloud-region/AuroraCloud/nyc-01`;
    expect(aai.store.remove('/cloud-infrastructure/cloud-regions/cloud-region/AuroraCloud/nyc-01')).toBe(true);
    expect((await askAai(region)).status).toBe(404);
    expect((await askAai(`${aai.url}/v32/nodes/vservers?vserver-id=vs-vnf-vgmux-nyc`)).status).toBe(404);
    const object = { 'cloud-owner': 'AuroraCloud', 'cloud-region-id': 'nyc-01', status: 'new' };
    aai.store.put('/cloud-infrastructure/cloud-regions/cloud-region/AuroraCloud/nyc-01', {
      type: 'cloud-region',
      object,
    });
    expect((await askAai(region)).json.status).toBe('new');
  } finally {
    await aai.stop();
  }
});
