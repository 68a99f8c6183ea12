// conductor.conf is read with oslo.config's rules, all problems are reported at once, and nothing secret is shown.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleConfig } from '../../src/config/document.ts';
import { ConfigError, loadConfig } from '../../src/config/index.ts';
import { parseIni } from '../../src/config/ini.ts';

const folder = mkdtempSync(join(tmpdir(), 'conductor-config-'));
let count = 0;
function conf(text: string, dir = folder): string {
  count += 1;
  const file = join(dir, `${String(count).padStart(3, '0')}.conf`);
  writeFileSync(file, text);
  return file;
}

describe('sources', () => {
  it('gives command line, environment, folder, file and default their precedence', () => {
    const dir = join(folder, 'dir');
    mkdirSync(dir);
    conf('[listener]\nport = 3\nhost = d\n[aai]\nserver_url = http://dir\n', dir);
    const file = conf('[listener]\nport = 2\nhost = f\n[aai]\nserver_url = http://file\nusername = fromfile\n');
    const { config, origins } = loadConfig({
      files: [file],
      dirs: [dir],
      env: { OS_LISTENER__PORT: '4', OS_LISTENER__HOST: 'e' },
      overrides: new Map([['listener.port', '5']]),
    });
    expect(config.listener.port).toBe(5);
    expect(config.listener.host).toBe('e');
    expect(config.aai.server_url).toBe('http://dir');
    expect(config.aai.username).toBe('fromfile');
    expect(config.sdnc.preset).toBe('capacity-api');
    expect(origins.get('listener.port')).toBe('command line');
  });

  it('lets the last of several files win', () => {
    const files = [conf('[solver]\nworkers = 2\n'), conf('[solver]\nworkers = 3\n')];
    expect(loadConfig({ files }).config.solver.workers).toBe(3);
  });

  it('reads the environment under upper-case names, mixed-case options included', () => {
    expect(loadConfig({ env: { OS_DEFAULT__HPA_ENABLED: 'no' } }).config.DEFAULT.HPA_enabled).toBe(false);
  });
});

describe('file rules', () => {
  it('joins repeated keys and commas to a list', () => {
    const file = conf('[gateway]\nroles = api\nroles = solver, reservation\n');
    expect(loadConfig({ files: [file] }).config.gateway.roles).toEqual(['api', 'solver', 'reservation']);
  });

  it('strips one pair of matching quotes and keeps = and # inside a value', () => {
    const file = conf('[aai]\nserver_url = "http://a/b?c=d#e"\nusername = \'x\n');
    const { aai } = loadConfig({ files: [file] }).config;
    expect(aai.server_url).toBe('http://a/b?c=d#e');
    expect(aai.username).toBe("'x");
  });

  it('replaces $name, its braced forms and $$, and leaves unknown names and secrets alone', () => {
    const file = conf(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text under test
      '[DEFAULT]\nkeyspace = k\n[aai]\nusername = u\nserver_url = http://$username-$keyspace/${listener.port}/$$x/$nothing\npassword = a$username\n',
    );
    const { aai } = loadConfig({ files: [file] }).config;
    expect(aai.server_url).toBe('http://u-k/8091/$x/$nothing');
    expect(aai.password).toBe('a$username');
  });

  it('takes continuation lines and ends them at a blank line', () => {
    expect(parseIni('[a]\nb = 1\n  2\n# c\n  3\n\n  4\n')).toEqual({
      entries: [{ group: 'a', name: 'b', value: '1\n2\n3', line: 2 }],
      problems: [{ line: 7, message: 'a continuation line follows no option' }],
    });
  });

  it('accepts section names in any case and options with hyphens', () => {
    const file = conf('[Listener]\nbody-limit = 2048\n[default]\ndebug = yes\n');
    const { config } = loadConfig({ files: [file] });
    expect(config.listener.body_limit).toBe(2048);
    expect(config.DEFAULT.debug).toBe(true);
  });

  it('never throws on any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => parseIni(text).entries.length >= 0));
  });
});

describe('reports', () => {
  it('names every problem at once with file and line, and no secret', () => {
    const file = conf(
      '[listener]\nport = eighty\n[db_options]\ndb_backend = music\n[controller]\nlimit = 0\nnonsense\n[conductor_api]\npassword = hush\nbasic_auth_secure = perhaps\n',
    );
    let problems: readonly string[] = [];
    try {
      loadConfig({ files: [file, join(folder, 'missing.conf')] });
    } catch (error) {
      problems = (error as ConfigError).problems;
      expect(error).toBeInstanceOf(ConfigError);
    }
    expect([...problems].sort()).toEqual(
      [
        `${file}:7: expected "option = value"`,
        `${join(folder, 'missing.conf')}: the file cannot be read`,
        `${file}:2: [listener] port must be a number (it is "eighty")`,
        `${file}:4: [db_options] db_backend must be one of: embedded, etcd (it is "music")`,
        `${file}:6: [controller] limit must be at least 1 (it is "0")`,
        `${file}:10: [conductor_api] basic_auth_secure must be true or false (it is "perhaps")`,
      ].sort(),
    );
    expect(problems.join()).not.toContain('hush');
  });

  it('names unknown and meaningless options once and starts all the same', () => {
    const file = conf('[messaging_server]\ntimeout = 3\n[controller]\npolling_interval = 1\nlimt = 3\n');
    const { config, warnings } = loadConfig({ files: [file] });
    expect(config.controller.limit).toBe(1);
    expect(warnings).toEqual([
      `${file}:2: [messaging_server] timeout has no meaning here: there is no RPC over the store any more`,
      `${file}:4: [controller] polling_interval has no meaning here: nothing is polled`,
      `${file}:5: [controller] limt is not a known option and is ignored`,
    ]);
  });

  it('prints a sample that reads back as the defaults, commented or not', () => {
    const plain = loadConfig({}).config;
    const commented = loadConfig({ files: [conf(sampleConfig())] });
    const active = loadConfig({ files: [conf(sampleConfig().replaceAll(/^#(\w+ =)/gm, '$1'))] });
    expect(commented.config).toEqual(plain);
    expect(active.config).toEqual(plain);
    expect([...commented.warnings, ...active.warnings]).toEqual([]);
  });
});
