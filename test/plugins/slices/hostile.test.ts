// A&AI, DCAE and SDC answers with missing, null, mistyped or surplus fields: that candidate is dropped or its capacity is unknown,
// the others live on, and nothing crashes.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isConductorError } from '../../../src/domain/errors.ts';
import type { DemandResolution } from '../../../src/domain/ports.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';
import { createBatcher } from '../../../src/plugins/aai/batch.ts';
import type { AaiRequest } from '../../../src/plugins/aai/client.ts';
import type { ReaderParts } from '../../../src/plugins/aai/readers.ts';
import { instanceReader } from '../../../src/plugins/aai/slices/instances.ts';
import { templateReader } from '../../../src/plugins/aai/slices/templates.ts';
import { createDcae } from '../../../src/plugins/dcae/index.ts';
import { type DcaeSimulator, startDcaeSimulator } from '../../sim/dcae.ts';
import { ctx, httpFor, recorder } from '../aai/support.ts';
import { sliceRequest, USER } from './support.ts';

const GOOD_INSTANCE = {
  'service-instance-id': 'good',
  'service-role': 'nsi',
  'relationship-list': {
    relationship: [
      {
        'related-to': 'allotted-resource',
        'relationship-data': [
          { 'relationship-key': 'service-instance.service-instance-id', 'relationship-value': 'good-holder' },
        ],
      },
    ],
  },
};
const GOOD_HOLDER = {
  'service-instance-id': 'good-holder',
  'service-profiles': { 'service-profile': [{ 'profile-id': 'good-profile', 'ul-thpt-per-slice': 5 }] },
};

/** Readers over an A&AI that answers with these bodies. */
function parts(answers: (path: string) => JsonValue): ReaderParts {
  const { logger } = recorder();
  const client = async ({ path }: AaiRequest) => ({ kind: 'found', body: answers(path) }) as const;
  const batch = createBatcher({
    client,
    strategyOf: () => 'auto',
    chunkSize: 100,
    concurrency: 4,
    clock: systemClock,
    logger,
  });
  return { client, batch, logger, clock: systemClock } as unknown as ReaderParts;
}

const name = fc.constantFrom(
  'service-instance-id',
  'service-role',
  'relationship-list',
  'relationship',
  'related-to',
  'relationship-data',
  'profile-id',
  'service-profiles',
  'service-profile',
  'workload-context',
  'model-vers',
  'model-ver',
  'model-name',
  'model-version-id',
  'model-invariant-id',
  'cost',
  '__proto__',
  'constructor',
);
const { value: anything } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<JsonValue>(null, '', 'nsi', 'service-instance', 'allotted-resource', 0, -1, 1e308, true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 6 })
      .map((entries) => Object.fromEntries(entries) as JsonObject),
  ),
}));

function isSound({ candidates, dropped }: DemandResolution): void {
  for (const candidate of candidates) {
    expect(candidate.candidate_id).not.toBe('');
    expect(typeof candidate.candidate_id).toBe('string');
    expect(Number.isFinite(candidate.cost)).toBe(true);
  }
  for (const { reason } of dropped) expect(reason).not.toBe('');
}

const capacity = { usage: async () => new Map() };

test('whatever stands beside a good instance, it is found, and nothing else breaks', async () => {
  await fc.assert(
    fc.asyncProperty(anything, anything, async (instance, holder) => {
      const reader = instanceReader(
        { costs: { nssi: 1, nsi: 1 }, dcae: { capacity, onFailure: 'unknown' } },
        parts((path) => ({
          'service-instance': path.includes('service-instance-id=') ? [holder, GOOD_HOLDER] : [instance, GOOD_INSTANCE],
        })),
      );
      const [answer] = await reader.resolve([sliceRequest('nsi', { 'model-invariant-id': 'm' })], ctx);
      if (!answer) throw new Error('no answer');
      isSound(answer);
      expect(answer.candidates.map((candidate) => candidate.candidate_id)).toContain('good-profile');
    }),
    { numRuns: 300 },
  );
});

test('any body at all for a list of models gives sound candidates or an error of the table', async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (body) => {
      const sdc = { properties: async (models: readonly unknown[]) => models.map(() => ({ latency: 1 })) };
      const reader = templateReader(
        { costs: { nst: 1, nsst: 1 }, sdc },
        parts(() => ({ model: [body, { 'model-invariant-id': 'i', 'model-vers': body }] as JsonValue })),
      );
      const [answer] = await reader.resolve([sliceRequest('nst', { 'model-role': 'nst' })], ctx);
      if (!answer) throw new Error('no answer');
      isSound(answer);
    }),
    { numRuns: 300 },
  );
});

let dcae: DcaeSimulator;

beforeAll(async () => {
  dcae = await startDcaeSimulator(USER);
});
afterAll(() => dcae.stop());

test('any JSON from DCAE is an answer or an error of the table, never a crash', async () => {
  const http = httpFor(dcae.origin, recorder(), { ...USER, system: 'DCAE', tries: 1 });
  const client = createDcae({ http, path: '/api/v1/slices-config' });
  try {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.boolean(), async (json, wrapped) => {
        const clear = dcae.faults.add({
          kind: 'wrong-types',
          times: 1,
          mutate: () => (wrapped ? { sliceConfigDetails: json } : json) as never,
        });
        const outcome = await client.usage(['a'], ctx).catch((error: unknown) => error);
        clear();
        if (outcome instanceof Error) expect(isConductorError(outcome, 'UPSTREAM_BAD_DATA')).toBe(true);
        else expect(outcome).toBeInstanceOf(Map);
      }),
      { numRuns: 60 },
    );
  } finally {
    await client.close();
  }
});
