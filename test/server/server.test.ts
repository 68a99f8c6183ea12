// The endpoints of one port together: probes, metrics, and REST over real HTTP.
import { expect, test } from 'vitest';
import { DEFAULT_SERVER_SETTINGS } from '../../src/server/settings.ts';
import { basic } from '../api/rest/support.ts';
import { raw, startServer } from './support.ts';

const text = async (response: Response) => [response.status, await response.text()];

test('probes answer without credentials; readiness names what is wrong when asked', async () => {
  const { url, services, lines } = await startServer({ basicAuth: { required: true } });
  expect(await text(await fetch(`${url}/livez`))).toEqual([200, 'ok\n']);
  expect(await text(await fetch(`${url}/readyz`))).toEqual([200, 'ok\n']);
  services.health.ready = async () => ({
    ok: false,
    checks: [
      { name: 'store', ok: false, informative: false, detail: 'no answer' },
      { name: 'feed', ok: true, informative: false, detail: 'connected' },
      { name: 'aai', ok: false, informative: true, detail: 'timed out' },
    ],
  });
  expect(await text(await fetch(`${url}/readyz`))).toEqual([503, 'not ready\n']);
  expect(await text(await fetch(`${url}/readyz?verbose`))).toEqual([
    503,
    '[-] store: no answer\n[+] feed: connected\n[!] aai: timed out\nnot ready\n',
  ]);
  services.health.ready = () => Promise.reject(new Error('hunter2'));
  expect(await text(await fetch(`${url}/readyz?verbose`))).toEqual([503, 'not ready\n']);
  expect(lines).toMatchObject([{ level: 'error' }]);
  expect((await fetch(`${url}/livez`, { method: 'POST' })).status).toBe(405);
});

test('metrics are served, and requests are counted under few label values whatever is asked', async () => {
  const { url, port, measured } = await startServer();
  const metrics = await fetch(`${url}/metrics`);
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(await metrics.text()).toBe('conductor_up 1\n');
  for (const path of ['/v1/plans/some-id', '/v1/plans/', '/x/1', '/x/2', '/graphql']) await fetch(`${url}${path}`);
  await raw(port, 'PROPFIND /v1/plans HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const counted = measured.filter(({ name }) => name === 'conductor_http_requests_total').map(({ labels }) => labels);
  expect(counted).toEqual([
    { route: '/metrics', method: 'GET', status: '200' },
    { route: '/v1/plans/{id}', method: 'GET', status: '404' },
    { route: '/v1/plans', method: 'GET', status: '200' },
    { route: 'other', method: 'GET', status: '404' },
    { route: 'other', method: 'GET', status: '404' },
    { route: '/graphql', method: 'GET', status: '400' },
    { route: '/v1/plans', method: 'other', status: '405' },
  ]);
  const timed = measured.filter(({ name }) => name === 'conductor_http_request_seconds');
  expect(timed.length).toBe(counted.length);
});

test('a plan is posted, read and deleted over HTTP as OSDF does it', async () => {
  const { url, port } = await startServer({ basicAuth: { required: true } });
  const headers = {
    ...basic('admin1', 'plan.15'),
    'content-type': 'application/json',
    transaction_id: 'osdf-9',
    'x-minorversion': '0',
  };
  const body = JSON.stringify({ name: 'r', files: {}, timeout: 30, num_solution: '1', template: {} });
  const created = await fetch(`${url}/v1/plans/`, { method: 'POST', headers, body });
  const answer = (await created.json()) as { status: string; links: { href: string }[][] };
  expect([created.status, answer.status]).toEqual([201, 'template']);
  expect(created.headers.get('transaction-id')).toBe('osdf-9');
  const href = answer.links[0]?.[0]?.href ?? '';
  expect(href.startsWith(`http://127.0.0.1:${port}/v1/plans/`)).toBe(true);
  const polled = await fetch(href, { headers });
  expect(await polled.json()).toMatchObject({ plans: [{ name: 'r', status: 'solving', links: [[{ href }]] }] });
  const deleted = await fetch(href, { method: 'DELETE', headers });
  expect(await text(deleted)).toEqual([204, '']);
});

test('HEAD has no body, and a request in absolute form is understood', async () => {
  const { port } = await startServer();
  const head = await raw(port, 'HEAD /v1/plans/healthcheck HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1.1 405 /);
  expect(head.endsWith('\r\n\r\n')).toBe(true);
  const absolute = await raw(
    port,
    'GET http://a.example/livez?x HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n',
  );
  expect(absolute).toMatch(/^HTTP\/1.1 200 /);
});

test('a fault in an endpoint is answered 500 without its text, and logged', async () => {
  const { url, services, lines } = await startServer();
  services.health.live = () => {
    throw new Error('hunter2');
  };
  expect(await text(await fetch(`${url}/livez`))).toEqual([500, '']);
  expect(lines).toMatchObject([{ level: 'error', message: 'request failed' }]);
});

test('the defaults are closed: credentials required, no introspection, no GraphiQL, no foreign pages, no trusted proxy', () => {
  const { basicAuth, introspection, graphiql, corsOrigins, trustProxy, host } = DEFAULT_SERVER_SETTINGS;
  expect({ required: basicAuth.required, introspection, graphiql, corsOrigins, trustProxy, host }).toEqual({
    required: true,
    introspection: false,
    graphiql: false,
    corsOrigins: [],
    trustProxy: false,
    host: '127.0.0.1',
  });
});
