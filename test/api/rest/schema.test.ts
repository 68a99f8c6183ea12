// The body of POST /v1/plans is refused with the texts clients know, in the order of the reference's checks.
import { expect, test } from 'vitest';
import { checkPlanBody } from '../../../src/rest/plan-body.ts';
import { explanation, harness } from './support.ts';

const FULL = { name: 'x', template: {} };

const refusals: readonly (readonly [body: object, text: string])[] = [
  [{ name: 'x' }, 'key did not match schema  (required key in data is missing: template)'],
  [{}, '-> top level has no data to validate against schema'],
  [{ ...FULL, bogus: 1 }, '-> bogus key did not pass validation against callable: optional'],
  [{ ...FULL, num_solutions: '2' }, "-> num_solutions key did not match 'template'"],
  [{ name: 'x', tmpl: {} }, "-> tmpl key did not match 'template'"],
  [{ ...FULL, zzz: 1 }, "-> top level has unexpected item in data: ('zzz', 1)"],
  [
    { ...FULL, zzz: { a: ['b', null, true] } },
    "-> top level has unexpected item in data: ('zzz', {'a': ['b', None, True]})",
  ],
  [{ ...FULL, name: 1 }, '-> name -> 1 did not pass validation against callable: string (not of type string)'],
  [{ ...FULL, name: null }, '-> name -> None did not pass validation against callable: string (not of type string)'],
  [{ ...FULL, timeout: '5' }, '-> timeout -> 5 did not pass validation against callable: integer (not of type int)'],
  [{ ...FULL, timeout: 1.5 }, '-> timeout -> 1.5 did not pass validation against callable: integer (not of type int)'],
  [
    { ...FULL, time_limit: '5' },
    '-> time_limit -> 5 did not pass validation against callable: number (not of type number)',
  ],
  [
    { ...FULL, gap_limit: true },
    '-> gap_limit -> True did not pass validation against callable: number (not of type number)',
  ],
  [{ ...FULL, priority: 1 }, '-> priority -> 1 did not pass validation against callable: string (not of type string)'],
  [{ name: 'x', gap_limit: 0.1 }, 'key did not match schema  (required key in data is missing: template)'],
  [{ ...FULL, limit: '5' }, '-> limit -> 5 did not pass validation against callable: integer (not of type int)'],
  [
    { ...FULL, num_solution: 2 },
    '-> num_solution -> 2 did not pass validation against callable: string (not of type string)',
  ],
  ...[3, [], null].map(
    (template) =>
      [
        { ...FULL, template },
        "-> template did not match 'dict or basestring type' (not of type dictionary or string)",
      ] as const,
  ),
  [{ ...FULL, files: [] }, '-> files key did not pass validation against callable: dictionary'],
  [{ foo: 'bar' }, "-> foo key did not match 'template'"],
  [{ ...FULL, name: 1, zzz: 1 }, '-> name -> 1 did not pass validation against callable: string (not of type string)'],
];

test.each(refusals)('%j is refused in the known words', async (body, text) => {
  const { ask, created } = harness();
  const response = await ask('POST', '/v1/plans', { body: JSON.stringify(body) });
  expect(response.status).toBe(400);
  expect(explanation(response)).toBe(text);
  expect(created).toEqual([]);
});

test('names such as __proto__ and constructor are unknown fields like any other', () => {
  const body = JSON.parse('{"template": {}, "__proto__": {"a": 1}}');
  expect(checkPlanBody(body)).toBe("-> __proto__ key did not match 'template'");
  expect(checkPlanBody(JSON.parse('{"constructor": 1, "template": {}}'))).toBe(
    "-> constructor key did not match 'template'",
  );
  expect(checkPlanBody(JSON.parse('{"toString": 1}'))).toBe("-> toString key did not match 'template'");
  expect(({} as Record<string, unknown>).a).toBeUndefined();
});

test('fields reach the service as they were sent, true counts as an integer, and a missing name is left to the service', async () => {
  const { ask, created } = harness();
  const body = { template: 'demands: {}', timeout: true, num_solution: 'all', files: { 'a.yaml': 'x: 1' }, limit: 3 };
  expect((await ask('POST', '/v1/plans', { body: JSON.stringify(body) })).status).toBe(201);
  expect(created[0]?.input).toEqual({
    template: 'demands: {}',
    timeout: 1,
    numSolution: 'all',
    files: { 'a.yaml': 'x: 1' },
    idempotencyKey: undefined,
  });
});

test('the limits of the search and the priority reach the service, and a body without them is as it ever was', async () => {
  const { ask, created } = harness();
  const sent = [
    FULL,
    { ...FULL, time_limit: 30, gap_limit: 0.05, priority: 'high', timeout: 1, template_url: 'u', files: {}, id: 'i' },
  ];
  for (const body of sent) expect((await ask('POST', '/v1/plans', { body: JSON.stringify(body) })).status).toBe(201);
  expect(created[0]?.input).toEqual({ ...FULL, idempotencyKey: undefined });
  expect(created[1]?.input).toMatchObject({ timeLimit: 30, gapLimit: 0.05, priority: 'high', timeout: 1 });
});

const notJson: readonly (readonly [text: string, explanation: string])[] = [
  ['', 'No JSON object could be decoded'],
  ['{', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
  ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
  ['{"a": }', 'Expecting value: line 1 column 7 (char 6)'],
  ['{"a": 1 "b": 2}', "Expecting ',' delimiter: line 1 column 9 (char 8)"],
  ['{"a": [1, 2\n', "Expecting ',' delimiter: line 2 column 1 (char 12)"],
  ['{"a": 1}\n x', 'Extra data: line 2 column 2 (char 10)'],
  ['{"ü😀": "x', 'Unterminated string starting at: line 1 column 8 (char 7)'],
  ['{"a": "x\ty"}', 'Invalid control character at: line 1 column 9 (char 8)'],
  ['{"a": "\\q"}', 'Invalid \\escape: line 1 column 8 (char 7)'],
  ['{"a": "\\u12"}', 'Invalid \\uXXXX escape: line 1 column 9 (char 8)'],
  ['name: x', 'Expecting value: line 1 column 1 (char 0)'],
  ['{"a": 01}', "Expecting ',' delimiter: line 1 column 8 (char 7)"],
  ['{"a": NaN}', 'Expecting value: line 1 column 7 (char 6)'],
];

test.each(notJson)('the body %j is refused with the place where it stops being JSON', async (body, text) => {
  const response = await harness().ask('POST', '/v1/plans', { body });
  expect([response.status, explanation(response)]).toEqual([400, text]);
});

test.each([
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
  ['a hundred thousand nested lists', `{"template": {"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}}`],
  ['a hundred thousand open braces', '{"a":'.repeat(100_000)],
])('%s are answered with 400, not with a crash', async (_what, body) => {
  const { ask, lines } = harness();
  expect((await ask('POST', '/v1/plans', { body })).status).toBe(400);
  expect(lines).toEqual([]);
});

test('brackets inside strings are no nesting', async () => {
  const template = { a: `${'['.repeat(1000)}\\"${'{'.repeat(1000)}` };
  expect((await harness().ask('POST', '/v1/plans', { body: JSON.stringify({ template }) })).status).toBe(201);
});
