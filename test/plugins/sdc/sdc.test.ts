// Properties of slice templates out of SDC's archives: the way through the CSAR, safe YAML, and one error per model.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CsarError, readProperties } from '../../../src/plugins/sdc/csar.ts';
import { createSdc, type Sdc } from '../../../src/plugins/sdc/index.ts';
import { MAX_YAML_BYTES, readYaml, YamlError } from '../../../src/plugins/sdc/yaml.ts';
import { csar, type SdcSimulator, startSdcSimulator } from '../../sim/sdc.ts';
import type { SliceModel } from '../../sim/slices.ts';
import { zip } from '../../sim/zip.ts';
import { ctx, httpFor, recorder } from '../aai/support.ts';

const MODEL: SliceModel = {
  name: 'Nst',
  properties: [
    { name: 'latency', type: 'integer', value: 10 },
    { name: 'sST', type: 'string', value: 'eMBB' },
    { name: 'zero', type: 'integer', value: 0 },
    { name: 'noDefault', type: 'string' },
  ],
};
const PROPERTIES = { latency: 10, sST: 'eMBB', zero: 0 };
const USER = { username: 'u', password: 'p' };

async function refusal(archive: Uint8Array): Promise<string> {
  try {
    await readProperties(archive, 'Nst');
  } catch (error) {
    if (error instanceof CsarError) return error.message;
    throw error;
  }
  return '';
}

test('properties with a default are read through TOSCA.meta, the import and the node type', async () => {
  expect(await readProperties(csar(MODEL), 'Nst')).toEqual(PROPERTIES);
  expect(await readProperties(csar({ ...MODEL, properties: [] }), 'Nst')).toEqual({});
});

test('the last import and the last node type of several count, as in the reference', async () => {
  const serviceTemplate = [
    'imports:',
    '- service-Nst-interface: {file: missing.yml}',
    '- x-service-Nst-interface-2: {file: service-Nst-template-interface.yml}',
  ].join('\n');
  const interfaceFile = [
    'node_types:',
    '  org.openecomp.first: {properties: {latency: {default: 1}}}',
    '  org.openecomp.last: {properties: {latency: {default: 2}, list: {default: [a, {b: 1}]}}}',
    '  tosca.other: {properties: {latency: {default: 3}}}',
  ].join('\n');
  const archive = csar(MODEL, { serviceTemplate, interfaceFile });
  expect(await readProperties(archive, 'Nst')).toEqual({ latency: 2, list: ['a', { b: 1 }] });
});

test('without TOSCA.meta the only YAML file at the root is the entry, and imports may stand beside it', async () => {
  const entry = { name: 'service.yaml', content: 'imports: [{service-Nst-interface: {file: i.yml}}]' };
  const imported = { name: 'i.yml.txt', content: '' };
  const definition = 'node_types: {org.openecomp.x: {properties: {latency: {default: 3}}}}';
  expect(await readProperties(zip([entry, { name: 'Definitions/i.yml', content: definition }]), 'Nst')).toEqual({
    latency: 3,
  });
  expect(await refusal(zip([imported]))).toBe('the archive names no entry definition');
  expect(await refusal(zip([entry, { ...entry, name: 'other.yml' }]))).toContain('several YAML files');
});

test.each([
  ['imports: []', undefined, 'the service template has no import service-Nst-interface'],
  ['imports: [{service-Nst-interface: {}}]', undefined, 'the service template has no import service-Nst-interface'],
  [
    'imports: [{service-Nst-interface: {file: ../../x.yml}}]',
    undefined,
    'the archive has no entry "Definitions/../../x.yml"',
  ],
  ['[[[', undefined, 'Definitions/service-Nst-template.yml is no usable YAML'],
  [undefined, 'node_types: {}', 'the interface has no node type org.openecomp'],
  [undefined, 'just text', 'the interface has no node type org.openecomp'],
])('a model of another shape (%j, %j) is refused in words', async (serviceTemplate, interfaceFile, message) => {
  const replaced = { ...(serviceTemplate && { serviceTemplate }), ...(interfaceFile && { interfaceFile }) };
  expect(await refusal(csar(MODEL, replaced))).toContain(message);
});

test('YAML of a model cannot run anything, blow up, or hang', () => {
  expect(readYaml('a: yes\nb: 2020-01-02\n__proto__: 1\nc: !!python/object:os.system [x]\nd: .inf')).toEqual(
    JSON.parse('{"a": true, "b": "2020-01-02", "__proto__": 1, "c": ["x"], "d": null}'),
  );
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [at, name] of [...'bcdefghij'].entries()) {
    const before = 'abcdefghi'[at];
    bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`);
  }
  expect(() => readYaml(bomb.join('\n'))).toThrow(YamlError);
  expect(() => readYaml(`a: &a x\nb: [${'*a, '.repeat(101)}]`)).toThrow('it has too many aliases');
  expect(() => readYaml('['.repeat(100_000))).toThrow(YamlError);
  expect(() => readYaml('a: &a [*a]')).toThrow(YamlError);
  expect(() => readYaml('x'.repeat(MAX_YAML_BYTES + 1))).toThrow(`it is larger than ${MAX_YAML_BYTES} bytes`);
});

let sim: SdcSimulator;
let sdc: Sdc;

beforeAll(async () => {
  sim = await startSdcSimulator({ ...USER, models: new Map([['v1', MODEL]]) });
  sdc = client();
});
afterEach(() => {
  sim.faults.clear();
  sim.clearCalls();
});
afterAll(async () => {
  await sdc.close();
  await sim.stop();
});

function client(maxResponseBytes = 1_000_000): Sdc {
  const http = httpFor(sim.url, recorder(), { ...USER, system: 'SDC', tries: 1, maxResponseBytes });
  return createSdc({ http, version: 'v1' });
}

const model = (modelVersionId: string, modelName = 'Nst') => ({ modelVersionId, modelName });

test('a download carries the headers that SDC wants; what was read is kept, a failure is not', async () => {
  const fresh = client();
  sim.models.delete('later');
  const [first, missing] = await fresh.properties([model('v1'), model('later')], ctx);
  expect(first).toEqual(PROPERTIES);
  expect(missing).toMatchObject({ code: 'UPSTREAM_UNSUPPORTED' });
  expect(sim.calls[0]?.headers).toMatchObject({
    accept: 'application/octet-stream',
    'x-fromappid': 'AAI',
    'x-ecomp-instanceid': 'AAI',
    'x-transactionid': 'req-1',
  });
  sim.models.set('later', MODEL);
  expect(await fresh.properties([model('v1'), model('later')], ctx)).toEqual([PROPERTIES, PROPERTIES]);
  expect(sim.calls).toHaveLength(3);
  await fresh.close();
});

test('each model has its own answer: properties, or why there are none', async () => {
  sim.models.set('bad', Buffer.from('PK'));
  const [good, bad, other] = await sdc.properties([model('v1'), model('bad'), model('v1', 'Other')], ctx);
  expect(good).toEqual(PROPERTIES);
  expect(bad).toMatchObject({ code: 'UPSTREAM_BAD_DATA', message: 'SDC model: it is no zip archive' });
  expect(other).toMatchObject({ message: 'SDC model: the service template has no import service-Other-interface' });
});

test('an archive beyond the limit is not read to the end', async () => {
  const narrow = client(500);
  sim.models.set('huge', Buffer.alloc(100_000));
  expect(await narrow.properties([model('huge')], ctx)).toMatchObject([{ code: 'UPSTREAM_BAD_DATA' }]);
  await narrow.close();
});

test('the id of a model cannot lead to another path', async () => {
  await sdc.properties([model('../../x?y')], ctx);
  expect(sim.calls[0]?.path).toBe('/sdc/v1/catalog/services/..%2F..%2Fx%3Fy/toscaModel');
});

test("a caller's abort is thrown, not turned into a dropped model", async () => {
  const stop = new AbortController();
  const release = sim.hold();
  const answer = sdc.properties([model('slow')], { ...ctx, signal: stop.signal });
  await sim.callsReached(1);
  stop.abort(new Error('enough'));
  await expect(answer).rejects.toThrow('enough');
  release();
});
