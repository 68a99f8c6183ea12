// The SDN-C simulator: both RESTCONF forms, and a controller that really counts what it promised.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SdncSimulator, startSdncSimulator } from '../sim/sdnc.ts';
import { ask, basic } from './client.ts';

let sdnc: SdncSimulator;
const limits = (speed: number, vrfs = 10) =>
  new Map([
    ['service-speed', speed],
    ['cust-vrfs-per-vpe', vrfs],
  ]);

beforeEach(async () => {
  const capacity = new Map([
    ['host-a', limits(1000)],
    ['host-b', limits(500)],
  ]);
  sdnc = await startSdncSimulator({ username: 'admin', password: 'p:w', capacity });
});
afterEach(() => sdnc.stop());

const post = (url: string, body: unknown, password = 'p:w') =>
  ask(url, {
    method: 'POST',
    headers: {
      authorization: basic('admin', password),
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body,
  });

function information(entity: string, targets: readonly string[], speed = '400', unit = 'Mbps') {
  return {
    'capacity-reservation-information': {
      'service-model': 'ADIOD',
      'reservation-entity-list': [
        {
          'reservation-entity-type': 'SI',
          'reservation-entity-id': entity,
          'reservation-entity-data': [
            { name: 'service-speed', value: speed },
            { name: 'service-speed-unit', value: unit },
          ],
        },
      ],
      'reservation-target-list': targets.map((id) => ({
        'reservation-target-type': 'VNF',
        'reservation-target-id': id,
      })),
    },
  };
}

const capacity = (verb: string, input: unknown, base = sdnc.restsUrl) =>
  post(`${base}/operations/CAPACITY-API:service-capacity-${verb}-operation`, { input });
const status = (reply: { json: Record<string, { 'capacity-information'?: { status: string } }> }) =>
  reply.json['CAPACITY-API:output']?.['capacity-information']?.status;

describe('RESTCONF', () => {
  test('each form names its output its own way, and both share the counters', async () => {
    const old = await capacity('reserve', information('SI-1', ['host-a']), sdnc.restconfUrl);
    expect(Object.keys(old.json)).toEqual(['output']);
    expect(old.json.output['response-code']).toBe('200');
    const young = await capacity('get', information('SI-1', ['host-a']));
    expect(Object.keys(young.json)).toEqual(['CAPACITY-API:output']);
    expect(status(young)).toBe('success');
  });

  test('the input may be qualified by its module', async () => {
    const url = `${sdnc.restsUrl}/operations/CAPACITY-API:service-capacity-check-operation`;
    const reply = await post(url, { 'CAPACITY-API:input': information('SI-1', ['host-a']) });
    expect(status(reply)).toBe('success');
  });

  test('a wrong password is 401 in the RESTCONF envelope', async () => {
    const reply = await post(`${sdnc.restsUrl}/operations/SLI-API:healthcheck`, '', 'wrong');
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toContain('Basic');
    expect(reply.json.errors.error[0]['error-tag']).toBe('access-denied');
  });

  test('an unknown RPC and an unknown path are 404, bad input is 400, GET is 405', async () => {
    const at = (path: string, body: unknown) => post(`${sdnc.restsUrl}/${path}`, body);
    const unknown = await at('operations/CAPACITY-API:service-capacity-guess-operation', { input: {} });
    expect([unknown.status, unknown.json.errors.error[0]['error-tag']]).toEqual([404, 'invalid-value']);
    expect((await at('data/none', {})).status).toBe(404);
    const check = 'operations/CAPACITY-API:service-capacity-check-operation';
    expect((await at(check, '{')).status).toBe(400);
    expect((await at(check, { input: {} })).json.errors.error[0]['error-tag']).toBe('missing-element');
    const get = await ask(`${sdnc.restsUrl}/${check}`, { headers: { authorization: basic('admin', 'p:w') } });
    expect(get.status).toBe(405);
  });

  test('the health check takes an empty body', async () => {
    const reply = await post(`${sdnc.restsUrl}/operations/SLI-API:healthcheck`, '');
    expect(reply.json['SLI-API:output']['response-code']).toBe('200');
  });

  test('a controller with one form only does not know the other', async () => {
    const single = await startSdncSimulator({ username: 'admin', password: 'p:w', forms: 'rests' });
    try {
      expect((await post(`${single.restsUrl}/operations/SLI-API:healthcheck`, '')).status).toBe(200);
      expect((await post(`${single.restconfUrl}/operations/SLI-API:healthcheck`, '')).status).toBe(404);
    } finally {
      await single.stop();
    }
  });
});

describe('capacity', () => {
  test('a check tells whether it fits and takes nothing', async () => {
    expect(status(await capacity('check', information('SI-1', ['host-a'])))).toBe('success');
    const reply = await capacity('check', information('SI-1', ['host-b'], '600'));
    expect(status(reply)).toBe('failed');
    const entity = reply.json['CAPACITY-API:output']['capacity-information']['reservation-entity-list'][0];
    expect(entity.status).toBe('failed');
    expect(entity['reservation-target-list'][0]['resource-list'][0]).toEqual({
      'resource-name': 'service-speed',
      status: 'failed',
      allocated: '600',
      available: '500',
      used: '0',
      limit: '500',
    });
    expect(sdnc.used('host-a').size + sdnc.used('host-b').size).toBe(0);
  });

  test('reservations add up until a target is full, and a release frees it', async () => {
    const codes = [];
    for (const entity of ['SI-1', 'SI-2', 'SI-3'])
      codes.push(status(await capacity('reserve', information(entity, ['host-a']))));
    expect(codes).toEqual(['success', 'success', 'failed']);
    expect(sdnc.used('host-a').get('service-speed')).toBe(800);
    const release = await capacity('release', { 'reservation-entity-list': [{ 'reservation-entity-id': 'SI-1' }] });
    expect(release.json['CAPACITY-API:output']).toEqual({ 'response-code': '200', 'response-message': '' });
    expect(status(await capacity('reserve', information('SI-3', ['host-a'])))).toBe('success');
    expect([...sdnc.reservations().keys()].sort()).toEqual(['SI-2', 'SI-3']);
  });

  test('reserving again for the same entity takes nothing more, and may change the amount', async () => {
    for (let time = 0; time < 3; time += 1) await capacity('reserve', information('SI-1', ['host-a']));
    expect(sdnc.used('host-a').get('service-speed')).toBe(400);
    expect(sdnc.used('host-a').get('cust-vrfs-per-vpe')).toBe(1);
    await capacity('reserve', information('SI-1', ['host-a'], '1', 'Gbps'));
    expect(sdnc.used('host-a').get('service-speed')).toBe(1000);
  });

  test('several targets are taken all or not at all', async () => {
    expect(status(await capacity('reserve', information('SI-1', ['host-a', 'host-b'], '600')))).toBe('failed');
    expect(sdnc.reservations().size).toBe(0);
    expect(status(await capacity('reserve', information('SI-1', ['host-a', 'host-b'])))).toBe('success');
    expect([...(sdnc.reservations().get('SI-1')?.targets.keys() ?? [])]).toEqual(['host-a', 'host-b']);
  });

  test('an unknown target can carry nothing, unless there is a limit for all', async () => {
    expect(status(await capacity('check', information('SI-1', ['nowhere'])))).toBe('failed');
    sdnc.setCapacity('nowhere', { 'service-speed': 400 });
    expect(status(await capacity('check', information('SI-1', ['nowhere'])))).toBe('success');
  });

  test('get tells whether an entity holds something, and the figures of the target', async () => {
    const before = await capacity('get', information('SI-1', ['host-a']));
    expect(status(before)).toBe('failed');
    await capacity('reserve', information('SI-1', ['host-a']));
    const after = await capacity('get', information('SI-1', ['host-a']));
    const entity = after.json['CAPACITY-API:output']['capacity-information']['reservation-entity-list'][0];
    expect(entity.status).toBe('success');
    expect(entity['reservation-target-list'][0]['resource-list'][0]).toMatchObject({
      allocated: '400',
      available: '600',
      used: '400',
    });
  });

  test('releasing what is not held is fine', async () => {
    const reply = await capacity('release', { 'reservation-entity-list': [{ 'reservation-entity-id': 'nobody' }] });
    expect(reply.json['CAPACITY-API:output']['response-code']).toBe('200');
  });

  test('an answer lost after the reservation leaves the capacity taken', async () => {
    sdnc.faults.add({ match: { path: 'reserve' }, kind: 'reset', when: 'after', times: 1 });
    await expect(capacity('reserve', information('SI-1', ['host-a']))).rejects.toThrow(/hang up|ECONNRESET/);
    expect(sdnc.used('host-a').get('service-speed')).toBe(400);
    sdnc.clearReservations();
    sdnc.faults.add({ match: { path: 'reserve' }, kind: 'status', status: 503, times: 1 });
    expect((await capacity('reserve', information('SI-1', ['host-a']))).status).toBe(503);
    expect(sdnc.reservations().size).toBe(0);
  });
});

describe('the older DHV contract', () => {
  const dhv = (action: string, host: string, speed: string) =>
    post(`${sdnc.restconfUrl}/operations/DHVCAPACITY-API:service-capacity-check-operation`, {
      input: {
        'service-capacity-check-operation': {
          'capacity-check-information': {
            'service-instance-id': 'order-1',
            'action-type': action,
            'vnf-list': {
              vnf: [{ 'device-type': 'vVIG', 'vnf-host-name': host, 'dhv-site-effective-bandwidth': speed }],
            },
          },
        },
      },
    });
  const available = (reply: { json: { output: Record<string, { 'vnf-list': { vnf: Record<string, string>[] } }> } }) =>
    reply.json.output['service-capacity-check-response']?.['vnf-list'].vnf.map((vnf) => vnf['available-capacity']);

  test('check says Y or N per VNF', async () => {
    expect(available(await dhv('CAPCHECK-SERVICE', 'host-a', '800'))).toEqual(['Y']);
    expect(available(await dhv('CAPCHECK-SERVICE', 'host-b', '800'))).toEqual(['N']);
  });

  test('RESERVE takes capacity or answers another code', async () => {
    const code = async (host: string) =>
      (await dhv('RESERVE', host, '800')).json.output['service-capacity-check-response']['response-code'];
    expect(await code('host-a')).toBe('200');
    expect(sdnc.used('host-a').get('service-speed')).toBe(800);
    expect(await code('host-b')).toBe('500');
    expect(sdnc.used('host-b').size).toBe(0);
  });
});
