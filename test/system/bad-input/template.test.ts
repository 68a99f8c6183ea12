// Templates that are wrong, strange or hostile: the plan is accepted as clients expect, and ends in `error` with a message that
// names the cause; names that JavaScript gives a meaning are names like any other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, type RestPlan, startGateway } from '../../support/gateway.ts';
import { expectError, expectRefusal, GOOD_TEMPLATE, goodBody, stillWorks, template } from './support.ts';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(() => gateway.stop());

const { near } = GOOD_TEMPLATE.constraints;
const [cloud] = GOOD_TEMPLATE.demands.vG;
const constraint = (properties: object, type = 'distance_to_location', demands: unknown = ['vG']) =>
  template({ constraints: { near: { type, demands, properties } } });
const demand = (requirement: unknown) => template({ demands: { vG: requirement } });

describe('what a template names and does not have', () => {
  it.each([
    ['version', template({ homing_template_version: '2031-01-01' }), /conductor_template_version must be one of: 2016/],
    ['demand', constraint(near.properties, near.type, ['vX']), /vX/],
    ['location', constraint({ distance: '< 5 km', location: 'nowhere' }), /nowhere/],
    ['type of constraint', constraint({}, 'sorcery'), /sorcery/],
    ['parameter', template({ locations: { customer: { latitude: { get_param: 'lat' }, longitude: 1 } } }), /lat/],
    ['goal', template({ optimization: { minimise: {} } }), /minimize/],
    [
      'demand in the objective',
      template({ optimization: { minimize: { sum: [{ distance_between: ['customer', 'vX'] }] } } }),
      /vX/,
    ],
    ['key of a demand', demand([{ ...cloud, colour: 'red' }]), /colour/],
    ['inventory type', demand([{ ...cloud, inventory_type: 'castle' }]), /castle/],
    ['provider', demand([{ ...cloud, inventory_provider: 'oracle' }]), /oracle/],
    ['key of a location', template({ locations: { customer: { town: 'Chicago' } } }), /customer/],
    ['file', template({ locations: { customer: { get_file: 'places.yaml' } } }), /places\.yaml/],
    [
      'demand to reserve',
      template({ reservation: { service_model: 'ADIOD', service_candidates: { r: { demands: ['vX'] } } } }),
      /vX/,
    ],
  ])('an unknown %s', async (_what, body, cause) => {
    await expectError(gateway, body, cause);
  });
});

describe('a location without a place', () => {
  it.each([
    ['without anything', {}, /customer/],
    ['with half its coordinates', { latitude: 41.85 }, /longitude|coordinates|customer/],
    ['with words for coordinates', { latitude: 'north', longitude: 'west' }, /north/],
    ['beyond the poles', { latitude: 91, longitude: 0 }, /91/],
    ['with an unreadable number', { latitude: '1e999', longitude: 0 }, /1e999|Infinity|latitude/],
    ['with an empty text', { latitude: '', longitude: '' }, /customer/],
    ['with null', { latitude: null, longitude: null }, /customer/],
    ['with a list', { latitude: [1], longitude: [2] }, /latitude|customer/],
    ['at an unknown host', { host_name: 'no-such-host' }, /customer/],
    ['at an unknown CLLI', { clli_code: 'NOWHERE1' }, /customer/],
  ])('%s', async (_what, customer, cause) => {
    await expectError(gateway, template({ locations: { customer } }), cause);
  });
});

describe('a part of another type', () => {
  const others = (except: 'object' | 'list' | 'text') => [
    1,
    true,
    ...(except === 'text' ? [] : ['text']),
    ...(except === 'list' ? [] : [[1]]),
    ...(except === 'object' ? [] : [{ a: 1 }]),
  ];
  const inSection = (section: string, values: readonly unknown[]) =>
    values.map((value) => [section, JSON.stringify(value), template({ [section]: value })] as const);

  it.each([
    ...inSection('homing_template_version', [1, true, ['2017-10-10'], { a: 1 }, null]),
    ...inSection('parameters', others('object')),
    ...inSection('locations', others('object')),
    ...inSection('demands', others('object')),
    ...inSection('constraints', others('object')),
    ...inSection('optimization', others('object')),
    ...inSection('reservation', others('object')),
  ])('section %s as %s', async (section, _value, body) => {
    await expectError(gateway, body, new RegExp(section.replace(/s$|homing_template_/, ''), 'i'));
  });

  it.each([
    ['a demand', demand('x'), /vG/],
    ['a requirement', demand([1]), /vG/],
    ['an inventory type', demand([{ ...cloud, inventory_type: {} }]), /inventory type/i],
    ['a region', demand([{ ...cloud, region: ['a'] }]), /region/],
    ['a filter', demand([{ ...cloud, filtering_attributes: 'x' }]), /filtering_attributes/],
    ['required candidates', demand([{ ...cloud, required_candidates: 'x' }]), /required_candidates/],
    ['an existing placement', demand([{ ...cloud, existing_placement: 'x' }]), /existing_placement/],
    ['a constraint', template({ constraints: { near: 'x' } }), /near/],
    ['the demands of a constraint', constraint(near.properties, near.type, 5), /demands|near/],
    ['the type of a constraint', template({ constraints: { near: { ...near, type: {} } } }), /near|type/],
    ['a distance', constraint({ distance: { a: 1 }, location: 'customer' }), /Expression must be a string/],
    ['a distance in no unit known', constraint({ distance: '< 5 parsec', location: 'customer' }), /parsec/],
    ['a location of a constraint', constraint({ distance: '< 5 km', location: ['customer'] }), /location|near/],
    [
      'a weight',
      template({
        optimization: { minimize: { sum: [{ product: ['heavy', { distance_between: ['customer', 'vG'] }] }] } },
      }),
      /product/,
    ],
    ['the operands', template({ optimization: { minimize: { sum: 'all' } } }), /sum/],
    [
      'a function call',
      template({ locations: { customer: { latitude: { get_param: {} }, longitude: 1 } } }),
      /get_param|param/i,
    ],
  ])('%s', async (_what, body, cause) => {
    await expectError(gateway, body, cause);
  });
});

describe('names that JavaScript gives a meaning', () => {
  const words = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'prototype'];

  /** JSON text, because an object literal would set its prototype. */
  const named = (word: string) =>
    `{"name": "${word}", "num_solution": "1", "template": {
      "homing_template_version": "2017-10-10",
      "parameters": {"${word}": -87.65},
      "locations": {"${word}": {"latitude": 41.85, "longitude": {"get_param": "${word}"}}},
      "demands": {"${word}": [{"inventory_provider": "aai", "inventory_type": "cloud", "service_resource_id": "r",
        "filtering_attributes": {"cloud-type": "openstack"}, "passthrough_attributes": {"${word}": "kept"}}]},
      "constraints": {"${word}": {"type": "distance_to_location", "demands": ["${word}"],
        "properties": {"distance": "< 2000 km", "location": "${word}"}}},
      "optimization": {"minimize": {"sum": [{"distance_between": ["${word}", "${word}"]}]}},
      "reservation": {"service_model": "ADIOD", "service_candidates": {"${word}": {"demands": ["${word}"],
        "properties": {"controller": "SDN-C", "request": {"${word}": "x"}}}}}}}`;

  it.each(words)(
    '%s is an ordinary name of demand, location, parameter, constraint, attribute and reservation',
    async (word) => {
      const body = named(word).replace(`["${word}", "${word}"]}]}}`, `["place", "${word}"]}]}}`);
      // A location and a demand of one name cannot be told apart in an objective, so it has a second location.
      const plan = await gateway.solved(
        body.replace('"locations": {', '"locations": {"place": {"latitude": 41.85, "longitude": -87.65}, '),
      );
      expect([plan.status, plan.message]).toEqual(['done', undefined]);
      const [recommendation] = plan.recommendations ?? [];
      expect(Object.keys(recommendation ?? {})).toEqual([word]);
      const own = Object.getOwnPropertyDescriptor(recommendation ?? {}, word)?.value;
      expect(own).toMatchObject({ service_resource_id: 'r', candidate: { candidate_id: 'chi-01' } });
      expect(Object.getOwnPropertyDescriptor(own.attributes, word)?.value).toBe('kept');
    },
  );

  it.each(words)('%s that is not there is not found', async (word) => {
    await expectError(gateway, constraint(near.properties, near.type, [word]), new RegExp(word));
    await expectError(gateway, constraint({ distance: '< 5 km', location: word }), new RegExp(word));
    await expectError(gateway, constraint(near.properties, word), new RegExp(word));
    await expectError(
      gateway,
      template({ locations: { customer: { latitude: { get_param: word }, longitude: 1 } } }),
      new RegExp(word),
    );
    const filtered = await gateway.solved(demand([{ ...cloud, filtering_attributes: { [`${word} `.trim()]: 'x' } }]));
    expect(filtered.status).not.toBe('done');
  });

  it('nothing that was sent has become a property of every object', async () => {
    const poison = '{"polluted": "yes", "isAdmin": true}';
    const good = JSON.stringify(GOOD_TEMPLATE).slice(1);
    await gateway.rest(
      'POST',
      '/v1/plans',
      `{"template": {"__proto__": ${poison}, ${good}, "files": {"__proto__": ${poison}}}`,
    );
    await gateway.rest('POST', '/v1/plans', `{"template": {"constructor": {"prototype": ${poison}}, ${good}}`);
    await gateway.rest('POST', '/v1/plans', {
      template: `__proto__: ${poison}\n<<: ${poison}\nparameters: {__proto__: ${poison}}`,
    });
    const variables = `{"template": {"__proto__": ${poison}}}`;
    await gateway.rest(
      'POST',
      '/graphql',
      `{"query": "query ($template: JSON) { validateTemplate(template: $template) { valid } }", "variables": ${variables}}`,
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    const fresh: Record<string, unknown> = {};
    expect([fresh['x'], fresh['polluted'], fresh['isAdmin']]).toEqual([undefined, undefined, undefined]);
  });
});

describe('text that is hard to carry', () => {
  const SURROGATE = '\\ud83d';
  const NUL = '\\u0000';

  it.each([
    ['a lone surrogate', SURROGATE],
    ['NUL', NUL],
    ['a line break', '\\r\\n'],
    ['an escape sequence', '\\u001b[31m'],
    ['a direction override', '\\u202e'],
  ])('%s in names and values is stored and shown, or refused with a cause', async (_what, text) => {
    const body = JSON.stringify({
      name: 'n@@n',
      template: {
        ...GOOD_TEMPLATE,
        parameters: { 'p@@p': 'v@@v' },
        demands: { 'd@@d': [{ ...cloud, service_resource_id: 's@@s' }] },
        constraints: { 'c@@c': { ...near, demands: ['d@@d'] } },
        optimization: {},
      },
    }).replaceAll('@@', text);
    const answer = await gateway.rest('POST', '/v1/plans', body);
    if (answer.status !== 201) return expectRefusal(answer, /surrogate|character|Unicode|NUL/i);
    const plan = await gateway.finished((answer.body as RestPlan).id);
    expect(plan.status).toBe('done');
    const wanted = JSON.parse(`"d${text}d"`) as string;
    // A lone surrogate has no UTF-8 form: what comes back is the replacement character.
    const shown = text === SURROGATE ? [wanted, 'd\ufffdd'] : [wanted];
    expect(shown).toContain(Object.keys(plan.recommendations?.[0] ?? {})[0]);
  });

  it('an unknown name that breaks lines is repeated in the message without breaking the log', async () => {
    const plan = await expectError(gateway, constraint(near.properties, near.type, ['v\r\nX: 1\u0000']), /v.*X/s);
    const about = (await gateway.log()).filter(({ planId }) => planId === plan.id);
    expect(about.length).toBeGreaterThan(0);
  });
});

describe('sheer amount', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, at) => `"${at.toString(36)}":0`).join(',');

  it('a million parameters are solved or refused, and other plans are served meanwhile', async () => {
    const good = JSON.stringify(GOOD_TEMPLATE).slice(1);
    const asked = gateway.rest('POST', '/v1/plans', `{"template": {"parameters": {${keys(1_000_000)}}, ${good}}`);
    const other = await gateway.solved(goodBody('meanwhile'));
    expect(other.status).toBe('done');
    const answer = await asked;
    if (answer.status === 201) expect((await gateway.finished((answer.body as RestPlan).id)).status).toBe('done');
    else expectRefusal(answer, /larger than|more than|too (large|many)/, answer.status === 413 ? 413 : 400);
  });

  it('100,000 parameters, within every limit, are solved', async () => {
    const good = JSON.stringify(GOOD_TEMPLATE).slice(1);
    const answer = await gateway.rest('POST', '/v1/plans', `{"template": {"parameters": {${keys(100_000)}}, ${good}}`);
    expect(answer.status).toBe(201);
    expect((await gateway.finished((answer.body as RestPlan).id)).status).toBe('done');
  });

  it('10,000 demands and 10,000 broken constraints end with one message', async () => {
    const constraints = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`c${at}`, { type: 'x' }]));
    await expectError(gateway, template({ constraints }), /c0/);
    const demands = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`d${at}`, [{}]]));
    await expectError(gateway, template({ demands, constraints: {}, optimization: {} }), /d0/);
  });
});

it('afterwards the gateway works, and nothing that it accepted is lost', () => stillWorks(gateway));
