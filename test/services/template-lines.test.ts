// GraphQL callers and people see all problems of a template text with their lines, in YAML and in JSON alike.
import { expect, test } from 'vitest';
import { checkTemplate } from '../../src/engine/template/index.ts';
import { createPlanService, type PlanServiceParts } from '../../src/services/plan-service.ts';

const YAML = `homing_template_version: 2017-10-10
demands:
  vG:
  - inventory_provider: zzz
    inventory_type: cloud
optimization:
  minimize:
    sum:
    - foo: 1
`;
const JSON_TEXT = `{"homing_template_version": "2017-10-10",
"demands": {"vG": [
{"inventory_provider": "zzz", "inventory_type": "cloud"}]},
"optimization": {"minimize": {"sum": [
{"foo": 1}]}}}`;

function service() {
  const parts: Partial<PlanServiceParts> = {
    checkTemplate: (given) => checkTemplate(given, {}),
    defaults: { timeout: 1, recommendMax: '1', maxTemplateBytes: 1e6, maxRecommendations: 1 },
  };
  return createPlanService(parts as PlanServiceParts);
}

test.each([
  ['YAML', YAML, [4, 9]],
  ['JSON', JSON_TEXT, [3, 5]],
])('%s', async (_name, text, lines) => {
  const issues = await service().validateTemplate(text);
  expect(issues.map(({ path, line }) => [path, line])).toEqual([
    ['demands > vG[0] > inventory_provider', lines[0]],
    ['optimization > minimize > sum[0]', lines[1]],
  ]);
});

test('an object has paths only', async () => {
  const issues = await service().validateTemplate(JSON.parse(JSON_TEXT));
  expect(issues.map(({ line }) => line)).toEqual([undefined, undefined]);
});
