// The recorded requests of the reference API are answered as intended there, save the deviations listed as data.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RestResponse } from '../../../src/rest/index.ts';
import { DEVIATIONS } from './golden-deviations.ts';
import { explanation, harness, headerOf, json, KNOWN_ID, planRecord } from './support.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface GoldenRecord {
  readonly name: string;
  readonly setting: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
  readonly observed: Answer;
  readonly intended?: Answer;
}

const folder = new URL('../../golden/rest/', import.meta.url);
const records = readdirSync(folder).map(
  (file): GoldenRecord => JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
);

/** Duplicate keys are found by the template parser; what it must say to these two bodies is part of the recordings. */
const DUPLICATES: Readonly<Record<string, readonly [label: string, message: string]>> = {
  post_plan_dup_template_key: [
    'API Request',
    'API Request has a duplicate key on line 1: ... ": "2017-10-10", "demands": {}, "demands": {}}}',
  ],
  post_plan_dup_in_yaml_string: ['Template', 'Template has a duplicate key on line 3: demands: {}'],
};

function ask(record: GoldenRecord): Promise<RestResponse> {
  const { ask, plans, findDuplicateKey } = harness({ basicAuthSecure: record.setting.includes('secure=true') });
  if (record.name === 'get_plan_just_created') {
    const name = 'onap template with lati and longi without constraints and without optimizations';
    plans.set(KNOWN_ID, planRecord(KNOWN_ID, { name, status: 'translating' }));
  }
  const [label, message] = DUPLICATES[record.name] ?? [];
  findDuplicateKey.mockImplementation((_text, asked) => (asked === label ? (message ?? null) : null));
  const { method, path, headers, body } = record.request;
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return ask(method, path, { headers: lower, body: Buffer.from(body ?? ''), host: '127.0.0.1:8092' });
}

/** What varies from run to run: the id of a new plan, and the server's own address. */
function normalised(body: unknown): unknown {
  const text = JSON.stringify(body ?? '')
    .replaceAll('http://127.0.0.1:8092', '{base}')
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g, '{id}');
  return JSON.parse(text);
}

/** The answer's body without the four keys that every error repeats at top level. */
function withoutRepetition(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('error_message' in body)) return body;
  expect(body).toEqual({ error_message: body.error_message, ...(body.error_message as object) });
  return { error_message: body.error_message };
}

const relevant = ['allow', 'content-type', 'x-minorversion', 'x-patchversion', 'x-latestversion'];

test('all recordings are here, and no deviation is listed for a recording that is not', () => {
  expect(records.length).toBe(88);
  const names = records.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(DEVIATIONS)));
});

test.each(records.map((record) => [record.name, record] as const))(
  '%s is answered as recorded',
  async (name, record) => {
    const response = await ask(record);
    const deviation = DEVIATIONS[name];
    if (deviation) {
      expect(response.status, deviation.why).toBe(deviation.status);
      if (deviation.explanation !== undefined) expect(explanation(response)).toBe(deviation.explanation);
      return;
    }
    const recorded = record.intended ?? record.observed;
    expect(response.status).toBe(recorded.status);
    for (const header of relevant.filter((header) => recorded.headers[header] !== undefined)) {
      expect(headerOf(response, header), header).toBe(recorded.headers[header]);
    }
    const body = response.body === null ? '' : withoutRepetition(json(response));
    expect(normalised(body)).toEqual(normalised(recorded.body));
  },
);
