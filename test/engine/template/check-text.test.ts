// Files of people: templates and request bodies, JSON or YAML, are judged with path and line.
import { expect, test } from 'vitest';
import { checkTemplateText } from '../../../src/engine/template/index.ts';

const TEMPLATE = `homing_template_version: "2017-10-10"
locations:
  here: {latitude: 95, longitude: 0}
demands:
  vG:
  - inventory_provider: aai
    inventory_type: cloud
    passthrough_attributes:
      script: {get_file: boot.sh}
`;
const LATITUDE = 'Location here has an invalid latitude 95 (degrees from -90 to 90)';
const at = (issues: readonly { path: string; line?: number }[]) => issues.map(({ path, line }) => [path, line]);

test('every problem of a template at once, each with its line', async () => {
  expect(await checkTemplateText(TEMPLATE, {})).toEqual([
    {
      path: 'demands > vG[0] > passthrough_attributes > script',
      message: "File 'boot.sh' undefined in path demands > vG[0] > passthrough_attributes > script",
      line: 9,
    },
    { path: 'locations > here > latitude', message: LATITUDE, line: 3 },
  ]);
  expect(at(await checkTemplateText(TEMPLATE, { 'boot.sh': '#!' }))).toEqual([['locations > here > latitude', 3]]);
});

test('a request body: the template inside, with the files of the request', async () => {
  const body = `name: x
files: {boot.sh: text}
template:
${TEMPLATE.replace(/^/gm, '  ')}`;
  expect(await checkTemplateText(body, {})).toEqual([
    { path: 'template > locations > here > latitude', message: LATITUDE, line: 6 },
  ]);
  const json = JSON.stringify({ name: 'x', files: { 'boot.sh': '' }, template: { demands: 1 } }, null, 1);
  expect(at(await checkTemplateText(json, {}))).toEqual([
    ['template > homing_template_version', 6],
    ['template > demands', 7],
  ]);
});

test('a template as text inside a request has the line of that text', async () => {
  const body = JSON.stringify({ name: 'x', template: TEMPLATE }, null, 1);
  expect(at(await checkTemplateText(body, { 'boot.sh': '' }))).toEqual([['template > locations > here > latitude', 3]]);
  expect(at(await checkTemplateText('{"name": "x",\n"template": "a: [b"}', {}))).toEqual([['template', 2]]);
});

test('text that cannot be read says where', async () => {
  expect(await checkTemplateText('a: 1\nb: [1', {})).toMatchObject([{ path: '', line: 2 }]);
  expect(await checkTemplateText('- a', {})).toEqual([{ path: '', message: 'Template must be an object', line: 1 }]);
  await expect(checkTemplateText(' '.repeat(11_000_000), {})).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
});
