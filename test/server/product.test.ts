// The product's own schema behind the product's own server.
import { getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import type { PlanChange } from '../../src/domain/ports.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createServer } from '../../src/server/index.ts';
import type { Services } from '../../src/services/index.ts';
import { fakeServices, KNOWN_ID, planRecord, recordingLogger } from '../api/rest/support.ts';
import { settingsWith, WsClient } from './support.ts';

async function start(changes: readonly PlanChange[]) {
  const fake = fakeServices({
    async *watch() {
      yield* changes;
    },
  });
  const server = createServer({
    settings: settingsWith({ introspection: true }),
    // No query here walks to inventory; the loaders only take hold of its reader.
    services: { ...fake.services, inventory: { reader: {} } as Services['inventory'] },
    metrics: { count() {}, observe() {}, gauge() {}, text: () => '', contentType: 'text/plain' },
    logger: recordingLogger(),
    clock: systemClock,
    ids: { uuid: () => 'made-id' },
    findDuplicateKey: () => null,
  });
  onTestFinished(() => server.close(0));
  return { ...fake, ...(await server.listen()) };
}

test('tools can read the schema within the default limits', async () => {
  const { url } = await start([]);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery() }),
  });
  const { data } = (await response.json()) as { data: IntrospectionQuery };
  expect(data.__schema.subscriptionType?.name).toBe('Subscription');
});

test('the changes of a plan arrive over WebSocket, and so does a gap in their history', async () => {
  const plan = planRecord(KNOWN_ID, { status: 'done' });
  const event = {
    planId: KNOWN_ID,
    seq: 1,
    at: 0,
    from: null,
    to: 'done',
    reason: 'completed',
    actor: 'worker',
    message: '',
  } as const;
  const { port } = await start([
    { kind: 'event', cursor: 'c1', plan, event },
    { kind: 'gap', cursor: 'c2', reason: 'compacted' },
  ]);
  const client = new WsClient(port);
  await client.init();
  client.subscribe('1', `subscription { planChanged(id: "${KNOWN_ID}") { __typename cursor } }`);
  await client.message('complete', '1');
  expect(client.messages.filter(({ type }) => type === 'next').map(({ payload }) => payload)).toEqual([
    { data: { planChanged: { __typename: 'PlanUpdated', cursor: 'c1' } } },
    { data: { planChanged: { __typename: 'Gap', cursor: 'c2' } } },
  ]);
});
