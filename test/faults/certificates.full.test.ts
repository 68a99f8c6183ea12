// F38: certificates that have expired, run out soon, are of somebody else, for another name, or revoked.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ensureTool } from '../../scripts/ensure-tool.ts';
import { makeCertificates } from '../sim/certificates.ts';
import { type SimulatorServer, startServer } from '../sim/server.ts';
import { startSimulators } from '../sim/start.ts';
import { fault, stopsWithCase } from './fault.ts';
import { ONE_RESERVATION } from './templates.ts';
import { ended, verify, verifyProcesses, withSingle } from './verify.ts';

/** On a busy machine. */
const SLOWLY = { timeout: 60_000 };
const json = { 'content-type': 'application/json' };

interface Impostor {
  readonly server: SimulatorServer;
  readonly lines: readonly string[];
}

type Which = 'foreign' | 'expired' | 'misnamed' | 'revoked';

/** A server with its own certificate where the gateway looks for A&AI. */
async function impostor(folder: string, which: Which): Promise<Impostor> {
  const own = await makeCertificates(join(folder, which));
  const files = { cert: own.serverCert, key: own.serverKey, ca: own.ca };
  if (which === 'expired') expire(folder, own.ca, files);
  if (which === 'misnamed') misname(folder, own.ca, files);
  const revoked = which === 'revoked' ? [`certificate_revocation_list_file = ${revoke(folder, own.ca)}`] : [];
  const server = stopsWithCase(
    await startServer({
      tls: files,
      handle: () => ({ status: 200, headers: json, body: '{}' }),
      failure: () => ({ status: 500, headers: {} }),
    }),
  );
  const trusted = which === 'foreign' ? (await makeCertificates(join(folder, 'another'))).ca : own.ca;
  return {
    server,
    lines: [`server_url = ${server.origin}/aai`, `certificate_authority_bundle_file = ${trusted}`, ...revoked],
  };
}

function sign(
  folder: string,
  ca: string,
  key: string,
  cert: string,
  name: string,
  env: NodeJS.ProcessEnv = {},
  days = 1,
): void {
  const [csr, extensions] = [join(folder, 'again.csr'), join(folder, 'again.ext')];
  writeFileSync(
    extensions,
    `subjectAltName=${name}\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n`,
  );
  const openssl = (...words: string[]) =>
    execFileSync('openssl', words, { stdio: 'ignore', env: { ...process.env, ...env } });
  openssl('req', '-new', '-key', key, '-out', csr, '-subj', '/CN=again');
  const signer = ['-CA', ca, '-CAkey', ca.replace(/\.pem$/, '.key'), '-set_serial', '9', '-days', String(days)];
  openssl('x509', '-req', '-in', csr, ...signer, '-extfile', extensions, '-out', cert);
}

/** A list of the authority that revokes its server's certificate, which has the number 2. */
function revoke(folder: string, ca: string, numbers: readonly string[] = ['02']): string {
  const file = (name: string) => join(folder, name);
  const day = (offset: number) =>
    new Date(Date.now() + offset * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  const rows = numbers.map((number) =>
    ['R', `${day(9)}Z`, `${day(-1)}Z`, number, 'unknown', '/CN=localhost'].join('\t'),
  );
  writeFileSync(file('index'), rows.map((row) => `${row}\n`).join(''));
  const settings = [`database = ${file('index')}`, 'default_md = sha256', 'default_crl_days = 1'];
  writeFileSync(file('crl.conf'), ['[ca]', 'default_ca = own', '[own]', ...settings, ''].join('\n'));
  const signer = ['-cert', ca, '-keyfile', ca.replace(/\.pem$/, '.key')];
  execFileSync('openssl', ['ca', '-gencrl', '-config', file('crl.conf'), ...signer, '-out', file('crl.pem')], {
    stdio: 'ignore',
  });
  return file('crl.pem');
}

const LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
];

function expire(folder: string, ca: string, { key, cert }: { readonly key: string; readonly cert: string }): void {
  const library = ensureTool(LIBRARY, 'libfaketime');
  if (!library) throw new Error('libfaketime is not installed and cannot be');
  sign(folder, ca, key, cert, 'DNS:localhost,IP:127.0.0.1', { LD_PRELOAD: library, FAKETIME: '-10d' });
}

function misname(folder: string, ca: string, { key, cert }: { readonly key: string; readonly cert: string }): void {
  sign(folder, ca, key, cert, 'DNS:elsewhere.example');
}

for (const which of ['foreign', 'expired', 'misnamed', 'revoked'] as const) {
  fault(38, `A&AI shows a certificate that is ${which}: refused by name, nothing is sent`, async (run) => {
    const folder = mkdtempSync(join(tmpdir(), 'conductor-f38-'));
    const { server, lines } = await impostor(folder, which);
    await withSingle({ lines: ['[aai]', ...lines] }, async (single) => {
      const plan = await ended(single, ONE_RESERVATION);
      expect(plan.status).toBe('error');
      expect(plan.message).toMatch(/The TLS certificate of A&AI/);
      expect(server.calls).toEqual([]);
      await verify(single, run, [plan.id], { anyEnd: true });
      rmSync(folder, { recursive: true, force: true });
    });
  });
}

fault(38, 'our own certificate has expired: said at start, refused by A&AI, and the plan says so', async (run) => {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-f38-'));
  const own = await makeCertificates(folder);
  const files = { cert: own.clientCert, key: own.clientKey };
  expire(folder, own.ca, files);
  const server = stopsWithCase(
    await startServer({
      tls: { cert: own.serverCert, key: own.serverKey, ca: own.ca, requireClientCert: true },
      handle: () => ({ status: 200, headers: json, body: '{}' }),
      failure: () => ({ status: 500, headers: {} }),
    }),
  );
  const lines = [
    '[aai]',
    `server_url = ${server.origin}/aai`,
    `certificate_authority_bundle_file = ${own.ca}`,
    `certificate_file = ${own.clientCert}`,
    `certificate_key_file = ${own.clientKey}`,
  ];
  await withSingle({ lines }, async (single) => {
    await single.program.logged((line) => line.message === 'the client certificate has expired');
    const id = await single.api.create('refused', ONE_RESERVATION);
    // A&AI hangs up in the handshake: to us it is away. The plan waits, or has counted its failures.
    await single.watcher.reached(id, 'translating');
    await expect.poll(async () => await single.api.metric('conductor_upstream_breaker_open', 'A&AI'), SLOWLY).toBe(1);
    expect((await single.api.plan(id))?.status).not.toBe('done');
    expect(server.calls).toEqual([]);
    await verifyProcesses(single.gateways, run);
    rmSync(folder, { recursive: true, force: true });
  });
});

fault(38, 'a revocation list that does not name the certificate of A&AI: everything goes on', async (run) => {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-f38-'));
  const simulators = await startSimulators();
  const list = revoke(folder, simulators.certificates.ca, ['77']);
  await withSingle({ simulators, env: { OS_AAI__CERTIFICATE_REVOCATION_LIST_FILE: list } }, async (single) => {
    const plan = await ended(single, ONE_RESERVATION);
    await verify(single, run, [plan.id]);
    rmSync(folder, { recursive: true, force: true });
  });
});

for (const [days, said] of [
  [20, 'the client certificate expires soon'],
  [3, 'the client certificate expires within days'],
] as const) {
  fault(38, `our own certificate runs out in ${days} days: said at start, and plans are worked on`, async (run) => {
    const folder = mkdtempSync(join(tmpdir(), 'conductor-f38-'));
    const simulators = await startSimulators();
    const { ca, clientKey } = simulators.certificates;
    const cert = join(folder, 'short.pem');
    sign(folder, ca, clientKey, cert, 'DNS:conductor', {}, days + 1);
    await withSingle({ simulators, env: { OS_AAI__CERTIFICATE_FILE: cert } }, async (single) => {
      const line = await single.program.logged((entry) => entry.message === said);
      expect(line).toMatchObject({ system: 'A&AI', days });
      const plan = await ended(single, ONE_RESERVATION);
      await verify(single, run, [plan.id]);
      rmSync(folder, { recursive: true, force: true });
    });
  });
}
