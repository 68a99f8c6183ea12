import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MultiCloudSimulator, startMultiCloudSimulator } from '../sim/multicloud.ts';
import { ask } from './client.ts';

let simulator: MultiCloudSimulator;
beforeAll(async () => {
  simulator = await startMultiCloudSimulator({
    room: { O_a: { vCPU: 8, Memory: 16, Storage: 100 }, O_b: { vCPU: 2, Memory: 4, Storage: 50 } },
    failsWhen: { vCPU: 999 },
  });
});
afterAll(() => simulator.stop());
beforeEach(() => {
  simulator.faults.clear();
  simulator.clearCalls();
});

const needs = { vCPU: 4, Memory: 8, Storage: 50 };

function check(body: unknown, version = 'v0') {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  return ask(`${simulator.url}/${version}/check_vim_capacity`, { method: 'POST', headers, body });
}

describe('check_vim_capacity', () => {
  test('lists the regions with room for everything that is asked', async () => {
    const asked = (more: object) => check({ ...needs, VIMs: ['O_a', 'O_b', 'O_unknown'], ...more });
    expect((await asked({})).json).toEqual({ VIMs: ['O_a'] });
    expect((await asked({ vCPU: 2, Memory: 4 })).json).toEqual({ VIMs: ['O_a', 'O_b'] });
    expect((await asked({ Storage: 101 })).json).toEqual({ VIMs: [] });
  });

  test('from v1 on takes and gives regions with their availability zones', async () => {
    const region = { 'cloud-owner': 'O', 'cloud-region-id': 'a' };
    const { json } = await check({ ...needs, VIMs: [region, 'O_b'] }, 'v1');
    expect(json.VIMs).toHaveLength(1);
    expect(json.VIMs[0]).toMatchObject(region);
    expect(json.VIMs[0].AZs[0]).toMatchObject({ 'availability-zone-name': 'nova', vCPUAvail: 8, StorageAvail: 100 });
  });

  test('leaves a region out when a quantity is no number', async () => {
    expect((await check({ ...needs, vCPU: '4', VIMs: ['O_a'] })).json).toEqual({ VIMs: [] });
  });

  test('refuses what is not JSON, another method and another path', async () => {
    expect((await check('[1')).status).toBe(400);
    expect((await ask(`${simulator.url}/v0/check_vim_capacity`, {})).status).toBe(405);
    expect((await ask(`${simulator.url}/v0/elsewhere`, { method: 'POST', body: {} })).status).toBe(404);
  });

  test('fails for the request it is told to fail for, and for faults', async () => {
    expect((await check({ ...needs, vCPU: 999, VIMs: [] })).status).toBe(500);
    simulator.faults.add({ kind: 'status', status: 503, times: 1 });
    expect((await check({ ...needs, VIMs: [] })).status).toBe(503);
    expect((await check({ ...needs, VIMs: [] })).status).toBe(200);
  });

  test('follows changes of room and remembers what it was asked', async () => {
    simulator.setRoom('O_c', { vCPU: 64, Memory: 64, Storage: 64 });
    expect((await check({ ...needs, VIMs: ['O_c'] })).json).toEqual({ VIMs: ['O_c'] });
    simulator.setRoom('O_c', null);
    expect((await check({ ...needs, VIMs: ['O_c'] })).json).toEqual({ VIMs: [] });
    expect(simulator.questions()).toEqual([
      { ...needs, VIMs: ['O_c'] },
      { ...needs, VIMs: ['O_c'] },
    ]);
  });
});
