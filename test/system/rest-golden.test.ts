// The recorded REST requests against the whole gateway over real HTTP: real services, real store, real duplicate-key search.
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEVIATIONS, type Deviation } from '../api/rest/golden-deviations.ts';
import { type Simulators, startSimulators } from '../sim/start.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

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

/** What only the services behind the routes decide. */
const BEHIND: Readonly<Record<string, Deviation>> = {
  post_plan_num_solution_empty: {
    id: 'S10',
    why: 'no number; the reference fails the plan later',
    status: 400,
    explanation: 'num_solution must be a number from 1 in digits, or the word all.',
  },
  post_plan_num_solution_word: {
    id: 'S10',
    why: 'no number; the reference fails the plan later',
    status: 400,
    explanation: 'num_solution must be a number from 1 in digits, or the word all.',
  },
  post_plan_template_empty_string: {
    id: 'T5',
    why: 'an empty text is no template; the reference fails the plan later',
    status: 400,
  },
};

const folder = new URL('../golden/rest/', import.meta.url);
const records = readdirSync(folder)
  .map((file): GoldenRecord => JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
  // Needs a plan that was made before under a known id; the handler's own suite has it.
  .filter(({ name }) => name !== 'get_plan_just_created' && name !== 'get_plans' && name !== 'get_plans_slash');

let simulators: Simulators;
const gateways = new Map<boolean, Gateway>();

beforeAll(async () => {
  simulators = await startSimulators();
  for (const secure of [false, true]) {
    const lines = [
      '[gateway]',
      'roles = api',
      '[conductor_api]',
      'username = admin1',
      'password = plan.15',
      `basic_auth_secure = ${secure}`,
    ];
    gateways.set(secure, await startGateway({ simulators, lines }));
  }
});

afterAll(async () => {
  await Promise.all([...gateways.values()].map((gateway) => gateway.stop()));
  await simulators.stop();
});

async function send(base: string, { method, path, headers, body }: GoldenRecord['request']): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const outgoing = request(new URL(path, base), { method, headers: { ...headers, ...length } }, async (incoming) => {
      const raw = await text(incoming);
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers as Record<string, string>,
        body: raw === '' ? '' : JSON.parse(raw),
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body ?? undefined);
  });
}

function normalised(body: unknown, base: string): unknown {
  const plain =
    typeof body === 'object' && body !== null && 'error_message' in body ? { error_message: body.error_message } : body;
  return JSON.parse(
    JSON.stringify(plain ?? '')
      .replaceAll(base, '{base}')
      .replaceAll(/[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g, '{id}'),
  );
}

test.each(records.map((record) => [record.name, record] as const))(
  '%s is answered as recorded',
  async (name, record) => {
    const gateway = gateways.get(record.setting.includes('secure=true'));
    const base = gateway?.url ?? '';
    const answer = await send(base, record.request);
    const deviation = DEVIATIONS[name] ?? BEHIND[name];
    const recorded = record.intended ?? record.observed;
    expect(answer.status, deviation?.why).toBe(deviation?.status ?? recorded.status);
    if (deviation) {
      if (deviation.explanation !== undefined)
        expect((answer.body as { explanation?: string }).explanation).toBe(deviation.explanation);
      return;
    }
    for (const header of ['allow', 'content-type', 'x-minorversion', 'x-patchversion', 'x-latestversion']) {
      if (recorded.headers[header] !== undefined) expect(answer.headers[header], header).toBe(recorded.headers[header]);
    }
    expect(normalised(answer.body, base)).toEqual(normalised(recorded.body, 'http://127.0.0.1:8092'));
  },
);
