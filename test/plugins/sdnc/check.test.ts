// Capacity checks over real HTTP: what is sent, how each kind of answer counts, and that nothing unclear ever fits.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capacityOutput, dhvOutput, type Reply, restconfError, SdncServer, type Seen } from './server.ts';
import { candidate, checkOf, controllerOn, ctx, TestClock } from './support.ts';

const server = new SdncServer();
beforeAll(() => server.start());
afterAll(() => server.stop());

const FIT: Reply = { output: capacityOutput('success') };
const one = [candidate('a', { host_id: 'host-1' })];

function targetOf(seen: Seen): string {
  const information = seen.input['capacity-reservation-information'] as Record<string, Record<string, string>[]>;
  return information['reservation-target-list']?.[0]?.['reservation-target-id'] ?? '';
}

describe('CAPACITY-API', () => {
  test('the request is the contract’s, on the operation’s path, with Basic credentials and the transaction id', async () => {
    server.answer(FIT);
    await controllerOn(server).check(checkOf([candidate('a', { host_id: 'vpe-host-1' })]), ctx);
    const [seen] = server.seen;
    expect(seen).toMatchObject({
      method: 'POST',
      path: '/restconf/operations/CAPACITY-API:service-capacity-check-operation',
    });
    expect(seen?.headers).toMatchObject({
      'x-transactionid': 'req-1',
      'content-type': 'application/json',
      accept: 'application/json',
    });
    const pair = (name: string, value: string) => ({ name, value });
    expect(seen?.body).toEqual({
      input: {
        'capacity-reservation-information': {
          'service-model': 'ADIOD',
          'reservation-entity-list': [
            {
              'reservation-entity-type': 'SI',
              'reservation-entity-id': 'SIID-0001',
              'reservation-entity-data': [pair('service-speed', '400'), pair('service-speed-unit', 'Mbps')],
            },
          ],
          'reservation-target-list': [
            {
              'reservation-target-type': 'VNF',
              'reservation-target-id': 'vpe-host-1',
              'reservation-target-data': [pair('vnf-type', 'VPE'), pair('vpe-name', 'vpe-host-1')],
            },
          ],
        },
      },
    });
  });

  test('without a host the candidate itself is the target; ADIG adds the port', async () => {
    server.answer(FIT);
    const request = { ...checkOf([]).request, service_model: 'ADIG', port_key: 'port-1' };
    await controllerOn(server).check(checkOf([candidate('region-1', { host_id: null })], { request }), ctx);
    expect(server.seen[0]?.input).toMatchObject({
      'capacity-reservation-information': {
        'reservation-target-list': [
          { 'reservation-target-type': 'VNF', 'reservation-target-id': 'region-1' },
          { 'reservation-target-type': 'PORT', 'reservation-target-id': 'port-1' },
        ],
      },
    });
  });

  test('what the request does not say is left out; the plan stands in as entity', async () => {
    server.answer(FIT);
    await controllerOn(server).check(checkOf(one, { request: {} }), ctx);
    expect(server.seen[0]?.input).toEqual({
      'capacity-reservation-information': {
        'reservation-entity-list': [
          { 'reservation-entity-type': 'SI', 'reservation-entity-id': 'plan-1', 'reservation-entity-data': [] },
        ],
        'reservation-target-list': [
          {
            'reservation-target-type': 'VNF',
            'reservation-target-id': 'host-1',
            'reservation-target-data': [{ name: 'vpe-name', value: 'host-1' }],
          },
        ],
      },
    });
  });

  test.each<['/restconf' | '/rests', 'plain' | 'qualified', string, 'plain' | 'qualified' | 'odd']>([
    ['/restconf', 'plain', 'input', 'plain'],
    ['/rests', 'plain', 'input', 'qualified'],
    ['/rests', 'qualified', 'CAPACITY-API:input', 'qualified'],
    ['/rests', 'qualified', 'CAPACITY-API:input', 'odd'],
  ])('%s with %s input sends %s and reads a %s output', async (base, inputForm, key, wrap) => {
    server.answer({ output: capacityOutput('success'), wrap });
    expect(await controllerOn(server, { base, inputForm }).check(checkOf(one), ctx)).toEqual([{ kind: 'fit' }]);
    expect(Object.keys(server.seen[0]?.body ?? {})).toEqual([key]);
    expect(server.seen[0]?.path.startsWith(`${base}/operations/`)).toBe(true);
  });

  test('one verdict per candidate, in order; equal questions are asked once', async () => {
    server.answer((seen) => ({ output: capacityOutput(targetOf(seen) === 'host-2' ? 'failed' : 'success') }));
    const hosts = ['host-1', 'host-2', 'host-1', 'host-3', 'host-2'];
    const verdicts = await controllerOn(server).check(
      checkOf(hosts.map((host_id, n) => candidate(`c${n}`, { host_id }))),
      ctx,
    );
    expect(verdicts.map((verdict) => verdict.kind)).toEqual(['fit', 'reject', 'fit', 'fit', 'reject']);
    expect(server.seen.map(targetOf).sort()).toEqual(['host-1', 'host-2', 'host-3']);
  });

  test('never more questions under way than configured', async () => {
    const gates: (() => void)[] = [];
    server.answer((_, n) => (n <= 3 ? new Promise((resolve) => gates.push(() => resolve(FIT))) : FIT));
    const candidates = Array.from({ length: 10 }, (_, n) => candidate(`c${n}`));
    const running = controllerOn(server, { concurrency: 3 }).check(checkOf(candidates), ctx);
    await server.arrived(3);
    for (const open of gates) open();
    expect((await running).every((verdict) => verdict.kind === 'fit')).toBe(true);
    expect(server.seen).toHaveLength(10);
    expect(server.busiest).toBeLessThanOrEqual(3);
  });

  test('nothing to check asks nothing', async () => {
    server.answer(FIT);
    expect(await controllerOn(server).check(checkOf([]), ctx)).toEqual([]);
    expect(await controllerOn(server, { perCandidate: false }).check(checkOf([]), ctx)).toEqual([]);
    expect(server.seen).toHaveLength(0);
  });

  test('all in one: one request with each target once, and each target’s own status counts', async () => {
    const answer = capacityOutput('failed', { entity: 'failed' });
    const target = (id: string, status?: string) => ({ 'reservation-target-id': id, ...(status ? { status } : {}) });
    const information = answer['capacity-information'] as Record<string, Record<string, unknown>[]>;
    const entity = information['reservation-entity-list']?.[0] ?? {};
    entity['reservation-target-list'] = [target('h1', 'Success'), target('h2', 'failed'), target('h3')];
    server.answer({ output: answer });
    const hosts = ['h1', 'h2', 'h3', 'h4', 'h1'];
    const check = checkOf(hosts.map((host_id, n) => candidate(`c${n}`, { host_id })));
    const verdicts = await controllerOn(server, { perCandidate: false }).check(check, ctx);
    expect(verdicts.map((verdict) => verdict.kind)).toEqual(['fit', 'reject', 'unknown', 'unknown', 'fit']);
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]?.input).toMatchObject({
      'capacity-reservation-information': {
        'reservation-target-list': ['h1', 'h2', 'h3', 'h4'].map((id) => ({ 'reservation-target-id': id })),
      },
    });
  });

  test.each<[string, unknown, 'fit' | 'reject' | 'unknown']>([
    ['success', capacityOutput('success'), 'fit'],
    ['success in another case', capacityOutput('SUCCESS', { entity: 'Success' }), 'fit'],
    ['a code that is a number', capacityOutput('success', { code: 200 }), 'fit'],
    ['no capacity', capacityOutput('failed'), 'reject'],
    ['success but one entity failed', capacityOutput('success', { entity: 'failed' }), 'reject'],
    ['a client error as code', { 'response-code': '404', 'response-message': 'no such VPE' }, 'reject'],
    ['a server error as code', { 'response-code': '500', 'response-message': 'graph failed' }, 'unknown'],
    ['no code', { 'capacity-information': { status: 'success' } }, 'unknown'],
    ['no information', { 'response-code': '200' }, 'unknown'],
    ['no status', { 'response-code': '200', 'capacity-information': {} }, 'unknown'],
    ['an entity without status', capacityOutput('success', { entity: '' }), 'unknown'],
    ['an empty output', {}, 'unknown'],
    ['an output of another shape', [1, 2], 'unknown'],
    ['information of another shape', { 'response-code': '200', 'capacity-information': 'success' }, 'unknown'],
  ])('%s counts as it should', async (_, output, kind) => {
    server.answer({ output });
    expect(await controllerOn(server).check(checkOf(one), ctx)).toEqual([expect.objectContaining({ kind })]);
  });

  test('a rejection names the resource that is short', async () => {
    const resources = [
      { 'resource-name': 'vrfs', status: 'success', available: '9' },
      { 'resource-name': 'bandwidth', status: 'failed', available: '20' },
    ];
    server.answer({ output: capacityOutput('failed', { resources }) });
    const reason = 'SDN-C has no capacity for it: bandwidth (20 available)';
    expect(await controllerOn(server).check(checkOf(one), ctx)).toEqual([{ kind: 'reject', reason }]);
  });
});

describe('an SDN-C in trouble', () => {
  test.each<[string, Reply]>([
    ['500', { status: 500, body: restconfError('operation-failed', 'graph crashed') }],
    ['503', { status: 503 }],
    ['a bad request', { status: 400, body: restconfError('malformed-message', 'missing leaf') }],
    ['a prefixed error envelope', { status: 409, body: restconfError('in-use', 'busy', 'ietf-restconf:errors') }],
    ['an error that is not JSON', { status: 502, text: '<html>Bad gateway</html>' }],
    ['an answer that is not JSON', { status: 200, text: '<html>login</html>' }],
    ['an answer without output', { status: 200, body: { something: 'else' } }],
    ['two outputs', { status: 200, body: { 'A:output': {}, 'B:output': {} } }],
    ['no content', { status: 204 }],
    ['a redirect', { status: 302 }],
    ['a cut connection', 'cut'],
  ])('%s makes the candidate unknown, never fit', async (_, reply) => {
    server.answer(reply);
    const [verdict] = await controllerOn(server).check(checkOf(one), ctx);
    expect(verdict).toEqual({ kind: 'unknown', reason: expect.stringMatching(/^SDN-C /) });
  });

  test('a check is repeated as often as configured and the later answer counts', async () => {
    server.answer((_, n) => (n < 3 ? { status: 500 } : FIT));
    expect(await controllerOn(server, { tries: { check: 3 } }).check(checkOf(one), ctx)).toEqual([{ kind: 'fit' }]);
    server.answer((_, n) => (n < 3 ? { status: 500 } : FIT));
    const [verdict] = await controllerOn(server, { tries: { check: 2 } }).check(checkOf(one), ctx);
    expect(verdict?.kind).toBe('unknown');
    expect(server.seen).toHaveLength(2);
  });

  test('silence until the time-out makes the candidate unknown', async () => {
    const clock = new TestClock();
    server.answer('hang');
    const running = controllerOn(server, { clock, tries: { check: 1 } }).check(checkOf(one), ctx);
    await server.arrived(1);
    clock.timeOut();
    expect(await running).toEqual([{ kind: 'unknown', reason: expect.stringContaining('did not answer in time') }]);
  });

  test('nobody there makes the candidate unknown', async () => {
    const [verdict] = await controllerOn(server, { url: 'http://127.0.0.1:1' }).check(checkOf(one), ctx);
    expect(verdict).toEqual({ kind: 'unknown', reason: expect.stringContaining('SDN-C does not answer') });
  });

  test('one candidate in trouble does not touch the others', async () => {
    server.answer((seen) => (targetOf(seen) === 'h2' ? { status: 500 } : FIT));
    const check = checkOf(['h1', 'h2', 'h3'].map((host_id) => candidate(host_id, { host_id })));
    const kinds = (await controllerOn(server).check(check, ctx)).map((verdict) => verdict.kind);
    expect(kinds).toEqual(['fit', 'unknown', 'fit']);
  });

  test('wrong credentials are told as such, without showing them', async () => {
    server.answer(FIT);
    const failing = controllerOn(server, { password: 'wrong-sesam' }).check(checkOf(one), ctx);
    const error = await failing.catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'UPSTREAM_REFUSED' });
    expect(String(error)).not.toContain('sesam');
  });

  test('an upstream text cannot flood or break a message', async () => {
    server.answer({ status: 400, body: restconfError('x', `a\nb\u2028${'y'.repeat(5000)}`) });
    const [verdict] = await controllerOn(server).check(checkOf(one), ctx);
    const reason = verdict && 'reason' in verdict ? verdict.reason : '';
    expect(reason).toMatch(/^SDN-C answered HTTP 400: a b y+…$/);
    expect(reason.length).toBeLessThan(400);
  });

  test('the caller’s abort ends the check with its reason', async () => {
    const stop = new AbortController();
    server.answer('hang');
    const check = checkOf(Array.from({ length: 20 }, (_, n) => candidate(`c${n}`)));
    const running = controllerOn(server, { concurrency: 2 }).check(check, { ...ctx, signal: stop.signal });
    await server.arrived(2);
    stop.abort(new Error('claim lost'));
    await expect(running).rejects.toThrow('claim lost');
    expect(server.seen).toHaveLength(2);
  });
});

describe('an SDN-C without the RPC', () => {
  const MISSING: readonly [string, Reply][] = [
    ['404', { status: 404 }],
    ['501', { status: 501 }],
    ['404 with an envelope', { status: 404, body: restconfError('data-missing') }],
    [
      '400 unknown schema node',
      { status: 400, body: restconfError('invalid-value', 'The schema node does not exist') },
    ],
    [
      '500 no implementation',
      { status: 500, body: restconfError('operation-failed', 'No implementation of RPC AbsoluteSchemaPath available') },
    ],
    ['not supported', { status: 400, body: restconfError('operation-not-supported') }],
  ];

  test.each(MISSING)('%s fails the check and names the option, by default', async (_, reply) => {
    server.answer(reply);
    await expect(controllerOn(server).check(checkOf(one), ctx)).rejects.toMatchObject({
      code: 'UPSTREAM_UNSUPPORTED',
      message: expect.stringContaining('[sdnc] on_unsupported'),
    });
  });

  test.each(MISSING)('%s keeps or drops all candidates when so configured, and asks no further', async (_, reply) => {
    const check = checkOf(['h1', 'h2', 'h3'].map((host_id) => candidate(host_id, { host_id })));
    server.answer(reply);
    const options = { concurrency: 1, tries: { check: 1 } };
    const kept = await controllerOn(server, { ...options, onUnsupported: 'keep' }).check(check, ctx);
    expect(kept).toEqual([{ kind: 'fit' }, { kind: 'fit' }, { kind: 'fit' }]);
    expect(server.seen).toHaveLength(1);
    const dropped = await controllerOn(server, { ...options, onUnsupported: 'drop' }).check(check, ctx);
    expect(dropped.map((verdict) => verdict.kind)).toEqual(['reject', 'reject', 'reject']);
  });
});

describe('DHVCAPACITY-API', () => {
  const preset = 'dhv-capacity';
  const request = {
    service_type: 'vVIG',
    bw_up: 400,
    bw_down: '300',
    dhv_site_effective_bandwidth: '800',
    dhv_service_instance: 'dhv-1',
    e2evpnkey: 'vpn-key-1',
  };
  const vvig = candidate('instance-1', {
    host_id: 'vvig-host-1',
    location_id: 'DLLSTX55',
    service_resource_id: 'resource-1',
  });

  test('instance_fit sends the contract’s request', async () => {
    server.answer({ output: dhvOutput('Y') });
    expect(await controllerOn(server, { preset }).check(checkOf([vvig], { request }), ctx)).toEqual([{ kind: 'fit' }]);
    expect(server.seen[0]?.path).toBe('/restconf/operations/DHVCAPACITY-API:service-capacity-check-operation');
    expect(server.seen[0]?.body).toEqual({
      input: {
        'service-capacity-check-operation': {
          'sdnc-request-header': { 'request-id': 'req-1' },
          'capacity-check-information': {
            'service-instance-id': 'dhv-1',
            service: 'DHV SD-WAN',
            'action-type': 'CAPCHECK-SERVICE',
            'change-type': 'New-Start',
            'e2e-vpn-key': 'vpn-key-1',
            'vnf-list': {
              vnf: [
                {
                  'device-type': 'vVIG',
                  'upstream-bandwidth': '400',
                  'downstream-bandwidth': '300',
                  'dhv-site-effective-bandwidth': '800',
                  'cloud-region-id': 'DLLSTX55',
                  'vnf-host-name': 'vvig-host-1',
                  'infra-service-instance-id': 'instance-1',
                  'cust-service-instance-id': 'resource-1',
                },
              ],
            },
          },
        },
      },
    });
  });

  test('region_fit asks for a new VNF in the region, without instance fields', async () => {
    server.answer({ output: dhvOutput('Y') });
    const region = candidate('DLLSTX55', { inventory_type: 'cloud', location_id: 'DLLSTX55' });
    const check = checkOf([region], { request: { ...request, service_type: 'vHNGW' }, constraintType: 'region_fit' });
    await controllerOn(server, { preset }).check(check, ctx);
    expect(server.seen[0]?.input).toMatchObject({
      'service-capacity-check-operation': { 'capacity-check-information': { 'action-type': 'CAPCHECK-NEWVNF' } },
    });
    const text = JSON.stringify(server.seen[0]?.input);
    expect(text).toContain(
      '"vnf":[{"device-type":"vHNGW","dhv-site-effective-bandwidth":"800","cloud-region-id":"DLLSTX55"}]',
    );
  });

  test.each([
    ['initial', 'true', 'New-Start'],
    ['', 'false', 'New-Start'],
    ['speed changed', 'false', 'Rehome'],
    ['speed changed', 'true', 'Change-Speed'],
  ])('request type "%s" with existing placement %s is %s', async (requestType, existing_placement, change) => {
    server.answer({ output: dhvOutput('Y') });
    const check = checkOf([{ ...vvig, existing_placement }], { request, requestType });
    await controllerOn(server, { preset }).check(check, ctx);
    expect(JSON.stringify(server.seen[0]?.input)).toContain(`"change-type":"${change}"`);
  });

  test.each<[string, unknown, string]>([
    ['Y', dhvOutput('Y'), 'fit'],
    ['N', dhvOutput('N'), 'reject'],
    ['another word', dhvOutput('maybe'), 'unknown'],
    ['no VNF', dhvOutput(null), 'unknown'],
    ['a client error', dhvOutput(null, '400'), 'reject'],
    ['a server error', dhvOutput(null, '500'), 'unknown'],
    ['nothing', {}, 'unknown'],
  ])('capacity %s counts as it should', async (_, output, kind) => {
    server.answer({ output });
    const [verdict] = await controllerOn(server, { preset }).check(checkOf([vvig], { request }), ctx);
    expect(verdict?.kind).toBe(kind);
  });

  test('equal questions are asked once though each request has an id', async () => {
    server.answer({ output: dhvOutput('Y') });
    const verdicts = await controllerOn(server, { preset }).check(checkOf([vvig, { ...vvig }], { request }), ctx);
    expect(verdicts).toHaveLength(2);
    expect(server.seen).toHaveLength(1);
  });
});
