// The recorded REST requests against the whole gateway over real HTTP: real services, real store, real duplicate-key search.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { recordedRest } from '../conformance/records.ts';
import { tableRow } from '../conformance/report.ts';
import { REST_DEVIATIONS } from '../conformance/rest-deviations.ts';
import { restResults } from '../conformance/run.ts';
import type { Verdict } from '../conformance/verdict.ts';

const PAGE = readFileSync('docs/conformance.md', 'utf8').split('\n');
const records = recordedRest();
const verdicts = new Map<string, Verdict>();

beforeAll(async () => {
  for (const { name, verdict } of await restResults(() => true)) verdicts.set(name, verdict);
});

it('all 88 recordings are here, and no deviation is listed for one that is not', () => {
  expect(records.size).toBe(88);
  expect([...REST_DEVIATIONS.keys()].filter((name) => !records.has(name))).toEqual([]);
});

it.each([...records.keys()])('%s is answered as recorded, or as the table of deviations says', (name) => {
  const verdict = verdicts.get(name);
  if (!verdict) throw new Error('was not run');
  expect(verdict.kind === 'fails' ? verdict.differences : []).toEqual([]);
  expect(PAGE, 'docs/conformance.md is out of date').toContain(tableRow({ name, verdict }));
});
