// A search that needs more memory than its thread may use, through the whole gateway: the plan says so, and the process lives and
// goes on with the next plan.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { largeSearchTemplate } from '../support/large-search.ts';

/** The least that the option takes: plenty for ordinary plans. */
const MEGABYTES = 32;
const SMALL = readFileSync(new URL('../../examples/vcpe.yaml', import.meta.url), 'utf8');

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ lines: ['[solver]', `max_memory = ${MEGABYTES}`] });
});

afterAll(() => gateway?.stop());

test('a search out of memory ends its plan with the reason, once, and the plans after it are solved', async () => {
  const [large, waiting] = await Promise.all([
    gateway.solved({ name: 'large', template: largeSearchTemplate() }),
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
