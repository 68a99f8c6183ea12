// Opening the port: plain, TLS, and what is said when it cannot be opened.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createTestServer, raw, startServer } from './support.ts';

function certificate(): { readonly certFile: string; readonly keyFile: string } {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...key, '-days', '2', '-keyout', keyFile, '-out', certFile, ...subject], {
    stdio: 'ignore',
  });
  return { certFile, keyFile };
}

/** The protocol agreed on, or the code of the failure. */
function handshake(port: number, options: ConnectionOptions): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.once('error', () => resolve(null));
  });
}

test('a port in use is named, with what to do', async () => {
  const { port } = await startServer();
  const second = createTestServer({ port });
  await expect(second.server.listen()).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: `Port ${port} on 127.0.0.1 is in use by another program. Stop that program or choose another port with --port.`,
  });
});

test('an address of another machine is a configuration error', async () => {
  const { server } = createTestServer({ host: '192.0.2.1' });
  await expect(server.listen()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('over TLS links are https, old protocols are refused, and plain HTTP is not answered', async () => {
  const { url, port } = await startServer({ tls: certificate() });
  expect(url).toBe(`https://127.0.0.1:${port}`);
  const body = await new Promise<string>((resolve) => {
    get(`${url}/`, { rejectUnauthorized: false }, (response) => {
      let text = '';
      response.on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve(text));
    });
  });
  expect(JSON.parse(body).versions[0].links[0].href).toBe(`https://127.0.0.1:${port}/v1`);
  expect(await handshake(port, {})).toBe('TLSv1.3');
  expect(await handshake(port, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).toBeNull();
  expect(await raw(port, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')).not.toContain('200');
});

test('certificate files that are missing, rubbish or do not belong together are named', () => {
  const good = certificate();
  const other = certificate();
  const rubbish = `${good.certFile}.bad`;
  writeFileSync(rubbish, 'not a certificate');
  const missing = { ...good, keyFile: '/does/not/exist.pem' };
  for (const [tls, named] of [
    [missing, /key \/does\/not\/exist\.pem cannot be read: ENOENT/],
    [{ ...good, certFile: rubbish }, new RegExp(rubbish)],
    [{ ...good, keyFile: other.keyFile }, new RegExp(other.keyFile)],
  ] as const) {
    expect(() => createTestServer({ tls })).toThrow(
      expect.objectContaining({ code: 'CERTIFICATE_INVALID', message: expect.stringMatching(named) }),
    );
  }
});
