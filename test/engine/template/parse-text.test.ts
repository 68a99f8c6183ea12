// parseTemplateText: small texts at once, large ones in the bundled worker thread; limits, time-out and abort hold for both.
import { describe, expect, test } from 'vitest';
import { parseTemplateText } from '../../../src/engine/template/index.ts';

const demands = (count: number) =>
  Array.from({ length: count }, (_, n) => `  d${n}:\n  - inventory_provider: aai\n    inventory_type: cloud\n`).join(
    '',
  );

describe.each([
  ['at once', { workerAbove: 1_000_000, yamlWorkerAbove: 1_000_000 }],
  ['in a worker', { workerAbove: 0 }],
])('%s', (_name, options) => {
  test('YAML and JSON give the same object', async () => {
    const yaml = `homing_template_version: 2017-10-10\ndemands:\n${demands(3)}`;
    const object = await parseTemplateText(yaml, options);
    expect(Object.keys(object.demands ?? {})).toEqual(['d0', 'd1', 'd2']);
    expect(await parseTemplateText(JSON.stringify(object), options)).toEqual(object);
  });

  test('a broken text is refused with message and line', async () => {
    await expect(parseTemplateText('a: 1\na: 2', options)).rejects.toMatchObject({
      code: 'TEMPLATE_INVALID',
      message: 'Template has a duplicate key on line 2: a: 2',
      issues: [{ line: 2 }],
    });
  });

  test.each(['', '[]', '5', 'null', 'just words'])('%j is not a template', async (text) => {
    await expect(parseTemplateText(text, options)).rejects.toMatchObject({ message: 'Template must be an object' });
  });

  test('the byte cap is an option', async () => {
    await expect(parseTemplateText('{"a": 1}', { ...options, maxBytes: 4 })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  test('names of built-in properties survive', async () => {
    const object = await parseTemplateText('__proto__: {a: 1}', options);
    expect(Object.keys(object)).toEqual(['__proto__']);
  });
});

test('a text above 200 kB goes through the worker and comes back whole', async () => {
  const text = `homing_template_version: 2017-10-10\ndemands:\n${demands(4000)}`;
  expect(text.length).toBeGreaterThan(200_000);
  const object = await parseTemplateText(text);
  expect(Object.keys(object.demands ?? {})).toHaveLength(4000);
});

test('a worker that takes too long is stopped', async () => {
  const text = `a: [${'[1], '.repeat(100_000)}]`;
  await expect(parseTemplateText(text, { workerAbove: 0, timeoutMs: 1 })).rejects.toMatchObject({
    message: 'Template takes too long to read',
  });
});

test('an aborted reading ends with the reason of the signal', async () => {
  const controller = new AbortController();
  const reading = parseTemplateText(`a: [${'[1], '.repeat(100_000)}]`, { workerAbove: 0, signal: controller.signal });
  controller.abort(new Error('no longer wanted'));
  await expect(reading).rejects.toThrow('no longer wanted');
  await expect(parseTemplateText('a: 1', { workerAbove: 0, signal: controller.signal })).rejects.toThrow(
    'no longer wanted',
  );
});
