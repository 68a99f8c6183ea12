// The upstream HTTP client: what is retried, what is not, deadlines, broken answers, the breaker, TLS on both sides.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConductorError } from '../../src/domain/errors.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type HttpClient, type HttpClientOptions, HttpFailure } from '../../src/plugins/http.ts';
import { ctx, httpFor, manualClock, type Recorder, recorder } from './aai/support.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(handler: Handler, tls?: ServerOptions): Promise<string> {
  const server = tls ? createTlsServer(tls, handler) : createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `${tls ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}/base`;
}

function client(url: string, more: Partial<HttpClientOptions> = {}, record: Recorder = recorder()): HttpClient {
  const http = httpFor(url, record, { clock: manualClock(true), ...more });
  cleanups.push(() => http.close());
  return http;
}

const get = (path = '/x?secret=1') => ({ method: 'GET', path, ctx }) as const;

/** Answers the statuses in turn, the last for ever; the body is `{}`. */
function statuses(list: number[], headers: Record<string, string> = {}): { handler: Handler; seen: () => number } {
  let n = 0;
  const handler: Handler = (_request, response) => {
    response.writeHead(list[Math.min(n, list.length - 1)] ?? 200, headers).end('{}');
    n += 1;
  };
  return { handler, seen: () => n };
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('should fail'),
    (error: unknown) => error as HttpFailure,
  );

describe('a request', () => {
  it('for bytes gets a 2xx answer as it is, and an error answer as JSON', async () => {
    const { handler } = statuses([200, 404]);
    const http = client(await serve(handler));
    const found = await http.request({ ...get(), answer: 'bytes' });
    expect(found).toMatchObject({ status: 200, body: null, text: '' });
    expect(Buffer.from(found.bytes ?? []).toString()).toBe('{}');
    expect(await http.request({ ...get(), answer: 'bytes' })).toMatchObject({ status: 404, body: {}, text: '{}' });
  });

  it('may be a GET with a body', async () => {
    let body = '';
    const url = await serve(async (request, response) => {
      for await (const chunk of request) body += chunk;
      response.end('{}');
    });
    await client(url).request({ ...get(), body: { ids: ['a'] } });
    expect(body).toBe('{"ids":["a"]}');
  });

  it('carries credentials, transaction id, Accept and JSON, and appends to the base path', async () => {
    let seen: { url: string; headers: IncomingMessage['headers']; body: string } | undefined;
    const url = await serve(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen = { url: request.url ?? '', headers: request.headers, body };
      response.end('{"a":1}');
    });
    const http = client(url, { username: 'joe', password: 'p:w', headers: { 'X-Static': 's' } });
    const answer = await http.request({ method: 'PUT', path: '/q?a=b', body: { k: [1] }, ctx: { requestId: 'id\n1' } });
    expect(answer).toMatchObject({ status: 200, body: { a: 1 }, text: '{"a":1}' });
    expect(seen).toMatchObject({ url: '/base/q?a=b', body: '{"k":[1]}' });
    expect(seen?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('joe:p:w').toString('base64')}`,
      accept: 'application/json',
      'content-type': 'application/json',
      'x-transactionid': 'id_1',
      'x-static': 's',
    });
  });

  it('follows no redirect', async () => {
    const { handler, seen } = statuses([302], { location: '/elsewhere' });
    expect((await client(await serve(handler)).request(get())).status).toBe(302);
    expect(seen()).toBe(1);
  });

  it('gives 4xx and their JSON to the caller, and null for a foreign body', async () => {
    const url = await serve((request, response) => {
      response.writeHead(404).end(request.url?.includes('html') ? '<html>' : '{"requestError":{}}');
    });
    expect(await client(url).request(get('/json'))).toMatchObject({ status: 404, body: { requestError: {} } });
    expect(await client(url).request(get('/html'))).toMatchObject({ status: 404, body: null, text: '<html>' });
  });

  it('is counted and timed per system and outcome', async () => {
    const record = recorder();
    await client(await serve(statuses([404]).handler), {}, record).request(get());
    expect(record.counts).toEqual([
      { name: 'conductor_upstream_requests_total', labels: { system: 'A&AI', outcome: 'not_found' } },
      { name: 'conductor_upstream_seconds', labels: { system: 'A&AI' } },
    ]);
    expect(JSON.stringify(record.lines)).not.toContain('secret');
  });
});

describe('retries', () => {
  it.each([500, 502, 503, 504, 429])('repeat a GET after %i', async (status) => {
    const { handler, seen } = statuses([status, status, 200]);
    expect((await client(await serve(handler)).request(get())).status).toBe(200);
    expect(seen()).toBe(3);
  });

  it('end with the last answer when the tries are used up', async () => {
    const { handler, seen } = statuses([503]);
    expect((await client(await serve(handler)).request(get())).status).toBe(503);
    expect(seen()).toBe(3);
  });

  it('repeat neither a POST nor a DELETE nor a 4xx', async () => {
    const server = statuses([503]);
    const http = client(await serve(server.handler));
    await http.request({ ...get(), method: 'POST', body: {} });
    await http.request({ ...get(), method: 'DELETE' });
    expect(server.seen()).toBe(2);
    const bad = statuses([400]);
    await client(await serve(bad.handler)).request(get());
    expect(bad.seen()).toBe(1);
  });

  it('repeat a POST that the caller declares repeatable', async () => {
    const { handler, seen } = statuses([503, 200]);
    const http = client(await serve(handler));
    expect((await http.request({ ...get(), method: 'POST', body: {}, tries: 2 })).status).toBe(200);
    expect(seen()).toBe(2);
  });

  it('wait as long as Retry-After says, and give up when that is too long', async () => {
    const clock = manualClock(true);
    await client(await serve(statuses([429, 200], { 'retry-after': '7' }).handler), { clock }).request(get());
    expect(clock.waits).toContain(7000);
    const long = statuses([503, 200], { 'retry-after': '3600' });
    expect((await client(await serve(long.handler), { clock }).request(get())).status).toBe(503);
    expect(long.seen()).toBe(1);
  });

  it('leave a 504 to a caller that will ask for less instead', async () => {
    const { handler, seen } = statuses([504]);
    expect((await client(await serve(handler)).request({ ...get(), retryTimeouts: false })).status).toBe(504);
    expect(seen()).toBe(1);
  });
});

describe('an answer that cannot be used', () => {
  const cases: [string, Handler, string, number][] = [
    ['HTML under 200', (_q, r) => void r.end('<html>login</html>'), 'not JSON', 1],
    ['JSON that ends too early', (_q, r) => void r.end('{"a":[1,'), 'not JSON', 1],
    ['more bytes than allowed', (_q, r) => void r.end(JSON.stringify('x'.repeat(5000))), 'too large', 1],
    [
      'a connection cut within the body',
      (_q, r) => {
        r.writeHead(200, { 'content-length': '100' }).write('{"a":');
        setImmediate(() => r.destroy());
      },
      'cut off',
      3,
    ],
  ];
  it.each(cases)(
    '%s is UPSTREAM_BAD_DATA naming system and path, not the query',
    async (_name, handler, words, tries) => {
      let seen = 0;
      const url = await serve((request, response) => {
        seen += 1;
        handler(request, response);
      });
      const error = await failureOf(client(url, { maxResponseBytes: 1000 }).request(get('/complexes?id=secret')));
      expect(error.code).toBe('UPSTREAM_BAD_DATA');
      expect(error.message).toContain(words);
      expect(error.message).toContain('A&AI');
      expect(error.message).toContain('/complexes');
      expect(error.message).not.toContain('secret');
      expect(seen).toBe(tries);
    },
  );

  it('an answer dribbled byte by byte ends at the deadline though it is never idle', async () => {
    const url = await serve((_request, response) => {
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failureOf(client(url, { clock: systemClock, timeoutMs: 100, tries: 1 }).request(get()));
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', kind: 'timeout' });
  });

  it('no server at all is UPSTREAM_UNAVAILABLE', async () => {
    const url = await serve(() => {});
    await cleanups.pop()?.();
    const error = await failureOf(client(url).request(get()));
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', kind: 'transport' });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it("the caller's abort ends the request with the caller's reason", async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort(new Error('plan is gone')));
    await expect(client(url).request({ ...get(), ctx: { ...ctx, signal: stop.signal } })).rejects.toThrow(
      'plan is gone',
    );
  });
});

describe('the breaker', () => {
  const breaker = { failures: 3, openMs: 1000 };

  it('opens after failures in a row, refuses at once, lets one probe through, and closes when it succeeds', async () => {
    const clock = manualClock();
    const server = statuses([503, 503, 503, 200]);
    const record = recorder();
    const http = client(await serve(server.handler), { clock, tries: 1, breaker }, record);
    for (let i = 0; i < 3; i += 1) expect((await http.request(get())).status).toBe(503);
    expect(await failureOf(http.request(get()))).toMatchObject({ code: 'UPSTREAM_PAUSED', kind: 'open' });
    expect(server.seen()).toBe(3);
    clock.advance(1000);
    const [probe, other] = [http.request(get()), failureOf(http.request(get()))];
    expect(await other).toMatchObject({ kind: 'open' });
    expect((await probe).status).toBe(200);
    expect((await http.request(get())).status).toBe(200);
    expect(record.counts.filter(({ labels }) => labels.outcome === 'breaker_open')).toHaveLength(2);
  });

  it('stays open when the probe fails', async () => {
    const clock = manualClock();
    const server = statuses([503]);
    const http = client(await serve(server.handler), { clock, tries: 1, breaker });
    for (let i = 0; i < 3; i += 1) await http.request(get());
    clock.advance(1000);
    // Whoever made it is told what all others are told.
    expect(await failureOf(http.request(get()))).toMatchObject({ code: 'UPSTREAM_PAUSED', kind: 'open' });
    expect(server.seen()).toBe(4);
    expect(await failureOf(http.request(get()))).toMatchObject({ kind: 'open' });
    expect(server.seen()).toBe(4);
  });

  it('is never opened by 4xx', async () => {
    const server = statuses([404, 400, 403, 429]);
    const http = client(await serve(server.handler), { tries: 1, breaker });
    for (let i = 0; i < 10; i += 1) await http.request(get());
    expect(server.seen()).toBe(10);
  });
});

describe('TLS', () => {
  let dir = '';
  const file = (name: string) => join(dir, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const issue = (name: string, san: string) => {
    writeFileSync(file('ext'), `subjectAltName=${san}`);
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext'];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...by);
  };
  const serverTls = (): ServerOptions => ({
    cert: readFileSync(file('server.pem')),
    key: readFileSync(file('server.key')),
    ca: readFileSync(file('ca.pem')),
    requestCert: true,
    rejectUnauthorized: true,
  });
  const ok: Handler = (_request, response) => void response.end('{}');

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'conductor-http-'));
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=ca',
    );
    issue('server', 'DNS:localhost,IP:127.0.0.1');
    issue('client', 'DNS:client');
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('two-way: both sides show a certificate of the CA', async () => {
    const tls = { certificateFile: file('client.pem'), keyFile: file('client.key'), bundleFile: file('ca.pem') };
    expect((await client(await serve(ok, serverTls()), { tls }).request(get())).status).toBe(200);
  });

  it('a client without certificate gets nothing, and a server of an unknown CA is UPSTREAM_REFUSED', async () => {
    const url = await serve(ok, serverTls());
    const noCertificate = client(url, { tls: { bundleFile: file('ca.pem') } });
    // Node's server just hangs up; others send a TLS alert.
    expect(await failureOf(noCertificate.request(get()))).toBeInstanceOf(HttpFailure);
    expect(await failureOf(client(url).request(get()))).toMatchObject({ code: 'UPSTREAM_REFUSED', kind: 'untrusted' });
  });

  it('verification is switched off only by insecure, with one warning', async () => {
    const record = recorder();
    const tls = { certificateFile: file('client.pem'), keyFile: file('client.key'), insecure: true };
    const http = client(await serve(ok, serverTls()), { tls }, record);
    expect((await http.request(get())).status).toBe(200);
    await http.request(get());
    expect(record.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('a file that is missing or no match is CERTIFICATE_INVALID naming it, at construction', () => {
    const make = (tls: HttpClientOptions['tls']) => () => client('https://localhost:1', tls ? { tls } : {});
    const named = (name: string) =>
      expect.objectContaining({ code: 'CERTIFICATE_INVALID', message: expect.stringContaining(name) });
    expect(make({ bundleFile: file('nowhere.pem') })).toThrow(named('nowhere.pem'));
    expect(make({ certificateFile: file('client.pem'), keyFile: file('no.key') })).toThrow(named('no.key'));
    expect(make({ certificateFile: file('client.pem'), keyFile: file('server.key') })).toThrow(named('server.key'));
    expect(make({ bundleFile: file('ext') })).toThrow(named('ext'));
    expect(make({ certificateFile: '', keyFile: '', bundleFile: '' })).not.toThrow();
  });

  it('a server URL that is none is CONFIG_INVALID', () => {
    expect(() => client('controller:8443')).toThrow(ConductorError);
    expect(() => client('ftp://host')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
