// The program takes its credentials from SMS at start, says what it needs and does not get, and needs nothing else of it.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { sealPassword } from '../../src/config/cipher.ts';
import { type Certificates, makeCertificates } from '../sim/certificates.ts';
import { type SmsSimulator, startSmsSimulator } from '../sim/sms.ts';
import { startProgram, stopPrograms, writeConfig } from '../support/program.ts';

const APPKEY = 'an app key';
let sms: SmsSimulator;
let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates(writeConfig([]).folder);
  const { serverCert: cert, serverKey: key, ca } = certificates;
  sms = await startSmsSimulator({ tls: { cert, key, ca }, secrets: {} });
});
afterEach(async () => {
  await stopPrograms();
  sms.secrets.clear();
  sms.clearCalls();
});
afterAll(() => sms.stop());

const config = (url: string, ...more: readonly string[]) =>
  writeConfig([
    '[aaf_sms]',
    'is_enabled = true',
    `aaf_sms_url = ${url}`,
    `aaf_ca_certs = ${certificates.ca}`,
    '[auth]',
    `appkey = ${APPKEY}`,
    ...more,
  ]).file;

const basic = (user: string, password: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
});

it('credentials of SMS, encrypted or not, replace the configured ones; a secret that nobody needs may be absent', async () => {
  sms.secrets.set('conductor_api', { username: 'admin', password: sealPassword('from sms', APPKEY) });
  sms.secrets.set('aai', { username: 'a', password: 'plain' });
  sms.secrets.set('sdnc', { username: 's', password: 'plain' });
  const program = startProgram(['serve', '--config-file', config(sms.origin)]);
  const { url } = await program.logged('listening');
  expect((await fetch(`${url}/v1/plans`, basic('admin', 'from sms'))).status).toBe(200);
  expect((await fetch(`${url}/v1/plans`, basic('user', 'pass'))).status).toBe(401);
  const { option } = await program.logged(({ option }) => String(option).startsWith('AAF SMS'));
  expect(option).toBe('AAF SMS has no secret sdc: [sdc] stays as configured');
  expect(JSON.stringify(program.log)).not.toMatch(/from sms|plain/);
});

it('secrets that are needed and that nothing else gives stop the start, by name and all at once', async () => {
  const program = startProgram(['serve', '--config-file', config(sms.origin, '[aaf_api]', 'is_aaf_enabled = true')]);
  expect(await program.ended).toBe(10);
  expect(program.stderr()).toContain('aai (or [aai] in the configuration)');
  expect(program.stderr()).toContain('sdnc (or');
  expect(program.stderr()).toContain('aaf_api (or');
  expect(program.stderr()).not.toContain('conductor_api (or');
});

it('what the configuration gives need not be in SMS', async () => {
  const own = ['[aai]', 'username = a', '[sdnc]', 'username = s'];
  const program = startProgram(['serve', '--config-file', config(sms.origin, ...own)]);
  const { url } = await program.logged('listening');
  expect((await fetch(`${url}/v1/plans`, basic('user', 'pass'))).status).toBe(200);
});

it('an SMS that does not answer ends with 5 and is named; check-config does not ask it', async () => {
  const file = config('https://127.0.0.1:1');
  const program = startProgram(['serve', '--config-file', file]);
  expect(await program.ended).toBe(5);
  expect(program.stderr()).toContain('AAF SMS does not answer');
  const checked = startProgram(['check-config', '--config-file', file]);
  expect(await checked.ended).toBe(0);
  expect(sms.calls).toHaveLength(0);
});
