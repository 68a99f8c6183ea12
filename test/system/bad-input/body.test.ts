// Request bodies that are malformed, huge or hostile: refused with a cause before anything is stored.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../../support/gateway.ts';
import { expectRefusal, GOOD_TEMPLATE, goodBody, head, planCount, raw, stillWorks } from './support.ts';

const LIMIT = 500_000;

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ lines: ['[listener]', `body_limit = ${LIMIT}`] });
});

afterAll(() => gateway.stop());

const post = (body: unknown) => gateway.rest('POST', '/v1/plans', body);
const GOOD = JSON.stringify(GOOD_TEMPLATE);

describe('text that is no plan', () => {
  it.each([
    ['nothing', '', /No JSON object could be decoded/],
    ['half an object', '{"name": "x", "template": {', /line 1 column 28/],
    ['a trailing comma', `{"template": ${GOOD},}`, /Expecting property name/],
    ['two objects', `{"template": ${GOOD}} {}`, /Extra data/],
    ['YAML', 'template:\n  demands: {}\n', /Expecting value: line 1 column 1/],
    ['a list', '[1]', /must be a JSON object/],
    ['a text', '"x"', /must be a JSON object/],
    ['NaN', '{"template": NaN}', /Expecting value/],
    ['a byte order mark twice', '\ufeff\ufeff{}', /Expecting value|BOM/],
  ])('%s is refused, and where it stops being one is said', async (_what, body, cause) => {
    expectRefusal(await post(body), cause);
  });

  it('bytes that are not UTF-8 are refused', async () => {
    const bytes = Buffer.concat([Buffer.from('{"name": "'), Buffer.from([0xff, 0xc0]), Buffer.from('"}')]);
    expectRefusal(await post(bytes), /not UTF-8/);
  });

  it('100,000 levels of lists or objects are refused by their depth', async () => {
    const deep = 100_000;
    const { rest } = gateway;
    expectRefusal(await post(`{"template": ${'['.repeat(deep)}${']'.repeat(deep)}}`), /deeper than/);
    expectRefusal(await post(`{"template": ${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`), /deeper than/);
    expectRefusal(await post(`{"template": ${'['.repeat(deep)}`), /deeper than/);
    const text = JSON.stringify({ template: '['.repeat(deep) });
    expectRefusal(await rest('POST', '/v1/plans', text), /deep|nest/i);
  });

  it('a YAML bomb and too many aliases are refused without being unpacked', async () => {
    const levels = Array.from(
      { length: 30 },
      (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}, *a${at}, *a${at}]`,
    );
    const bomb = ['a0: &a0 [x, x, x, x]', ...levels, 'homing_template_version: "2017-10-10"'].join('\n');
    expectRefusal(await post({ template: bomb }), /alias|large|values/i);
    const flood = `a: &a 1\nb: [${Array.from({ length: 5000 }, () => '*a').join(', ')}]`;
    expectRefusal(await post({ template: flood }), /alias/i);
    expectRefusal(await post({ template: 'a: &a\n  b: *a\n' }), /alias|itself|Unresolved/i);
  });

  it('template text that cannot be read is refused with its line', async () => {
    expectRefusal(await post({ template: 'a: [1, 2\nb: {' }), /line \d/);
    expectRefusal(await post({ template: '- a list\n- of texts' }), /must be an object/);
    expectRefusal(await post({ template: 'a: !!js/function "x"\nb: !!python/object:os.system x' }), /tag/i);
  });
});

describe('duplicate keys', () => {
  it.each([
    ['body', `{"template": ${GOOD}, "name": "a", "name": "b"}`],
    ['template', `{"template": {"demands": {}, "demands": {}}}`],
    ['template by another spelling', `{"template": {"demands": {}, "dem\\u0061nds": {}}}`],
    ['template text', JSON.stringify({ template: 'demands: {}\nlocations: {}\ndemands: {}\n' })],
    [
      'long template text',
      JSON.stringify({ template: `# ${'x'.repeat(50_000)}\ndemands: {}\nlocations: {}\ndemands: {}\n` }),
    ],
    ['template text in JSON', JSON.stringify({ template: '{"demands": {}, "demands": {}}' })],
  ])('in the %s are refused, not resolved by chance', async (_where, body) => {
    expectRefusal(await post(body), /duplicate key/i);
  });
});

describe('fields of another type', () => {
  it.each([
    ['name', [1, null, true, [], {}]],
    ['template', [1, null, true, []]],
    ['files', [1, null, 'x', []]],
    ['timeout', ['1', 1.5, null, [], {}, -1, 1e300]],
    ['limit', ['1', 1.5, null]],
    ['num_solution', [1, null, '0', '-1', '1.5', 'many', '', '1e9', '٣']],
    ['id', [1, null]],
    ['template_url', [1, null]],
  ] as const)('%s is refused by its name', async (field, values) => {
    for (const value of values) {
      expectRefusal(await post({ ...goodBody(), [field]: value }), new RegExp(field));
    }
  });

  it('an unknown field is refused by its name', async () => {
    expectRefusal(await post({ ...goodBody(), zzz: 1 }), /zzz/);
    expectRefusal(await post(`{"template": ${GOOD}, "__proto__": {"x": 1}}`), /__proto__/);
  });
});

describe('size', () => {
  const TOO_LARGE = /^HTTP\/1\.1 413 /;
  const one = '0123456789abcdef'.repeat(1024);

  it('a declared length over the limit is refused before the body is sent', async () => {
    const answer = await raw(gateway, head(gateway, `Content-Length: ${LIMIT + 1}`));
    expect(answer).toMatch(TOO_LARGE);
    expect(answer).toMatch(/"explanation":"[^"]*larger than 500000 bytes/);
  });

  it('a body without a length is refused when it passes the limit', async () => {
    const chunk = `${one.length.toString(16)}\r\n${one}\r\n`;
    const chunks = Array.from({ length: Math.ceil(LIMIT / one.length) + 1 }, () => chunk);
    expect(await raw(gateway, head(gateway, 'Transfer-Encoding: chunked'), ...chunks)).toMatch(TOO_LARGE);
  });

  it('a body longer than it says is cut where it says, and the rest is no request', async () => {
    const body = JSON.stringify(goodBody('cut'));
    const before = await planCount(gateway);
    const answer = await raw(gateway, head(gateway, `Content-Length: ${body.length - 10}`), body);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 20\d/)).toBeNull();
    expect(await planCount(gateway)).toBe(before);
  });

  it('a body shorter than it says makes no plan when its client leaves', async () => {
    const before = await planCount(gateway);
    const body = JSON.stringify(goodBody('short'));
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(head(gateway, `Content-Length: ${body.length + 10}`));
    await new Promise((resolve) => socket.write(body, resolve));
    socket.end();
    socket.resume();
    await once(socket, 'close');
    expect(await planCount(gateway)).toBe(before);
  });

  it('contradicting lengths are refused', async () => {
    const both = head(gateway, 'Content-Length: 5', 'Transfer-Encoding: chunked');
    expect(await raw(gateway, both, '0\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(gateway, head(gateway, 'Content-Length: 5', 'Content-Length: 6'), '{"a":1')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await raw(gateway, head(gateway, 'Content-Length: -1'), '{}')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('a template text just under the body limit is judged like any other', async () => {
    const text = `# ${'x'.repeat(LIMIT - 2000)}\n${JSON.stringify(GOOD_TEMPLATE)}`;
    expect((await gateway.solved({ name: 'padded', template: text })).status).toBe('done');
  });
});

it('afterwards the gateway works, and nothing that it accepted is lost', () => stillWorks(gateway));
