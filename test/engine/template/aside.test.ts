// Large templates are judged in a thread of their own: the event loop goes on, and the outcome is the one of judging them at once.
import { describe, expect, test } from 'vitest';
import type { TemplateDocument } from '../../../src/domain/template.ts';
import { runAside } from '../../../src/engine/template/aside.ts';
import {
  checkTemplate,
  parseTemplate,
  parseTemplateAside,
  validateTemplate,
} from '../../../src/engine/template/index.ts';
import { holdsMoreThan, TEMPLATE_LIMITS } from '../../../src/engine/template/limits.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';
import { CLOUD, documentWith } from './support.ts';

const LARGE = 2_000;
const OPTIONS = { zoneFields: new Map([['disaster', 'disaster_zone']]) };

/** With one zone constraint a demand pair; `category` decides whether it is valid. */
function templateOf(count: number, category: string): JsonObject {
  const constraints = Array.from({ length: count }, (_, n) => [
    `c${n}`,
    { type: 'zone', demands: ['vG', '__proto__'], properties: { qualifier: 'same', category } },
  ]);
  const demands = Object.fromEntries([
    ['vG', [CLOUD]],
    ['__proto__', [CLOUD]],
  ]);
  const { template } = documentWith({ demands, constraints: Object.fromEntries(constraints) });
  return template;
}

const given = (template: JsonObject | string) => ({ template, files: {}, maxBytes: 1_000_000 });

/** The value, and whether the event loop came round before it was there. */
async function withLoop<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly looped: boolean }> {
  let looped = false;
  setImmediate(() => {
    looped = true;
  });
  const value = await work();
  return { value, looped };
}

const yamlOf = (template: JsonObject) =>
  Object.entries(template)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n');

describe.each([
  ['an object', (template: JsonObject): JsonObject | string => template],
  ['JSON text', (template: JsonObject): JsonObject | string => JSON.stringify(template, null, 1)],
  ['YAML text', yamlOf],
])('a template as %s', (_form, formOf) => {
  test.each([
    ['valid', 'disaster'],
    ['broken', 'nowhere'],
  ])(
    'that is large and %s is checked beside the event loop, with the issues and lines of checking it at once',
    async (_, category) => {
      const template = templateOf(LARGE, category);
      const form = formOf(template);
      const { value, looped } = await withLoop(() => checkTemplate(given(form), OPTIONS));
      const document = { template, files: {} };
      expect(value).toEqual(
        validateTemplate(document, { ...OPTIONS, ...(typeof form === 'string' && { text: form }) }),
      );
      expect(value.length > 0).toBe(category === 'nowhere');
      expect(looped).toBe(true);
    },
  );

  test('that is small is checked at once', async () => {
    const { value, looped } = await withLoop(() => checkTemplate(given(formOf(templateOf(3, 'disaster'))), OPTIONS));
    expect([value, looped]).toEqual([[], false]);
  });
});

test.each(['[]', '5', 'null', `[${'1,'.repeat(20_000)}1]`])(
  'text that is no object is an issue: %.10s',
  async (text) => {
    expect(await checkTemplate(given(text), {})).toEqual([
      { path: '', message: 'Template must be an object', line: 1 },
    ]);
  },
);

test('a short text that stands for very many values is not unpacked at once', async () => {
  const bomb = `x: &a [${'1,'.repeat(900)}1]\nhoming_template_version: 2017-10-10\ny: [${'*a, '.repeat(90)}*a]\n`;
  const { looped } = await withLoop(() => checkTemplate(given(bomb), {}));
  expect(looped).toBe(true);
});

test.each([
  ['as text', 'x'.repeat(1_000_001)],
  ['as an object', { a: 'x'.repeat(1_000_000) }],
  ['as an object of many values', { ...templateOf(LARGE, 'disaster'), a: 'x'.repeat(1_000_000) }],
])('a template that is too large %s is refused by its size', async (_, template) => {
  await expect(checkTemplate(given(template), {})).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
});

describe('the meaning of a large template', () => {
  const document = (category: string): TemplateDocument => ({ template: templateOf(LARGE, category), files: {} });

  test('is found beside the event loop, and is that of finding it at once', async () => {
    const { value, looped } = await withLoop(() => parseTemplateAside(document('disaster'), OPTIONS));
    expect(value).toEqual(parseTemplate(document('disaster'), OPTIONS));
    expect(value.demands.map(({ name }) => name)).toEqual(['vG', '__proto__']);
    expect(looped).toBe(true);
  });

  test('that has none is refused with its issues', async () => {
    await expect(parseTemplateAside(document('nowhere'), OPTIONS)).rejects.toMatchObject({
      code: 'TEMPLATE_INVALID',
      issues: validateTemplate(document('nowhere'), OPTIONS),
    });
  });

  test('is not waited for when nobody wants it any more', async () => {
    const stop = new AbortController();
    const parsing = parseTemplateAside(document('disaster'), OPTIONS, { signal: stop.signal });
    stop.abort(new Error('no longer wanted'));
    await expect(parsing).rejects.toThrow('no longer wanted');
  });
});

test('ten jobs at once are all done, and one that was given up holds none of them up', async () => {
  const stop = new AbortController();
  const job = (n: number, signal?: AbortSignal) =>
    runAside('read', { text: `a: ${n}`, limits: TEMPLATE_LIMITS }, { signal });
  const given = job(-1, stop.signal);
  const others = Array.from({ length: 10 }, (_, n) => job(n));
  stop.abort(new Error('given up'));
  await expect(given).rejects.toThrow('given up');
  expect(await Promise.all(others)).toEqual(Array.from({ length: 10 }, (_, n) => `{"a":${n}}`));
});

test.each<[JsonValue, number]>([
  [1, 1],
  [{}, 1],
  [null, 1],
  [{ a: [1, 2, { b: null }] }, 6],
  [JSON.parse('{"__proto__": {"a": 1}}'), 3],
])('%j holds %i values', (value, count) => {
  expect([holdsMoreThan(value, count), holdsMoreThan(value, count - 1)]).toEqual([false, true]);
});
