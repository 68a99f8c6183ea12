// Reading template texts: JSON and YAML 1.1 give the same plain data, and everything hostile is refused with its line.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TemplateInvalidError } from '../../../src/domain/errors.ts';
import { findDuplicateKey, readTemplateText, validateTemplate } from '../../../src/engine/template/index.ts';
import type { JsonObject } from '../../../src/lib/json.ts';

const read = (text: string) => readTemplateText(text, 'template').value;

function refusalOf(text: string): { message: string; line: number | undefined } {
  try {
    read(text);
  } catch (error) {
    if (error instanceof TemplateInvalidError) {
      return { message: error.message, line: error.issues[0]?.line };
    }
    throw error;
  }
  throw new Error('was accepted');
}

describe('YAML 1.1 becomes plain JSON data', () => {
  test.each([
    ['a date stays its ISO text', 'homing_template_version: 2017-10-10', { homing_template_version: '2017-10-10' }],
    ['a date with time stays its text', 'a: 2017-10-10 10:00:00', { a: '2017-10-10 10:00:00' }],
    [
      'YAML 1.1 words',
      'a: yes\nb: off\nc: 010\nd: 1:30\ne: ~\nf: 1_000',
      { a: true, b: false, c: 8, d: 90, e: null, f: 1000 },
    ],
    [
      'keys become text as written',
      '1: a\ntrue: b\n2017-10-10: c\nyes: d',
      { '1': 'a', true: 'b', '2017-10-10': 'c', yes: 'd' },
    ],
    [
      'aliases and merge keys',
      'a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  q: 3',
      {
        a: { p: 1, q: 2 },
        b: { p: 1, q: 2 },
        c: { p: 1, q: 3 },
      },
    ],
    ['flow style', '{a: [1, "2"], b: {c: null}}', { a: [1, '2'], b: { c: null } }],
    ['a byte order mark is skipped', '\uFEFFa: 1', { a: 1 }],
    ['an empty text is null', '', null],
  ])('%s', (_name, text, value) => {
    expect(read(text)).toEqual(value);
  });

  test('names of built-in properties are ordinary keys', () => {
    const value = read('__proto__: 1\nconstructor: {__proto__: {x: 2}}') as JsonObject;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(value.constructor as unknown as JsonObject)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('what cannot be read is refused with its line', () => {
  const bomb = Array.from({ length: 12 }, (_, n) =>
    n === 0
      ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
      : `a${n}: &a${n} [${Array(9)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
  ).join('\n');
  const doubling = Array.from({ length: 40 }, (_, n) =>
    n === 0 ? 'a0: &a0 [x, x]' : `a${n}: &a${n} [*a${n - 1}, *a${n - 1}]`,
  ).join('\n');
  const manyAliases = `[&x 1, ${Array(200).fill('*x').join(', ')}]`;
  test.each([
    ['malformed', 'a: 1\nb: [1, 2\nc: 3', / is not valid JSON or YAML: .* on line \d+, column \d+$/, undefined],
    ['a tag', 'a: 1\nb: !!python/object:os.system x', /tag !!python\/object:os.system is not allowed on line 2/, 2],
    ['a local tag', 'a: !foo 1', /tag !foo is not allowed on line 1/, 1],
    ['a binary tag', 'a: !!binary aGk=', /tag !!binary is not allowed/, 1],
    ['NUL', 'a: 1\nb: "x\0"', /contains a NUL character/, 2],
    ['two documents', 'a: 1\n---\nb: 2', /more than one document/, undefined],
    ['an unknown alias', 'a: *b', /alias \*b has no anchor before it/, 1],
    ['an anchor inside itself', 'a: &x [*x]', /alias \*x has no anchor before it/, 1],
    ['not a number', 'a: .nan', /number \.nan is out of range/, 1],
    ['infinity', 'a: 1\nb: 1e400', /number 1e400 is out of range/, 2],
    ['infinity in JSON', '{"a": 1,\n"b": 1e400}', /has a number that is out of range/, 2],
    ['a list as a key', '? [1]\n: 2', /a key must be a plain text/, 1],
    ['many aliases', manyAliases, /too many aliases on line 1/, 1],
    ['exponential aliases', bomb, /aliases stand for too many values/, undefined],
    ['aliases that double', doubling, /aliases stand for too many values/, undefined],
    ['a duplicate key', 'a: 1\nb:\n  c: 1\n  c: 2', /^Template has a duplicate key on line 4: c: 2$/, 4],
    ['keys that become equal', '1: a\n"1": b', /^Template has a duplicate key on line 2: "1": b$/, 2],
    ['a duplicate key in JSON', '{"a": 1,\n "a": 2}', /^Template has a duplicate key on line 2: "a": 2\}$/, 2],
  ])('%s', (_name, text, message, line) => {
    const refusal = refusalOf(text);
    expect(refusal.message).toMatch(message);
    if (line !== undefined) expect(refusal.line).toBe(line);
  });

  test.each([
    ['JSON lists', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['open JSON lists', '['.repeat(50_000)],
    ['JSON objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['YAML lists', `${'- '.repeat(50_000)}x`],
    ['YAML flow', `a: ${'{b: ['.repeat(25_000)}`],
    ['YAML keys', `${'? '.repeat(50_000)}x`],
  ])('50,000 nested %s', (_name, text) => {
    expect(refusalOf(text).message).toMatch(/nested more than 100 levels deep/);
  });

  test('a text above the byte cap', () => {
    const limits = { maxBytes: 10, maxDepth: 100, maxAliases: 10, maxNodes: 100 };
    expect(() => readTemplateText('a: "ééééé"', 'template', limits)).toThrowError(
      expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }),
    );
  });
});

describe('duplicate keys', () => {
  function golden(name: string): { body: string; explanation: string } {
    const file = new URL(`../../golden/rest/${name}.json`, import.meta.url);
    const { request, intended } = JSON.parse(readFileSync(file, 'utf8'));
    return { body: request.body, explanation: intended.body.error_message.explanation };
  }

  test('the message of a request is the recorded one', () => {
    const { body, explanation } = golden('post_plan_dup_template_key');
    expect(findDuplicateKey(body, 'API Request')).toBe(explanation);
  });

  test('the message of a YAML template is the recorded one', () => {
    const { body, explanation } = golden('post_plan_dup_in_yaml_string');
    expect(findDuplicateKey(body, 'API Request')).toBeNull();
    const { template } = JSON.parse(body);
    expect(findDuplicateKey(template, 'Template')).toBe(explanation);
    expect(refusalOf(template).message).toBe(explanation);
  });

  test.each([
    ['{"t":{"a":1,\n"a":2}}', 'API Request has a duplicate key on line 2: "a":2}}'],
    ['{"a":1,"\\u0061":2}', 'API Request has a duplicate key on line 1: {"a":1,"\\u0061":2}'],
    ['[{"a":"}","b":[{}],"a":1}]', 'API Request has a duplicate key on line 1: [{"a":"}","b":[{}],"a":1}]'],
    ['{"__proto__":1,"__proto__":2}', 'API Request has a duplicate key on line 1: {"__proto__":1,"__proto__":2}'],
    ['{"a":{"x":1},"b":{"x":1},"c":["a","a"],"d":"a"}', null],
    ['{"a":"\\\\","b":"\\"a\\":1,","c":"a"}', null],
    ['{"a":1,"a":', null],
    ['', null],
  ])('%s', (text, message) => {
    expect(findDuplicateKey(text, 'API Request')).toBe(message);
  });

  test('a long line is cut around the key, counted in characters', () => {
    const text = `{"${'ü'.repeat(60)}":1,"😀":1,"😀":"${'y'.repeat(60)}"}`;
    expect(findDuplicateKey(text, 'API Request')).toBe(
      `API Request has a duplicate key on line 1: ... ${'ü'.repeat(22)}":1,"😀":1,"😀":"${'y'.repeat(27)} ...`,
    );
  });
});

describe('issues name the line of what they are about', () => {
  const yaml = `homing_template_version: 2017-10-10
demands:
  vG:
  - inventory_provider: aai
    inventory_type: cloud
  - inventory_provider: zzz
    inventory_type: cloud
constraints:
  c: {type: foo, demands: [vG]}
`;
  test.each([
    ['YAML', yaml, [6, 9]],
    ['JSON', JSON.stringify(read(yaml), null, 1), [10, 17]],
  ])('%s', (_name, text, lines) => {
    const template = read(text) as JsonObject;
    const issues = validateTemplate({ template, files: {} }, { text });
    expect(issues.map((issue) => issue.line)).toEqual(lines);
  });

  test('what is missing gets the line of what should have it', () => {
    const text = '{"homing_template_version":"2017-10-10",\n"demands":{"vG":[\n{},\n{"inventory_provider":"aai"}]}}';
    const issues = validateTemplate({ template: read(text) as JsonObject, files: {} }, { text });
    expect(issues.map(({ message, line }) => [message, line])).toEqual([
      ['Inventory provider not specified in demand vG', 3],
      ['Inventory type not specified for demand vG', 3],
      ['Inventory type not specified for demand vG', 4],
    ]);
  });
});
