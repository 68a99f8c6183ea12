// Reservations at SDN-C over real HTTP: what counts as reserved, refused or unknown, and the whole saga against a server
// that fails in the middle.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReservationStep } from '../../../src/domain/solution.ts';
import { createReserver } from '../../../src/engine/reserve/index.ts';
import { planOf } from '../../engine/reserve/world.ts';
import { capacityOutput, dhvOutput, type Reply, restconfError, SdncServer, type Seen } from './server.ts';
import { candidate, controllerOn, ctx, noMetrics, quiet, reserveOf, TestClock } from './support.ts';

const server = new SdncServer();
beforeAll(() => server.start());
afterAll(() => server.stop());

const OK: Reply = { output: capacityOutput('success') };

describe('reserve', () => {
  test('sends the caller’s entity, all targets, and the service model', async () => {
    server.answer(OK);
    const candidates = [candidate('a', { host_id: 'host-1' }), candidate('b')];
    expect(await controllerOn(server).reserve(reserveOf({ candidates }), ctx)).toEqual({ kind: 'ok', message: '' });
    expect(server.seen[0]?.operation).toBe('CAPACITY-API:service-capacity-reserve-operation');
    expect(server.seen[0]?.input).toMatchObject({
      'capacity-reservation-information': {
        'service-model': 'ADIOD',
        'reservation-entity-list': [{ 'reservation-entity-type': 'SI', 'reservation-entity-id': 'entity-1' }],
        'reservation-target-list': [{ 'reservation-target-id': 'host-1' }, { 'reservation-target-id': 'b' }],
      },
    });
  });

  test.each<[string, Reply, string]>([
    ['success', OK, 'ok'],
    ['no capacity', { output: capacityOutput('failed') }, 'refused'],
    ['a failed entity', { output: capacityOutput('success', { entity: 'failed' }) }, 'refused'],
    ['a client error as code', { output: { 'response-code': '409', 'response-message': 'taken' } }, 'refused'],
    ['a server error as code', { output: { 'response-code': '500' } }, 'unknown'],
    ['no status', { output: { 'response-code': '200' } }, 'unknown'],
    ['no content', { status: 204 }, 'unknown'],
    ['no output', { status: 200, body: {} }, 'unknown'],
    ['not JSON', { status: 200, text: 'ok' }, 'unknown'],
    ['a bad request', { status: 400, body: restconfError('malformed-message') }, 'refused'],
    ['wrong credentials', { status: 403 }, 'refused'],
    ['no such RPC', { status: 404 }, 'refused'],
    ['500', { status: 500 }, 'unknown'],
    ['503', { status: 503 }, 'unknown'],
    ['a request time-out', { status: 408 }, 'unknown'],
    ['a cut connection', 'cut', 'unknown'],
  ])('%s counts as it should, and is sent once only', async (_, reply, kind) => {
    server.answer(reply);
    const outcome = await controllerOn(server, { tries: { reserve: 5 } }).reserve(reserveOf(), ctx);
    expect(outcome.kind).toBe(kind);
    expect(server.seen).toHaveLength(1);
  });

  test('silence until the time-out is unknown, and it is not sent again', async () => {
    const clock = new TestClock();
    server.answer('hang');
    const running = controllerOn(server, { clock, tries: { reserve: 5 } }).reserve(reserveOf(), ctx);
    await server.arrived(1);
    clock.timeOut();
    expect(await running).toEqual({ kind: 'unknown', message: expect.stringContaining('did not answer in time') });
    expect(server.seen).toHaveLength(1);
  });

  test('what was never sent is refused, and while calls are paused nothing is: nothing can be held', async () => {
    const nobody = { url: 'http://127.0.0.1:1' };
    expect((await controllerOn(server, nobody).reserve(reserveOf(), ctx)).kind).toBe('refused');
    const sdnc = controllerOn(server, { ...nobody, breakerFailures: 1, tries: { check: 1 } });
    await sdnc.query(reserveOf(), ctx);
    await expect(sdnc.reserve(reserveOf(), ctx)).rejects.toMatchObject({ code: 'UPSTREAM_PAUSED' });
  });

  test('the caller’s abort is thrown, not taken for an outcome', async () => {
    const stop = new AbortController();
    server.answer('hang');
    const running = controllerOn(server).reserve(reserveOf(), { ...ctx, signal: stop.signal });
    await server.arrived(1);
    stop.abort(new Error('claim lost'));
    await expect(running).rejects.toThrow('claim lost');
  });
});

describe('release', () => {
  test('names the entity alone', async () => {
    server.answer({ output: { 'response-code': '200' } });
    expect((await controllerOn(server).release(reserveOf(), ctx)).kind).toBe('ok');
    expect(server.seen[0]?.operation).toBe('CAPACITY-API:service-capacity-release-operation');
    expect(server.seen[0]?.body).toEqual({
      input: { 'reservation-entity-list': [{ 'reservation-entity-type': 'SI', 'reservation-entity-id': 'entity-1' }] },
    });
  });

  test.each<[string, Reply, string]>([
    ['done', { output: { 'response-code': 200 } }, 'ok'],
    ['no content', { status: 204 }, 'ok'],
    ['nothing was reserved', { output: { 'response-code': '404', 'response-message': 'not found' } }, 'ok'],
    ['refused', { output: { 'response-code': '403' } }, 'refused'],
    ['failed inside', { output: { 'response-code': '500' } }, 'unknown'],
    ['no such RPC', { status: 501 }, 'refused'],
    ['500 each time', { status: 500 }, 'unknown'],
  ])('%s counts as it should', async (_, reply, kind) => {
    server.answer(reply);
    expect((await controllerOn(server).release(reserveOf(), ctx)).kind).toBe(kind);
  });

  test('is repeated until it is answered', async () => {
    server.answer((_, n) => (n < 5 ? { status: 503 } : { output: { 'response-code': '200' } }));
    expect((await controllerOn(server).release(reserveOf(), ctx)).kind).toBe('ok');
    expect(server.seen).toHaveLength(5);
  });
});

describe('query', () => {
  const allocated = (amount: string) => [{ 'resource-name': 'vrfs', status: 'success', allocated: amount }];
  test.each<[string, Reply, boolean | null]>([
    ['our entity is listed', OK, true],
    ['it holds something', { output: capacityOutput('success', { resources: allocated('1') }) }, true],
    ['it holds nothing', { output: capacityOutput('success', { resources: allocated('0') }) }, false],
    ['another entity is listed', { output: capacityOutput('success', { entityId: 'other' }) }, false],
    ['our entity failed', { output: capacityOutput('success', { entity: 'failed' }) }, false],
    ['our entity has no status', { output: capacityOutput('success', { entity: '' }) }, null],
    ['not found', { output: { 'response-code': '404' } }, false],
    ['no list', { output: { 'response-code': '200' } }, null],
    ['an error code', { output: { 'response-code': '500' } }, null],
    ['no such RPC', { status: 404 }, null],
    ['500', { status: 500 }, null],
    ['a cut connection', 'cut', null],
  ])('%s', async (_, reply, held) => {
    server.answer(reply);
    expect(await controllerOn(server).query(reserveOf(), ctx)).toBe(held);
    expect(server.seen[0]?.operation).toBe('CAPACITY-API:service-capacity-get-operation');
  });
});

describe('capacity', () => {
  test('shows limits, use and what is free, as numbers', async () => {
    const resources = [
      {
        'resource-name': 'vrfs',
        'endpoint-position': 'A',
        status: 'success',
        allocated: '1',
        available: '99',
        used: '1',
        limit: '100',
      },
      { 'resource-name': 'odd', limit: 'many', used: '' },
    ];
    server.answer({ output: capacityOutput('success', { resources }) });
    expect(await controllerOn(server).capacity(reserveOf(), ctx)).toEqual({
      ok: true,
      code: '200',
      message: '',
      resources: [
        { name: 'vrfs', endpointPosition: 'A', status: 'success', limit: 100, used: 1, available: 99 },
        { name: 'odd', endpointPosition: null, status: null, limit: null, used: null, available: null },
      ],
    });
  });

  test.each<[string, Reply, object]>([
    ['no capacity', { output: capacityOutput('failed') }, { ok: false, code: '200' }],
    [
      'a code',
      { output: { 'response-code': '404', 'response-message': 'no such VPE' } },
      { ok: false, code: '404', message: 'no such VPE' },
    ],
    [
      'a refused question',
      { status: 400, body: restconfError('invalid-value', 'bad speed') },
      { ok: false, code: '400', message: expect.stringContaining('bad speed') },
    ],
  ])('%s is an answer', async (_, reply, info) => {
    server.answer(reply);
    expect(await controllerOn(server).capacity(reserveOf(), ctx)).toMatchObject(info);
  });

  test.each<[string, Reply, string]>([
    ['no such RPC', { status: 404 }, 'UPSTREAM_UNSUPPORTED'],
    ['wrong credentials', { status: 401 }, 'UPSTREAM_REFUSED'],
    ['500', { status: 500 }, 'UPSTREAM_UNAVAILABLE'],
  ])('%s is an error', async (_, reply, code) => {
    server.answer(reply);
    await expect(controllerOn(server).capacity(reserveOf(), ctx)).rejects.toMatchObject({ code });
  });
});

describe('DHVCAPACITY-API', () => {
  const preset = 'dhv-capacity';
  const request = {
    service_type: 'vVIG',
    bw_up: 400,
    bw_down: 400,
    dhv_site_effective_bandwidth: 800,
    dhv_service_instance: 'dhv-1',
  };
  const candidates = [
    candidate('i-1', { host_id: 'h-1', request: { ...request, bw_up: 1 } }),
    candidate('r-1', { inventory_type: 'cloud' }),
    candidate('i-2', { host_id: 'h-2', request: { ...request, service_type: 'vHNGW' } }),
  ];

  test('is one call for all VNFs that are not clouds, each with its own request, under the entity’s id', async () => {
    server.answer({ output: dhvOutput(null) });
    const sdnc = controllerOn(server, { preset });
    expect((await sdnc.reserve(reserveOf({ serviceModel: 'DHV', request, candidates }), ctx)).kind).toBe('ok');
    expect(server.seen[0]?.input).toMatchObject({
      'service-capacity-check-operation': {
        'sdnc-request-header': { 'request-id': 'entity-1' },
        'capacity-check-information': {
          'service-instance-id': 'dhv-1',
          'action-type': 'RESERVE',
          'change-type': 'New-Start',
          'vnf-list': {
            vnf: [
              { 'device-type': 'vVIG', 'vnf-host-name': 'h-1', 'upstream-bandwidth': '1' },
              { 'device-type': 'vHNGW', 'vnf-host-name': 'h-2', 'dhv-site-effective-bandwidth': '800' },
            ],
          },
        },
      },
    });
  });

  test('has nothing to send for clouds alone, nothing to release and nothing to ask', async () => {
    server.answer({ status: 500 });
    const sdnc = controllerOn(server, { preset });
    const clouds = reserveOf({ candidates: candidates.slice(1, 2) });
    expect((await sdnc.reserve(clouds, ctx)).kind).toBe('ok');
    expect((await sdnc.release(clouds, ctx)).kind).toBe('ok');
    expect(await sdnc.query(clouds, ctx)).toBeNull();
    expect(server.seen).toHaveLength(0);
  });

  test('cannot take back what it may have reserved, and says so instead of calling it released', async () => {
    const outcome = await controllerOn(server, { preset }).release(reserveOf({ candidates }), ctx);
    expect(outcome.kind).toBe('refused');
    expect(outcome.message).toContain('SDN-C may hold entity-1');
    expect(server.seen).toHaveLength(0);
  });

  test.each([
    ['400', 'refused'],
    ['500', 'unknown'],
  ])('code %s is %s', async (code, kind) => {
    server.answer({ output: dhvOutput(null, code) });
    expect((await controllerOn(server, { preset }).reserve(reserveOf({ candidates }), ctx)).kind).toBe(kind);
  });
});

describe('configuration', () => {
  test('operations may have other names; empty text keeps the preset’s', async () => {
    server.answer(OK);
    const sdnc = controllerOn(server, { operations: { reserve: 'OPERATOR-API:book', release: '', check: '' } });
    await sdnc.reserve(reserveOf(), ctx);
    await sdnc.release(reserveOf(), ctx);
    expect(server.seen.map((seen) => seen.operation)).toEqual([
      'OPERATOR-API:book',
      'CAPACITY-API:service-capacity-release-operation',
    ]);
  });

  test.each(['no-module', 'A:b/../c', 'A:b?x', ':x', 'A:'])(
    'the operation name "%s" is refused at start',
    (reserve) => {
      expect(() => controllerOn(server, { operations: { reserve } })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    },
  );

  test('is named SDN-C', () => {
    expect(controllerOn(server).name).toBe('SDN-C');
  });
});

describe('the reservation saga at this SDN-C', () => {
  /** An SDN-C that remembers entities and fails the n-th reserve call in some way. */
  function booking(failAt: number, how: (book: () => void) => Reply) {
    const held = new Set<string>();
    let reserves = 0;
    const reply = (seen: Seen): Reply => {
      const text = JSON.stringify(seen.input);
      const entityId = /"reservation-entity-id":"([^"]+)"/.exec(text)?.[1] ?? '';
      if (seen.operation.includes('release')) {
        held.delete(entityId);
        return { output: { 'response-code': '200' } };
      }
      if (seen.operation.includes('get')) {
        return { output: held.has(entityId) ? capacityOutput('success', { entityId }) : { 'response-code': '404' } };
      }
      reserves += 1;
      if (reserves === failAt) return how(() => held.add(entityId));
      held.add(entityId);
      return { output: capacityOutput('success', { entityId }) };
    };
    return { held, reply };
  }

  async function reserveThree(clock = new TestClock()) {
    const rows = new Map<string, ReservationStep>();
    const reserver = createReserver({
      controllers: [controllerOn(server, { base: '/rests', clock })],
      clock,
      logger: quiet,
      metrics: noMetrics,
    });
    const saga = {
      list: async () => [...rows.values()],
      put: async (step: ReservationStep) => {
        rows.set(step.step, step);
      },
      assertOwned: () => undefined,
    };
    const result = await reserver.reserve({
      ...planOf(),
      planId: 'plan-1',
      solutionNumber: 1,
      saga,
      requestType: '',
      ctx,
    });
    return { result, states: [...rows.values()].map((row) => row.state) };
  }

  test('500 in the middle of three, nothing booked: all is rolled back', async () => {
    const { held, reply } = booking(2, () => ({ status: 500 }));
    server.answer(reply);
    const { result, states } = await reserveThree();
    expect(result).toMatchObject({ kind: 'rolled-back', message: expect.stringContaining('HTTP 500') });
    expect([...held]).toEqual([]);
    expect(states).toEqual(['released', 'released']);
  });

  test('500 in the middle of three though it was booked: it is found and kept', async () => {
    const { held, reply } = booking(2, (book) => {
      book();
      return { status: 500 };
    });
    server.answer(reply);
    const { result } = await reserveThree();
    expect(result.kind).toBe('reserved');
    expect([...held]).toEqual(['plan-1-1-0-0', 'plan-1-1-0-1', 'plan-1-1-0-2']);
  });

  test('an answer after the time-out: what was booked meanwhile is found', async () => {
    const clock = new TestClock();
    const { held, reply } = booking(3, (book) => {
      book();
      return 'hang';
    });
    server.answer(reply);
    const running = reserveThree(clock);
    await server.arrived(3);
    clock.timeOut();
    expect((await running).result.kind).toBe('reserved');
    expect(held.size).toBe(3);
  });

  test('no capacity for the third: the first two are released, the last first', async () => {
    const { held, reply } = booking(3, () => ({ output: capacityOutput('failed') }));
    server.answer(reply);
    const { result } = await reserveThree();
    expect(result.kind).toBe('rolled-back');
    expect(held.size).toBe(0);
    const released = server.seen.filter((seen) => seen.operation.includes('release'));
    expect(released.map((seen) => JSON.stringify(seen.input).match(/plan-1-1-0-\d/)?.[0])).toEqual([
      'plan-1-1-0-1',
      'plan-1-1-0-0',
    ]);
  });
});
