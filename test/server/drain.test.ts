// The end of a server: in order, within the grace, and without leaving anybody waiting.
import { expect, test } from 'vitest';
import { createTestServer, rawSocket, received, startServer, WsClient } from './support.ts';

test('draining tells WebSocket clients to go, completes event streams, and lets requests under way finish', async () => {
  const { server, services, port, post, world } = await startServer();
  let drained = false;
  services.health.startDrain = () => {
    drained = true;
  };
  const client = new WsClient(port);
  await client.init();
  client.subscribe('1', 'subscription { quiet }');
  await client.message('next', '1');
  const stream = await post({ query: 'subscription { quiet }' }, { headers: { accept: 'text/event-stream' } });
  const events = stream.text();
  const slow = post({ query: '{ slow }' });
  await world.changed.next();

  const closed = server.close(60_000);
  expect(drained).toBe(true);
  expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  expect(await events).toMatch(/event: complete\ndata:\n\n$/);
  expect(world.sources.map(({ returned }) => returned)).toEqual([true, true]);
  world.gate.fire();
  expect(await (await slow).json()).toEqual({ data: { slow: 'at last' } });
  await closed;
  await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
});

test('idle connections do not hold the end up, used or never used', async () => {
  const { server, port } = await startServer();
  const used = rawSocket(port);
  const unused = rawSocket(port);
  const ends = [received(used), received(unused)];
  const answered = new Promise((resolve) => used.once('data', resolve));
  used.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  await answered;
  await server.close(60_000);
  await Promise.all(ends);
});

test('what does not finish within the grace is cut', async () => {
  const { server, post, world } = await startServer();
  const slow = post({ query: '{ slow }' });
  const failed = expect(slow).rejects.toThrow();
  await world.changed.next();
  await server.close(10);
  await failed;
});

test('closing twice, or a server that never listened, is no error', async () => {
  const { server } = await startServer();
  await Promise.all([server.close(0), server.close(0)]);
  await createTestServer({}).server.close(0);
});

test('a connection that is used while draining is closed after its answer', async () => {
  const { server, port, world } = await startServer();
  const socket = rawSocket(port);
  const end = received(socket);
  const body = '{"query":"{ slow }"}';
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await world.changed.next();
  const closed = server.close(60_000);
  world.gate.fire();
  expect(await end).toMatch(/at last/);
  await closed;
});
