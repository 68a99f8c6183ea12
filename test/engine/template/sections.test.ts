// Version, sections and what one section says about another: every rule with its text, in the reference's order.
import { describe, expect, test } from 'vitest';
import { TemplateInvalidError } from '../../../src/domain/errors.ts';
import { parseTemplate, planMessageOf, validateTemplate } from '../../../src/engine/template/index.ts';
import { CLOUD, constraint, documentWith, issuesOf, messagesOf, parsed } from './support.ts';

describe('versions', () => {
  test.each(['2016-11-01', '2017-10-10', '2018-02-01', '2020-08-13'])('%s is accepted', (version) => {
    const result = parsed({ homing_template_version: version });
    expect(result).toMatchObject({ version, family: version === '2020-08-13' ? 'GENERIC' : 'BASE' });
  });

  test.each([['1999-01-01'], [undefined], [20171010], [null]])('%s is refused', (version) => {
    expect(messagesOf({ homing_template_version: version })).toEqual([
      'conductor_template_version must be one of: 2016-11-01, 2017-10-10, 2018-02-01, 2020-08-13',
    ]);
  });
});

describe('sections', () => {
  test.each([
    ['parameters', 'Parameter'],
    ['locations', 'Location'],
    ['demands', 'Demand'],
    ['constraints', 'Constraint'],
    ['optimization', 'Optimization'],
    ['reservation', 'Reservation'],
    ['reservations', 'Reservation'],
  ])('%s that is null or a list or a text', (key, name) => {
    for (const value of [null, [1], 'text', 5]) {
      expect(issuesOf({ [key]: value })).toEqual([{ path: key, message: `${name} section must be a dictionary` }]);
    }
  });

  test('all broken sections are reported in the order of checks', () => {
    const changes = { reservation: 1, optimization: 1, constraints: 1, demands: 1, locations: 1, parameters: 1 };
    expect(messagesOf({ ...changes, homing_template_version: 'x' }).map((text) => text.split(' ')[0])).toEqual([
      'conductor_template_version',
      'Parameter',
      'Location',
      'Demand',
      'Constraint',
      'Optimization',
      'Reservation',
    ]);
  });

  test.each([[undefined], [{}]])('demands %j', (demands) => {
    expect(messagesOf({ demands })).toEqual(['demand is not provided in the template']);
  });

  test('unknown sections and the transaction id are ignored', () => {
    expect(messagesOf({ foo: { a: 1 }, 'transaction-id': 'x' })).toEqual([]);
  });

  test.each([
    ['c', null, 'Constraint c must be a dictionary'],
    ['c', [1], 'Constraint c must be a dictionary'],
    ['c', { type: 'zone', demands: ['vG'], foo: 1 }, 'Constraint c has an invalid key foo'],
  ])('constraint %s = %j', (name, value, message) => {
    expect(messagesOf({ constraints: { [name]: value } })[0]).toBe(message);
  });

  test.each([[[]], [{ vG: 1 }], [5], [[1]], [null]])('demand list %j of a constraint', (demands) => {
    expect(messagesOf(constraint('attribute', { evaluate: { country: 'x' } }, demands))).toEqual([
      'Demand list for Constraint c must be a list of names or a string with one name',
    ]);
  });

  test('undefined demands and locations of a constraint', () => {
    const properties = { distance: '< 1 km', location: 'nowhere' };
    expect(messagesOf(constraint('distance_to_location', properties, ['vX', 'vG', 'vY']))).toEqual([
      "Undefined Demand(s) ['vX', 'vY'] in Constraint 'c'",
      'Location nowhere in Constraint c is undefined',
    ]);
    expect(messagesOf(constraint('distance_to_location', { ...properties, location: ['place'] }))).toEqual([
      "Location ['place'] in Constraint c is undefined",
    ]);
  });

  test('structure comes before everything that is looked at later', () => {
    const messages = messagesOf({
      locations: { place: { latitude: 1 }, there: { foo: 1, latitude: 1, longitude: 1 } },
      constraints: { c: { type: 'foo', demands: ['vX'] } },
      demands: { vG: [{ ...CLOUD, inventory_type: 'zzz' }] },
    });
    expect(messages).toEqual([
      'Location there has an invalid key foo',
      "Undefined Demand(s) ['vX'] in Constraint 'c'",
      'Unable to resolve location place',
      'Unknown inventory type zzz specified for demand vG',
      "Unsupported type 'foo' found in constraint named 'c'",
    ]);
  });
});

describe('as a whole', () => {
  test('a template that is no object, too deep or with impossible numbers', () => {
    let deep: unknown = 1;
    for (let n = 0; n < 50_000; n += 1) deep = { a: [deep] };
    expect(validateTemplate({ template: 'x' as never, files: {} })).toEqual([
      { path: '', message: 'Template must be an object' },
    ]);
    expect(messagesOf({ foo: deep })).toEqual(['Template is nested more than 100 levels deep']);
    expect(messagesOf({ demands: { vG: [{ ...CLOUD, default_attributes: { n: [Number.NaN] } }] } })).toEqual([
      'Number in path demands > vG[0] > default_attributes > n[0] is out of range',
    ]);
  });

  test('there are at most 200 issues, each of bounded length', () => {
    const broken = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`${'x'.repeat(5000)}${n}`, null]));
    const issues = issuesOf({ locations: broken, constraints: broken });
    expect(issues).toHaveLength(200);
    expect(Math.max(...issues.map((issue) => issue.message.length + issue.path.length))).toBeLessThanOrEqual(2000);
  });

  test('parseTemplate throws all issues; the first is the message', () => {
    const document = documentWith({ locations: [], constraints: [] });
    expect(() => parseTemplate(document)).toThrowError(TemplateInvalidError);
    try {
      parseTemplate(document);
    } catch (error) {
      expect(error).toMatchObject({
        code: 'TEMPLATE_INVALID',
        message: 'Location section must be a dictionary',
        issues: [{ path: 'locations' }, { path: 'constraints' }],
      });
    }
  });

  test('request type', () => {
    expect(parsed({}).requestType).toBe('');
    expect(parsed({ parameters: { request_type: 'speed changed', REQUEST_TYPE: 'x' } }).requestType).toBe(
      'speed changed',
    );
    expect(parsed({ parameters: { REQUEST_TYPE: 'initial' } }).requestType).toBe('initial');
  });
});

describe('plan messages', () => {
  const messageOf = (changes: Record<string, unknown>) => {
    try {
      parseTemplate(documentWith(changes));
    } catch (error) {
      return planMessageOf(error);
    }
    return null;
  };

  test('a wrong version has the form of an exception', () => {
    expect(messageOf({ homing_template_version: 'x' })).toEqual({
      messageForm: 'text',
      message:
        "An exception of type TranslatorException occurred, arguments:\n('conductor_template_version must be one of: 2016-11-01, 2017-10-10, 2018-02-01, 2020-08-13',)",
    });
  });

  test('other errors are a list', () => {
    expect(messageOf({ demands: {} })).toEqual({
      messageForm: 'list',
      message: 'demand is not provided in the template',
    });
  });

  test('unknown errors show nothing of themselves', () => {
    const { message, messageForm } = planMessageOf(new Error('secret path /etc'));
    expect(message).not.toContain('secret');
    expect(messageForm).toBe('text');
  });
});
