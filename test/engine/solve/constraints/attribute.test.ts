import { describe, expect, it } from 'vitest';
import { ConductorError } from '../../../../src/domain/errors.ts';
import { attribute } from '../../../../src/engine/solve/constraints/attribute.ts';
import type { JsonObject } from '../../../../src/lib/json.ts';
import { candidate, checkContext, judge, parsed, provider, words } from '../support.ts';

const nyc = candidate('nyc', { complex_name: 'cx', country: 'USA', state: 'NY', region: 'US-East' });
const evaluate = (rules: JsonObject) => ({ evaluate: rules });

describe('attribute', () => {
  it.each([
    ['complex', { complex: { any: ['cx', 'cy'] } }, 'fit'],
    ['complex, refused', { complex: { any: ['cy'] } }, 'complex_name cx, must be any of [cy]'],
    ['country', { country: { all: ['USA'] } }, 'fit'],
    [
      'two values under all can never hold',
      { country: { all: ['USA', 'DEU'] } },
      'country USA, must be all of [USA, DEU]',
    ],
    ['state', { state: { any: ['TX'] } }, 'state NY, must be any of [TX]'],
    ['region is the geographic one', { region: { any: ['US-East'] } }, 'fit'],
    ['all wins over any', { country: { any: ['USA'], all: ['DEU'] } }, 'country USA, must be all of [DEU]'],
    ['an empty list restricts nothing', { country: { any: [] } }, 'fit'],
    ['an empty text restricts nothing', { country: '' }, 'fit'],
    ['an unknown attribute restricts nothing', { foo: { any: ['x'] } }, 'fit'],
    ['__proto__ is an unknown attribute', JSON.parse('{"__proto__": {"any": ["x"]}}'), 'fit'],
    ['cloud-region', { 'cloud-region': { 'cloud-requests': ['nyc'] } }, 'fit'],
    [
      'cloud-region, refused',
      { 'cloud-region': { 'cloud-requests': ['fra'] } },
      'cloud region nyc, must be one of [fra]',
    ],
    [
      'cloud-region: an empty list allows none',
      { 'cloud-region': { 'cloud-requests': [] } },
      'cloud region nyc, must be one of []',
    ],
    ['cloud-region: a missing list restricts nothing', { 'cloud-region': { 'service-requests': ['fra'] } }, 'fit'],
    [
      'every attribute must hold',
      { country: { any: ['USA'] }, state: { any: ['TX'] } },
      'state NY, must be any of [TX]',
    ],
  ])('%s', async (_promise, rules, expected) => {
    const [verdict] = await judge(attribute, evaluate(rules as JsonObject), [nyc]);
    expect(words(verdict)).toBe(expected);
  });

  it('restricts each inventory type by its own list of cloud regions', async () => {
    const rules = {
      'cloud-region': { 'cloud-requests': ['a'], 'service-requests': ['b'], 'vfmodule-requests': ['c'] },
    };
    const inB = ['cloud', 'service', 'vfmodule', 'transport'].map((type) =>
      candidate(type, { inventory_type: type, location_id: 'b' }),
    );
    const verdicts = await judge(attribute, evaluate(rules), inB);
    expect(verdicts.map((verdict) => verdict.kind)).toEqual(['reject', 'fit', 'reject', 'fit']);
  });

  it('says that a missing field is missing', async () => {
    const [verdict] = await judge(attribute, evaluate({ state: { any: ['TX'] } }), [candidate('x')]);
    expect(words(verdict)).toBe('state is missing, must be any of [TX]');
  });

  it('is local unless it asks the inventory', () => {
    const cost = (rules: JsonObject) => attribute.costOf?.(parsed(attribute, evaluate(rules)));
    expect(cost({ country: { any: ['USA'] } })).toBe('local');
    expect(cost({ network_roles: { any: [] } })).toBe('local');
    expect(cost({ network_roles: { any: ['r'] } })).toBe('remote');
    expect(cost({ replication_role: 'primary' })).toBe('remote');
  });
});

describe('attribute network_roles', () => {
  const [a, b, service] = [candidate('a'), candidate('b'), candidate('s', { inventory_type: 'service' })];
  const regions = new Map([
    ['role-1', new Set(['a', 'b'])],
    ['role-2', new Set(['b'])],
  ]);
  const knows = () => provider({ networkRoleRegions: async () => regions });

  it.each([
    ['all: in every set', { all: ['role-1', 'role-2'] }, ['region a lacks the network role role-2', 'fit', 'fit']],
    [
      'any: in at least one',
      { any: ['role-2', 'role-3'] },
      ['region a has none of the network roles role-2, role-3', 'fit', 'fit'],
    ],
    [
      'all: a role without an answer fails everybody',
      { all: ['role-1', 'role-3'] },
      ['region a lacks the network role role-3', 'region b lacks the network role role-3', 'fit'],
    ],
    ['an empty list asks nobody', { any: [] }, ['fit', 'fit', 'fit']],
  ])('%s', async (_promise, roles, expected) => {
    const ctx = checkContext({ providers: [provider(), knows()] });
    const verdicts = await judge(attribute, evaluate({ network_roles: roles }), [a, b, service], ctx);
    expect(verdicts.map(words)).toEqual(expected);
  });

  it('joins the answers of several providers', async () => {
    const other = provider({ networkRoleRegions: async () => new Map([['role-2', new Set(['a'])]]) });
    const ctx = checkContext({ providers: [knows(), other] });
    const verdicts = await judge(attribute, evaluate({ network_roles: { all: ['role-2'] } }), [a, b], ctx);
    expect(verdicts.map(words)).toEqual(['fit', 'fit']);
  });

  it('does not count as fit what no provider knows', async () => {
    const ctx = checkContext({ providers: [provider()] });
    const verdicts = await judge(attribute, evaluate({ network_roles: { any: ['role-1'] } }), [a, service], ctx);
    expect(verdicts.map(words)).toEqual(['unknown: no inventory provider knows network roles', 'fit']);
  });

  it('asks only about what the local attributes left', async () => {
    const asked: string[][] = [];
    const replication = provider({
      async replicationRoles(hosts) {
        asked.push([...hosts]);
        return new Map();
      },
    });
    const hosts = ['USA', 'DEU'].map((country) => candidate(country, { country, host_id: `host-${country}` }));
    const rules = evaluate({ replication_role: 'primary', country: { any: ['DEU'] } });
    await judge(attribute, rules, hosts, checkContext({ providers: [replication] }));
    expect(asked).toEqual([['host-DEU']]);
  });

  it('passes a failure of the provider on', async () => {
    const down = provider({
      networkRoleRegions: () => Promise.reject(new ConductorError('UPSTREAM_UNAVAILABLE', 'A&AI is down')),
    });
    const judging = judge(
      attribute,
      evaluate({ network_roles: { any: ['r'] } }),
      [a],
      checkContext({ providers: [down] }),
    );
    await expect(judging).rejects.toThrow('A&AI is down');
  });
});

describe('attribute replication_role', () => {
  const roles = new Map<string, string | null>([
    ['h1', 'PRIMARY'],
    ['h2', 'SECONDARY'],
    ['h3', null],
  ]);
  const hosts = ['h1', 'h2', 'h3', 'h4'].map((id) => candidate(id, { inventory_type: 'service', host_id: id }));

  it('compares the upper case of the wanted role; hosts without a role are refused, candidates without a host pass', async () => {
    const ctx = checkContext({ providers: [provider(), provider({ replicationRoles: async () => roles })] });
    const verdicts = await judge(
      attribute,
      evaluate({ replication_role: 'secondary' }),
      [...hosts, candidate('x')],
      ctx,
    );
    expect(verdicts.map(words)).toEqual([
      'host h1 has replication role PRIMARY, must be SECONDARY',
      'fit',
      'host h3 has replication role none, must be SECONDARY',
      'host h4 has replication role none, must be SECONDARY',
      'fit',
    ]);
  });

  it('does not count as fit what no provider knows', async () => {
    const verdicts = await judge(attribute, evaluate({ replication_role: 'primary' }), hosts.slice(0, 1));
    expect(verdicts.map(words)).toEqual(['unknown: no inventory provider knows replication roles']);
  });
});
