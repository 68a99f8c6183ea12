// The program as operators meet it: one clear line and a distinct exit code for every fault at start, a clean end on SIGTERM.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { PROGRAM, startProgram, stopPrograms, writeConfig } from '../support/program.ts';

afterEach(stopPrograms);

describe('faults at start', () => {
  async function refused(args: readonly string[], code: number, ...texts: readonly string[]): Promise<void> {
    const program = startProgram(args);
    expect(await program.ended).toBe(code);
    const lines = program.stderr().trim().split('\n');
    for (const text of texts) expect(program.stderr()).toContain(text);
    expect(program.stderr()).not.toMatch(/\n\s+at /);
    if (code !== 10) expect(lines).toHaveLength(1);
  }

  it('a port in use ends with 11 and names the port', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const port = String((blocker.address() as AddressInfo).port);
    await refused(['serve', '--config-file', writeConfig([]).file, '--port', port], 11, port, '--port');
    blocker.close();
  });

  it('a certificate that is none ends with 12 and names the file', async () => {
    const { file, folder } = writeConfig([]);
    const certificate = join(folder, 'client.pem');
    writeFileSync(certificate, 'no certificate');
    writeFileSync(file, `[aai]\ncertificate_file = ${certificate}\ncertificate_key_file = ${certificate}\n`);
    await refused(['serve', '--config-file', file, '--port', '0', '--data-dir', join(folder, 'data')], 12, certificate);
  });

  it('a certificate that is missing ends with 12 and names the file', async () => {
    const { file, folder } = writeConfig(['[aai]', 'certificate_authority_bundle_file = /nowhere/ca.pem']);
    await refused(['serve', '--config-file', file, '--data-dir', join(folder, 'data')], 12, '/nowhere/ca.pem');
  });

  it('an etcd that does not answer ends with 13 and names the address', async () => {
    const { file } = writeConfig(['[etcd_api]', 'host = 127.0.0.1', 'port = 1', 'request_timeout = 1']);
    await refused(['serve', '--config-file', file, '--store', 'etcd'], 13, '127.0.0.1:1');
  });

  it('an embedded store that is open already ends with 14 and names folder and process', async () => {
    const { file, folder } = writeConfig([]);
    const first = startProgram(['serve', '--config-file', file]);
    await first.logged('listening');
    await refused(['serve', '--config-file', file], 14, join(folder, 'data'), String(first.pid));
  });

  it.each([
    ['a file', () => writeConfig([]).file],
    ['where no folder can be made', () => '/proc/conductor/data'],
  ])('a data folder that is %s ends with 13 and names it', async (_what, dataDir) => {
    const dir = dataDir();
    const words = ['serve', '--config-file', writeConfig([]).file, '--port', '0', '--data-dir', dir];
    await refused(words, 13, dir, '[embedded_store] data_dir');
  });

  it('a wrong configuration ends with 10 and every problem', async () => {
    const { file } = writeConfig(['[solver]', 'workers = none', '[gateway]', 'lease_ttl = 1']);
    await refused(['serve', '--config-file', file], 10, 'workers', 'lease_ttl', `${file}:9`);
  });

  it('an unknown role ends with 10 and names the roles there are', async () => {
    await refused(['serve', '--config-file', writeConfig([]).file, '--roles', 'api,baker'], 10, 'baker', 'controller');
  });

  it('a wrong flag ends with 2', async () => {
    await refused(['serve', '--prot', '1'], 2, '--prot', '--help');
  });
});

describe('commands', () => {
  it('check-config reports what is set and what has no meaning, and starts nothing', async () => {
    const { file } = writeConfig(['[messaging_server]', 'timeout = 3']);
    const program = startProgram(['check-config', '--config-file', file]);
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toContain('[messaging_server] timeout has no meaning here');
    expect(program.stdout()).toContain('The configuration is valid');
    expect(program.stdout()).not.toContain('pass\n');
  });

  it('check-config refuses what serve would: roles, addresses and what the layout of the store does not allow', async () => {
    const { file } = writeConfig(['[aai]', 'server_url = aai.example', '[gateway]', 'roles = api, baker']);
    const wrong = startProgram(['check-config', '--config-file', file]);
    expect(await wrong.ended).toBe(10);
    for (const text of ['server_url must be an http or https URL', 'roles must be one or more of', `${file}:`]) {
      expect(wrong.stderr()).toContain(text);
    }
    const bridge = startProgram(['check-config', '--store', 'etcd'], { OS_DB_OPTIONS__LAYOUT: 'has' });
    expect(await bridge.ended).toBe(10);
    expect(bridge.stderr()).toContain('roles must be api alone');
  });

  it('config --sample, --help and --version print and end', async () => {
    const sample = startProgram(['config', '--sample']);
    const help = startProgram(['--help']);
    const version = startProgram(['--version']);
    expect([await sample.ended, await help.ended, await version.ended]).toEqual([0, 0, 0]);
    expect(sample.stdout()).toContain('[listener]');
    expect(help.stdout()).toContain('conductor serve');
    expect(version.stdout()).toMatch(/^conductor \d+\.\d+\.\d+\n$/);
  });

  it('encrypt reads a password from standard input, and what it prints can stand in the configuration', async () => {
    const { file } = writeConfig(['[auth]', 'appkey = k']);
    const words = [PROGRAM, 'encrypt', '--config-file', file];
    const { status, stdout } = spawnSync(process.execPath, words, { input: 'a secret\n', encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^enc:1:[\w+/=]+\n$/)]);
    const used = startProgram(['check-config', '--config-file', file], { OS_SDNC__PASSWORD: stdout });
    expect(await used.ended).toBe(0);
    const other = startProgram(['check-config', '--config-file', file], {
      OS_SDNC__PASSWORD: stdout,
      OS_AUTH__APPKEY: 'another',
    });
    expect(await other.ended).toBe(10);
    expect(other.stderr()).toContain('[sdnc] password is encrypted under another [auth] appkey');
    const keyless = startProgram(['encrypt', '--config-file', writeConfig([]).file]);
    expect(await keyless.ended).toBe(10);
  });

  it('healthcheck tells a ready gateway from none, and SIGTERM ends the gateway with 0', async () => {
    const gateway = startProgram(['serve', '--config-file', writeConfig([]).file]);
    const { url } = await gateway.logged('listening');
    const ready = startProgram(['healthcheck', '--url', String(url)]);
    expect(await ready.ended).toBe(0);
    expect(await gateway.kill('SIGTERM')).toBe(0);
    expect(gateway.log.map(({ message }) => message)).toContain('stopped');
    const gone = startProgram(['healthcheck', '--url', String(url)]);
    expect(await gone.ended).toBe(5);
    expect(gone.stderr()).toContain('nothing answers');
  });
});
