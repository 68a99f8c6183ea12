// AAF is asked once for many requests; only a granted permission is kept, and whatever is not known to be granted is refused.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomIds } from '../../../src/lib/ids.ts';
import { type Aaf, createAaf, type Permission } from '../../../src/plugins/aaf/index.ts';
import { type AafSimulator, PERMS_BY_USER, startAafSimulator } from '../../sim/aaf.ts';
import { httpFor, type ManualClock, manualClock, recorder } from '../aai/support.ts';

const USER = 'oof@oof.onap.org';
const CREDENTIALS = { username: 'u', password: 'p' };
const ANY: Permission = { type: 'org.onap.oof.access', instance: '*', action: '*' };
const HOUR = 3_600_000;

let sim: AafSimulator;
let clock: ManualClock;
let open: Aaf[] = [];

function check(accepted: readonly Permission[] = [ANY], password = 'p') {
  const log = recorder();
  const http = httpFor(sim.url, log, { ...CREDENTIALS, password, system: 'AAF', tries: 1 });
  const aaf = createAaf({ http, user: USER, accepted, keepMs: HOUR, clock, ids: randomIds, logger: log.logger });
  open.push(aaf);
  return { aaf, log };
}

beforeAll(async () => {
  sim = await startAafSimulator(CREDENTIALS);
});
beforeEach(() => {
  clock = manualClock();
  sim.permissions.set(USER, [ANY]);
});
afterEach(async () => {
  sim.faults.clear();
  sim.clearCalls();
  for (const aaf of open) await aaf.close();
  open = [];
});
afterAll(() => sim.stop());

describe('a granted permission', () => {
  it('is asked for once by many requests, in the version that AAF speaks, and kept for its time', async () => {
    const { aaf } = check();
    expect(await Promise.all([aaf.granted(), aaf.granted(), aaf.granted()])).toEqual([true, true, true]);
    clock.advance(HOUR - 1);
    expect(aaf.granted()).toBe(true);
    expect(sim.calls).toHaveLength(1);
    expect(sim.calls[0]).toMatchObject({
      method: 'GET',
      path: `${PERMS_BY_USER}${encodeURIComponent(USER)}`,
      status: 200,
    });
    clock.advance(1);
    sim.permissions.set(USER, []);
    expect(await aaf.granted()).toBe(false);
    expect(sim.calls).toHaveLength(2);
  });

  it.each<[string, Permission, Permission, boolean]>([
    [
      'the same',
      { type: 't', instance: 'plans', action: 'GET' },
      { type: 't', instance: 'plans', action: 'GET' },
      true,
    ],
    [
      'any instance accepted',
      { type: 't', instance: 'plans', action: 'GET' },
      { type: 't', instance: '*', action: 'GET' },
      true,
    ],
    [
      'any action accepted',
      { type: 't', instance: 'plans', action: 'GET' },
      { type: 't', instance: 'plans', action: '*' },
      true,
    ],
    ['another type', { type: 'u', instance: '*', action: '*' }, { type: 't', instance: '*', action: '*' }, false],
    [
      'another instance',
      { type: 't', instance: 'plans', action: '*' },
      { type: 't', instance: 'other', action: '*' },
      false,
    ],
    [
      'another action',
      { type: 't', instance: '*', action: 'GET' },
      { type: 't', instance: '*', action: 'POST' },
      false,
    ],
    [
      'a star of AAF alone',
      { type: 't', instance: '*', action: '*' },
      { type: 't', instance: 'plans', action: 'GET' },
      false,
    ],
  ])('%s: %j for %j', async (_name, given, accepted, granted) => {
    sim.permissions.set(USER, [{ type: 'x', instance: 'x', action: 'x' }, given]);
    expect(await check([{ ...ANY, type: 'none' }, accepted]).aaf.granted()).toBe(granted);
  });
});

describe('anything else is refused, logged, and never kept', () => {
  it('a permission that AAF gives later counts at once', async () => {
    sim.permissions.set(USER, []);
    const { aaf, log } = check();
    expect(await aaf.granted()).toBe(false);
    sim.permissions.set(USER, [ANY]);
    expect(await aaf.granted()).toBe(true);
    expect(log.lines.map(({ message }) => message)).toContain('AAF gives none of the accepted permissions');
  });

  it.each([401, 403, 404])('status %i', async (status) => {
    const { aaf, log } = check();
    sim.faults.add({ kind: 'status', status, times: 1 });
    expect(await aaf.granted()).toBe(false);
    expect(log.lines.some(({ level }) => level === 'warn')).toBe(true);
    expect(await aaf.granted()).toBe(true);
  });

  it('wrong credentials of the gateway', async () => {
    expect(await check([ANY], 'wrong').aaf.granted()).toBe(false);
  });

  it.each([[null], [[]], [{ perm: 'all' }], [{ perm: [null, 1, {}, { type: ANY.type }] }], [{}]])(
    'an answer of another shape: %j',
    async (body) => {
      const { aaf } = check([{ ...ANY, instance: 'plans' }]);
      sim.faults.add({ kind: 'wrong-types', times: 1, mutate: () => body });
      expect(await aaf.granted()).toBe(false);
    },
  );

  it.each([{ kind: 'status', status: 500 }, { kind: 'status', status: 503 }, { kind: 'reset' }] as const)(
    'an outage is no refusal: all who ask are told, and it is not kept: %j',
    async (fault) => {
      const { aaf, log } = check();
      sim.faults.add({ ...fault, times: 1 });
      const asked = await Promise.allSettled([aaf.granted(), aaf.granted()]);
      expect(asked).toMatchObject(
        [1, 2].map(() => ({ status: 'rejected', reason: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } })),
      );
      expect(log.lines.some(({ level }) => level === 'warn')).toBe(true);
      expect(await aaf.granted()).toBe(true);
    },
  );
});
