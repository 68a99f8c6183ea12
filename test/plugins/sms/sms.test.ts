// The secrets of SMS are read once, only those that mean something here, and no message repeats one.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createSms, type Sms } from '../../../src/plugins/sms/index.ts';
import { type SmsSimulator, startSmsSimulator } from '../../sim/sms.ts';
import { ctx, httpFor, recorder } from '../aai/support.ts';

const PAIR = { username: 'u', password: 'hush' };
let sim: SmsSimulator;
let sms: Sms;

beforeAll(async () => {
  sim = await startSmsSimulator({
    secrets: {
      aai: PAIR,
      music_api: { aafuser: 'a', aafpass: 'b', aafns: 'c' },
      aaf_api: { ...PAIR, aaf_conductor_user: 'oof', more: 'x' },
    },
  });
  sms = createSms({ http: httpFor(sim.origin, recorder(), { system: 'AAF SMS', tries: 1 }), domain: 'has' });
});
afterEach(() => {
  sim.faults.clear();
  sim.clearCalls();
});
afterAll(async () => {
  await sms.close();
  await sim.stop();
});

it('reads those of the domain that this gateway has options for, each by its name', async () => {
  expect(await sms.read(ctx)).toEqual(
    new Map([
      ['aai', new Map(Object.entries(PAIR))],
      ['aaf_api', new Map(Object.entries({ ...PAIR, aaf_conductor_user: 'oof' }))],
    ]),
  );
  expect(sim.calls.map(({ path }) => path).sort()).toEqual([
    '/v1/sms/domain/has/secret',
    '/v1/sms/domain/has/secret/aaf_api',
    '/v1/sms/domain/has/secret/aai',
  ]);
});

it.each([
  [404, 'UPSTREAM_UNSUPPORTED'],
  [403, 'UPSTREAM_REFUSED'],
  [500, 'UPSTREAM_UNAVAILABLE'],
])('status %i is %s and names SMS', async (status, code) => {
  sim.faults.add({ kind: 'status', status, times: 1 });
  await expect(sms.read(ctx)).rejects.toMatchObject({ code, message: expect.stringContaining('AAF SMS') });
});

it.each([
  [{ secretnames: 'aai' }, 0],
  [{}, 0],
  [{ values: null }, 1],
  [{ values: { username: 'u', password: 1 } }, 1],
])('an answer of another shape is bad data: %j', async (body, skip) => {
  sim.faults.add({ kind: 'wrong-types', times: 1, skip, mutate: () => body });
  const failed = await sms.read(ctx).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'UPSTREAM_BAD_DATA' });
  expect(String(failed)).not.toContain('hush');
});
