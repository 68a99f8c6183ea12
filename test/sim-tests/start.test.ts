// Both simulators together: certificates made on the spot, two-way TLS, Basic, and the configuration that leads to them.
import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../sim/certificates.ts';
import { runSimulators } from '../sim/main.ts';
import { type Simulators, startSimulators } from '../sim/start.ts';
import { AAI_HEADERS, ask, basic } from './client.ts';

let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators();
});
afterAll(() => simulators.stop());

const right = () => ({ authorization: basic(simulators.username, simulators.password) });
const both = () => ({
  ca: simulators.certificates.ca,
  cert: simulators.certificates.clientCert,
  key: simulators.certificates.clientKey,
});

describe('A&AI', () => {
  const place = '/v32/cloud-infrastructure/complexes/complex/NYCUS01';

  test('a client with certificate and password is served', async () => {
    const reply = await ask(`${simulators.aai.url}${place}`, { headers: { ...AAI_HEADERS, ...right() }, tls: both() });
    expect([reply.status, reply.json.city]).toEqual([200, 'New York']);
  });

  test('a client without a certificate does not get through the handshake', async () => {
    const { ca } = simulators.certificates;
    const asked = ask(`${simulators.aai.url}${place}`, { headers: { ...AAI_HEADERS, ...right() }, tls: { ca } });
    await expect(asked).rejects.toThrow();
  });

  test('a client certificate of another authority is refused', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'conductor-sim-other-'));
    const other = await makeCertificates(dir);
    const tls = { ca: simulators.certificates.ca, cert: other.clientCert, key: other.clientKey };
    const asked = ask(`${simulators.aai.url}${place}`, { headers: { ...AAI_HEADERS, ...right() }, tls });
    await expect(asked).rejects.toThrow();
    await rm(dir, { recursive: true });
  });

  test('a client that does not know the authority refuses the server', async () => {
    const { clientCert: cert, clientKey: key, serverCert: ca } = simulators.certificates;
    const dir = await mkdtemp(join(tmpdir(), 'conductor-sim-other-'));
    const other = await makeCertificates(dir);
    expect(ca).not.toBe(other.ca);
    const asked = ask(`${simulators.aai.url}${place}`, { headers: AAI_HEADERS, tls: { ca: other.ca, cert, key } });
    await expect(asked).rejects.toThrow(/certificate|self-signed|issuer/i);
    await rm(dir, { recursive: true });
  });

  test('a wrong password is 403 POL3300 on resources and a bare 401 on traversal', async () => {
    const headers = { ...AAI_HEADERS, authorization: basic(simulators.username, 'wrong') };
    const resource = await ask(`${simulators.aai.url}${place}`, { headers, tls: both() });
    expect([resource.status, resource.json.requestError.policyException.messageId]).toEqual([403, 'POL3300']);
    const put = {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/json' },
      body: { dsl: '' },
      tls: both(),
    };
    const traversal = await ask(`${simulators.aai.url}/v32/dsl?format=resource`, put);
    expect([traversal.status, traversal.text]).toEqual([401, '']);
  });
});

test('SDN-C is served over TLS with the same authority, and no client certificate is needed', async () => {
  const reply = await ask(`${simulators.sdnc.restsUrl}/operations/SLI-API:healthcheck`, {
    method: 'POST',
    headers: right(),
    tls: { ca: simulators.certificates.ca },
  });
  expect(reply.status).toBe(200);
});

test('the configuration lines name both peers, existing files and the credentials', async () => {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of simulators.configLines.filter((text) => text !== '')) {
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    if (name !== undefined) {
      section = new Map();
      sections.set(name, section);
    } else section.set(line.slice(0, line.indexOf(' = ')), line.slice(line.indexOf(' = ') + 3));
  }
  expect([...sections.keys()]).toEqual(expect.arrayContaining(['aai', 'sdnc', 'multicloud']));
  const aai = sections.get('aai');
  expect(aai?.get('server_url')).toBe(simulators.aai.url);
  expect(aai?.get('server_url_version')).toBe('v32');
  for (const option of ['certificate_file', 'certificate_key_file', 'certificate_authority_bundle_file']) {
    expect(await readFile(aai?.get(option) ?? '', 'utf8')).toContain('-----BEGIN');
  }
  expect(sections.get('sdnc')?.get('server_url')).toBe(simulators.sdnc.restsUrl);
  expect(sections.get('sdnc')?.get('certificate_authority_bundle_file')).toBe(simulators.certificates.ca);
  expect(sections.get('sdnc')?.get('password')).toBe(simulators.password);
  expect(sections.get('multicloud')?.get('server_url')).toBe(simulators.multicloud.url);
  expect(sections.get('multicloud')?.get('certificate_authority_bundle_file')).toBe(simulators.certificates.ca);
});

test('stop frees the ports and removes the temporary certificates', async () => {
  const short = await startSimulators({ requireClientCert: false, version: 14 });
  const { ca } = short.certificates;
  expect(short.configLines).toContain('server_url_version = v14');
  await short.stop();
  await expect(access(ca)).rejects.toThrow(/ENOENT/);
  const again = ask(`${short.sdnc.restsUrl}/operations/SLI-API:healthcheck`, {
    tls: { ca: simulators.certificates.ca },
  });
  await expect(again).rejects.toThrow(/ECONNREFUSED/);
});

test('without openssl the error says what is missing', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'conductor-sim-none-'));
  const path = process.env.PATH;
  process.env.PATH = dir;
  try {
    await expect(makeCertificates(dir)).rejects.toThrow('The program openssl was not found');
  } finally {
    process.env.PATH = path;
    await rm(dir, { recursive: true });
  }
});

describe('the program', () => {
  test('--help prints the flags and starts nothing', async () => {
    const printed: string[] = [];
    expect(await runSimulators(['--help'], (text) => printed.push(text))).toBe(0);
    for (const flag of ['--aai-port', '--sdnc-port', '--dir', '--delay', '--seed'])
      expect(printed.join('')).toContain(flag);
  });

  test.each([
    [['--delay', 'soon'], '--delay needs a whole number'],
    [['--aai-port', '70000'], '--aai-port needs a whole number up to 65535'],
    [['--nonsense'], 'nonsense'],
  ])('%s is refused with its reason', async (args, message) => {
    await expect(runSimulators(args, () => {})).rejects.toThrow(message);
  });

  test('it prints addresses and configuration, and ends at SIGTERM', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'conductor-sim-main-'));
    const program = spawn(process.execPath, ['--import', 'tsx', 'test/sim/main.ts', '--dir', dir, '--seed', '4']);
    let printed = '';
    await new Promise<void>((resolve, reject) => {
      program.once('exit', (code) => reject(new Error(`ended early with ${code}: ${printed}`)));
      program.stderr.on('data', (piece) => {
        printed += piece;
      });
      program.stdout.on('data', (piece) => {
        printed += piece;
        if (printed.includes('Ctrl-C')) resolve();
      });
    });
    const url = /server_url = (\S+\/rests)/.exec(printed)?.[1] ?? '';
    const tls = { ca: join(dir, 'ca.pem') };
    const reply = await ask(`${url}/operations/SLI-API:healthcheck`, { method: 'POST', headers: right(), tls });
    expect(reply.status).toBe(200);
    program.removeAllListeners('exit');
    const ended = new Promise((resolve) => program.once('exit', resolve));
    program.kill('SIGTERM');
    expect(await ended).toBe(0);
    await rm(dir, { recursive: true });
  });
});
