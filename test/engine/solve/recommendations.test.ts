import { describe, expect, it } from 'vitest';
import { recommend } from '../../../src/engine/solve/recommendations.ts';
import { candidate } from './support.ts';

const region = {
  cloud_owner: 'OwnerX',
  location_type: 'att_aic',
  location_id: 'RegionA',
  cloud_region_version: '3.0',
  physical_location_id: 'CLLI0001',
  'vim-id': 'OwnerX_RegionA',
};
const service = candidate('si-0001', {
  ...region,
  inventory_type: 'service',
  service_resource_id: 'sr-77',
  host_id: 'vmux-host-1',
  vlan_key: 'vk',
  port_key: 'pk',
});

/** Texts, because the order of keys is part of the shape. */
const text = (value: unknown) => JSON.stringify(value);

describe('a recommendation', () => {
  it('has the documented shape for a service', () => {
    const { source, ...rest } = recommend('vMux', service, '');
    expect(text(rest)).toBe(
      text({
        demand: 'vMux',
        inventory_provider: 'aai',
        service_resource_id: 'sr-77',
        candidate: {
          candidate_id: 'si-0001',
          inventory_type: 'service',
          cloud_owner: 'OwnerX',
          location_type: 'att_aic',
          location_id: 'RegionA',
          is_rehome: 'false',
          'vim-id': 'OwnerX_RegionA',
          host_id: 'vmux-host-1',
        },
        attributes: {
          'physical-location-id': 'CLLI0001',
          cloud_owner: 'OwnerX',
          aic_version: '3.0',
          host_id: 'vmux-host-1',
          service_instance_id: 'si-0001',
          vlan_key: 'vk',
          port_key: 'pk',
        },
      }),
    );
    expect(source).toBe(service);
  });

  it('has a conflict id for cloud only, and null for what is absent', () => {
    const cloud = recommend('d', candidate('r', { conflict_id: 'k', location_id: undefined }), '');
    expect(text(cloud.candidate)).toBe(
      '{"candidate_id":"r","inventory_type":"cloud","cloud_owner":null,"location_type":null,"location_id":null,"is_rehome":"false","conflict_id":"k"}',
    );
    expect(text(cloud.attributes)).toBe('{"physical-location-id":null,"cloud_owner":null,"aic_version":null}');
    expect(cloud.service_resource_id).toBeNull();
    expect(recommend('d', { ...service, conflict_id: 'k' }, '').candidate).not.toHaveProperty('conflict_id');
  });

  it('leaves empty keys of a service out', () => {
    const { attributes } = recommend('d', { ...service, vlan_key: null, port_key: '' }, '');
    expect(Object.keys(attributes)).toEqual([
      'physical-location-id',
      'cloud_owner',
      'aic_version',
      'host_id',
      'service_instance_id',
    ]);
  });

  it('blanks location_id for version 2.5 exactly', () => {
    const blank = (version: string) =>
      recommend('d', { ...service, cloud_region_version: version }, '').candidate.location_id;
    expect([blank('2.5'), blank('2.50')]).toEqual(['', 'RegionA']);
  });

  it.each([
    ['', 'false', 'false'],
    ['', 'true', 'false'],
    ['speed changed', 'false', 'true'],
    ['speed changed', undefined, 'true'],
    ['speed changed', 'true', 'false'],
  ])('says is_rehome for request type "%s", existing placement %s', (requestType, existing, expected) => {
    const one = candidate('x', { existing_placement: existing });
    expect(recommend('d', one, requestType).candidate.is_rehome).toBe(expected);
  });

  it('copies pass-through attributes except those it has itself', () => {
    const passed = JSON.parse('{"cloud_owner": "me", "colour": "red", "__proto__": 7}');
    const { attributes } = recommend('d', candidate('x', { ...region, passthrough_attributes: passed }), '');
    expect(text(attributes)).toBe(
      '{"physical-location-id":"CLLI0001","cloud_owner":"OwnerX","aic_version":"3.0","colour":"red","__proto__":7}',
    );
  });

  it('gives the whole candidate for slices', () => {
    const slice = candidate('profile-9', { inventory_type: 'nssi', instance_id: 'ssi-3' });
    const { candidate: shown, attributes } = recommend('core', slice, 'speed changed');
    expect(shown).toEqual(slice);
    expect(text(attributes)).toBe('{"physical-location-id":null,"cloud_owner":null,"aic_version":null}');
  });

  it('adds nothing for transport', () => {
    const { candidate: shown, attributes } = recommend('t', { ...service, inventory_type: 'transport' }, '');
    expect(Object.keys(shown)).toEqual([
      'candidate_id',
      'inventory_type',
      'cloud_owner',
      'location_type',
      'location_id',
      'is_rehome',
      'vim-id',
    ]);
    expect(Object.keys(attributes)).toEqual(['physical-location-id', 'cloud_owner', 'aic_version']);
  });

  it('names the module and its servers for vfmodule', () => {
    const vservers = [{ 'vserver-id': 'v', 'vserver-name': 'n', 'l-interfaces': [] }];
    const module = { ...service, inventory_type: 'vfmodule', service_instance_id: 'si-1', 'nf-name': 'n', vservers };
    const { attributes } = recommend('d', module, '');
    expect(attributes).toMatchObject({ service_instance_id: 'si-1', 'nf-name': 'n', 'nf-id': null, vservers });
  });

  it('fills the names and ids of flavors into the directives of cloud regions, each entry its own id', () => {
    const attribute = (name: string, value = '') => ({ attribute_name: name, attribute_value: value });
    const entry = (id: string, flavor_id: string | null) => ({
      id,
      type: 'vnfc',
      directives: [
        {
          type: 'flavor_directives',
          attributes: [attribute(`label_${id}`), attribute('flavorId'), attribute('other')],
        },
        { type: 'sriovNICNetwork_directives', attributes: [attribute('A', 'a')] },
      ],
      ...(flavor_id === null ? {} : { flavor_id }),
    });
    const hpa = {
      flavor_map: { label_0: 'm1.numa', label_1: 'm1.big', flavorId: 'f-last' },
      all_directives: { directives: [entry('0', 'f-77'), entry('1', null)] },
      flavors: { flavor: [] },
    };
    const before = JSON.stringify(hpa);
    const { attributes, source } = recommend('d', candidate('r', { ...region, ...hpa }), '');
    const filled = (id: string, name: string, flavor: string) => ({
      id,
      type: 'vnfc',
      directives: [
        {
          type: 'flavor_directives',
          attributes: [attribute(`label_${id}`, name), attribute('flavorId', flavor), attribute('other')],
        },
        { type: 'sriovNICNetwork_directives', attributes: [attribute('A', 'a')] },
      ],
    });
    expect(text(attributes.directives)).toBe(
      text({ directives: [filled('0', 'm1.numa', 'f-77'), filled('1', 'm1.big', 'f-last')] }),
    );
    expect(JSON.stringify(hpa)).toBe(before);
    expect(source).not.toHaveProperty('flavors');
    const one = { ...hpa, flavor_map: undefined };
    expect(recommend('d', candidate('r', { ...region, ...one }), '').attributes).not.toHaveProperty('directives');
    expect(recommend('d', { ...service, ...hpa }, '').attributes).not.toHaveProperty('directives');
  });
});
