// A real etcd that speaks TLS: with and without client certificates, with passwords, and what is said when the two do not match.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isConductorError } from '../../src/domain/errors.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import { when } from '../../src/store/request.ts';
import { type Certificates, makeCertificates } from '../sim/certificates.ts';
import { type EtcdServer, post, startEtcd } from '../support/etcd.ts';
import { startProgram, stopPrograms, writeConfig } from '../support/program.ts';
import { put, quiet, random, takeEvents } from './rigs.ts';

const folder = mkdtempSync(join(tmpdir(), 'etcd-tls-'));
let own: Certificates;
/** Signed by somebody else. */
let foreign: Certificates;
let server: EtcdServer;
/** Asks for passwords, not for certificates. */
let guarded: EtcdServer;

beforeAll(async () => {
  own = await makeCertificates(join(folder, 'own'));
  foreign = await makeCertificates(join(folder, 'foreign'));
  const { serverCert, serverKey } = own;
  server = await startEtcd({ tls: { serverCert, serverKey, clientCa: own.ca } });
  guarded = await startEtcd({ tls: { serverCert, serverKey } });
  await post(`${guarded.endpoint}/v3/auth/user/add`, { name: 'root', password: 'secret' });
  await post(`${guarded.endpoint}/v3/auth/role/add`, { name: 'root' });
  await post(`${guarded.endpoint}/v3/auth/user/grant`, { user: 'root', role: 'root' });
  await post(`${guarded.endpoint}/v3/auth/enable`, {});
});
afterEach(stopPrograms);
afterAll(async () => {
  await server.stop();
  await guarded.stop();
  rmSync(folder, { recursive: true });
});

type Login = { readonly username?: string; readonly password?: string };

function open({ secureEndpoint }: EtcdServer, { ca }: Certificates, client: Certificates | null, login: Login = {}) {
  const tls = { caFile: ca, ...(client && { certFile: client.clientCert, keyFile: client.clientKey }) };
  const common = { prefix: 'tls/', clock: systemClock, random, logger: quiet, timeoutMs: 3_000 };
  return openEtcdKv({ ...common, ...login, endpoints: [secureEndpoint], tls });
}

async function refusal(opening: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  const error: unknown = await opening.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (!isConductorError(error)) throw new Error(`not refused, or by ${String(error)}`);
  return error;
}

describe('a store over TLS', () => {
  it.each([
    ['with a client certificate', () => open(server, own, own)],
    ['with a password', () => open(guarded, own, null, { username: 'root', password: 'secret' })],
  ])('%s reads, writes, watches and holds leases', async (_how, opened) => {
    const kv = await opened();
    const { revision } = await kv.txn(put('a', '1'));
    const watching = takeEvents(kv, 'a', revision, 2);
    const lease = await kv.lease(5);
    await kv.txn(when([], [{ put: 'a', value: '2', lease: lease.id }]));
    expect((await watching).map((event) => event.type)).toEqual(['put', 'put']);
    expect((await kv.get('a'))?.value.toString()).toBe('2');
    await lease.revoke();
    expect(await kv.get('a')).toBeNull();
    await kv.close();
  });

  it('without the certificate that etcd asks for, or with one of another authority, is refused', async () => {
    for (const client of [null, foreign]) {
      const { code, message } = await refusal(open(server, own, client));
      expect(code).toBe('STORE_UNAVAILABLE');
      expect(message).toContain(`${server.secureEndpoint}: it refuses our certificate`);
    }
  });

  it('does not trust an etcd that another authority has signed', async () => {
    const { code, message } = await refusal(open(server, foreign, own));
    expect(code).toBe('STORE_UNAVAILABLE');
    expect(message).toContain(`${server.secureEndpoint}: its certificate is not trusted`);
  });

  it('with the wrong password is refused by name', async () => {
    const { code, message } = await refusal(open(guarded, own, null, { username: 'root', password: 'wrong' }));
    expect(code).toBe('STORE_UNAVAILABLE');
    expect(message).toContain('refuses');
    expect(message).not.toContain('wrong');
  });

  it('names certificate and key that do not belong together', async () => {
    const { code, message } = await refusal(open(server, own, { ...own, clientKey: foreign.clientKey }));
    expect(code).toBe('CERTIFICATE_INVALID');
    expect(message).toContain(foreign.clientKey);
  });

  it('is not left for a connection in clear because the authorities are missing', async () => {
    const { code, message } = await refusal(open(server, { ...own, ca: '' }, own));
    expect(code).toBe('CONFIG_INVALID');
    expect(message).toContain('ca_certificate_file');
  });
});

it('the program works on it with the options of [etcd_api]', async () => {
  const { file } = writeConfig([
    '[db_options]',
    'db_backend = etcd',
    '[etcd_api]',
    'host = 127.0.0.1',
    `port = ${new URL(server.secureEndpoint).port}`,
    `ca_certificate_file = ${own.ca}`,
    `certificate_file = ${own.clientCert}`,
    `certificate_key_file = ${own.clientKey}`,
  ]);
  const gateway = startProgram(['serve', '--config-file', file, '--port', '0']);
  const { url, store } = await gateway.logged('listening');
  expect(store).toBe('etcd');
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/v1/plans/healthcheck`)).status).toBe(200);
  expect(await gateway.kill('SIGTERM')).toBe(0);
});
