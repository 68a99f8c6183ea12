// get_param and get_file: everywhere in the template, before structure is checked; errors name the place.
import { describe, expect, test } from 'vitest';
import { CLOUD, issuesOf, messagesOf, operandsOf, parsed, requirement } from './support.ts';

const param = (argument: unknown) => ({ get_param: argument });

describe('get_param', () => {
  test('in every section, structural places and the objective included', () => {
    const result = parsed({
      parameters: { lat: 48.1, who: 'place', names: ['vG'], weight: '2.5', model: 'ADIOD', far: '< 5 km' },
      locations: { place: { latitude: param('lat'), longitude: 11 } },
      constraints: {
        c: {
          type: 'distance_to_location',
          demands: param('names'),
          properties: { distance: param('far'), location: param('who') },
        },
      },
      optimization: { minimize: { sum: [{ product: [param('weight'), { distance_between: [param('who'), 'vG'] }] }] } },
      reservation: { service_model: param('model') },
    });
    expect(result.locations[0]).toMatchObject({ latitude: 48.1 });
    expect(result.constraints[0]).toMatchObject({ key: 'c_vG', properties: { location: 'place' } });
    expect(operandsOf(result)[0]).toEqual({
      weight: 2.5,
      function: 'distance_between',
      params: ['place', 'vG'],
    });
    expect(result.reservation.serviceModel).toBe('ADIOD');
  });

  test('a whole section or demand may be one', () => {
    const parameters = { places: { a: { latitude: 1, longitude: 2 } }, needs: [CLOUD] };
    const result = parsed({ parameters, locations: param('places'), demands: { vG: param('needs') } });
    expect(result.locations.map(({ name }) => name)).toEqual(['a']);
    expect(result.demands[0]?.requirements).toHaveLength(1);
  });

  test('the list form walks into lists and objects', () => {
    const parameters = { sites: [{ id: 'one' }, { id: 'two', tags: ['x', 'y'] }] };
    const of = (argument: unknown) =>
      parsed({ parameters, ...requirement({ region: param(argument) }) }).demands[0]?.requirements[0]?.region;
    expect(of(['sites', 1, 'id'])).toBe('two');
    expect(of(['sites', '1', 'tags', 0])).toBe('x');
  });

  test('the value is not resolved again and not converted', () => {
    const parameters = { a: { get_param: 'b' }, b: 1 };
    const result = parsed({ parameters, ...requirement({ passthrough_attributes: { x: param('a') } }) });
    expect(result.demands[0]?.requirements[0]?.passthroughAttributes).toEqual({ x: { get_param: 'b' } });
  });

  test.each([
    ['nope', "Parameter 'nope' undefined in path demands > vG[0] > region"],
    [{ a: 1 }, "Parameter name '{'a': 1}' not a string in path demands > vG[0] > region"],
    [[], "Parameter name '[]' not a string in path demands > vG[0] > region"],
    [[5, 1], "Parameter name '[5, 1]' not a string in path demands > vG[0] > region"],
    [['list', 9], "Parameter 'list' has no element '9' in path demands > vG[0] > region"],
    [['list', 'length'], "Parameter 'list' has no element 'length' in path demands > vG[0] > region"],
    [['list', 0, 'x'], "Parameter 'list' has no element 'x' in path demands > vG[0] > region"],
    ['toString', "Parameter 'toString' undefined in path demands > vG[0] > region"],
  ])('%j', (argument, message) => {
    const changes = { parameters: { list: ['a'] }, ...requirement({ region: param(argument) }) };
    expect(issuesOf(changes)).toEqual([{ path: 'demands > vG[0] > region', message }]);
  });

  test('an unresolved place causes no second complaint, but others are still found', () => {
    const demands = { vG: [{ ...CLOUD, inventory_type: param('nope'), foo: 1 }] };
    const constraints = { c: { type: param('what'), demands: ['vG'] } };
    expect(messagesOf({ demands, constraints })).toEqual([
      "Parameter 'nope' undefined in path demands > vG[0] > inventory_type",
      "Parameter 'what' undefined in path constraints > c > type",
      'Demand vG has an invalid key foo',
    ]);
  });

  test('with a broken parameters section only that is said', () => {
    expect(messagesOf({ parameters: [], ...requirement({ region: param('x') }) })).toEqual([
      'Parameter section must be a dictionary',
    ]);
  });

  test('a large value used very often is refused instead of filling the memory', () => {
    const filters = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, param('big')]));
    const changes = { parameters: { big: 'x'.repeat(1_000_000) }, ...requirement({ filtering_attributes: filters }) };
    expect(messagesOf(changes)[0]).toMatch(/^Template grows too large by the value inserted in path demands/);
  });
});

describe('get_file', () => {
  test('puts in what the request has under this name', () => {
    const changes = requirement({ passthrough_attributes: { text: { get_file: '../etc/passwd' } } });
    const result = parsed(changes, { '../etc/passwd': 'from the request' });
    expect(result.demands[0]?.requirements[0]?.passthroughAttributes).toEqual({ text: 'from the request' });
  });

  test('only names in the request', () => {
    expect(messagesOf(requirement({ passthrough_attributes: { text: { get_file: '/etc/passwd' } } }))).toEqual([
      "File '/etc/passwd' undefined in path demands > vG[0] > passthrough_attributes > text",
    ]);
  });
});
