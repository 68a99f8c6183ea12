// A search that needs more memory than its thread may use, through the whole gateway: the plan says so, and the process lives and
// goes on with the next plan.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';

/** The least that the option takes: plenty for ordinary plans. */
const MEGABYTES = 32;
const SMALL = readFileSync(new URL('../../examples/vcpe.yaml', import.meta.url), 'utf8');

/** All demands are tied to each other, which makes 31,000 pairs: the search does not even come to its first candidate. */
function largeTemplate(): object {
  const candidates = ['a', 'b', 'c'].map((candidate_id, at) => {
    return { candidate_id, cost: 1, location_id: candidate_id, cloud_owner: 'o', latitude: 0, longitude: at };
  });
  const names = Array.from({ length: 250 }, (_, at) => `vnf-${at}`);
  const demand = [{ inventory_provider: 'aai', inventory_type: 'cloud', candidates }];
  return {
    homing_template_version: '2017-10-10',
    locations: {},
    demands: Object.fromEntries(names.map((name) => [name, demand])),
    constraints: {
      near: { type: 'distance_between_demands', demands: names, properties: { distance: '<= 1000 km' } },
    },
  };
}

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ lines: ['[solver]', `max_memory = ${MEGABYTES}`] });
});

afterAll(() => gateway?.stop());

test('a search out of memory ends its plan with the reason, once, and the plans after it are solved', async () => {
  const [large, waiting] = await Promise.all([
    gateway.solved({ name: 'large', template: largeTemplate() }),
    gateway.solved({ name: 'waiting', template: SMALL }),
  ]);
  const message = `The search needed more memory than a search thread may use (${MEGABYTES} MB).`;
  expect(large).toMatchObject({ status: 'error', message });
  expect(waiting.status).toBe('done');
  expect((await gateway.solved({ name: 'next', template: SMALL })).status).toBe('done');
  expect((await gateway.rest('GET', '/readyz')).status).toBe(200);
  const died = (await gateway.log()).filter(({ message: text }) => text === 'a search thread failed');
  expect(died).toMatchObject([{ maxMemoryMb: MEGABYTES }]);
});
