// `conductor validate` prints one line a broken rule, with the place, and tells by its exit code.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/cli/args.ts';
import { validateFiles } from '../../src/cli/validate.ts';

let folder = '';
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conductor-validate-'));
  await mkdir(at('files/sub'), { recursive: true });
  await writeFile(at('files/sub/boot.sh'), '#!/bin/sh');
});
afterAll(() => rm(folder, { recursive: true }));

const SOURCES = { files: [], dirs: [], overrides: new Map() };

describe('arguments', () => {
  it('takes files, a folder and the configuration', () => {
    expect(parseCommand(['validate', 'a.yaml', 'b.json', '--files', 'd', '--config-file', 'c'])).toEqual({
      name: 'validate',
      templates: ['a.yaml', 'b.json'],
      folder: 'd',
      sources: { ...SOURCES, files: ['c'] },
    });
    expect(parseCommand(['validate', 'a'])).toMatchObject({ folder: null });
    expect(parseCommand(['validate'])).toEqual({ name: 'usage', problem: 'validate needs a file' });
  });
});

describe('output', () => {
  async function run(files: readonly string[], dir: string | null = null) {
    const printed: string[] = [];
    const complaints: string[] = [];
    const code = await validateFiles(files, dir, {
      async check(text, contents) {
        if (text === 'good') return [];
        if (text === 'files') return [{ path: '', message: JSON.stringify(contents) }];
        return [
          { path: 'demands > vG', message: 'is \u001b[31mred\n', line: 7 },
          { path: '', message: 'whole' },
        ];
      },
      print: (line) => printed.push(line.replaceAll(`${folder}/`, '')),
      complain: (line) => complaints.push(line.replaceAll(`${folder}/`, '')),
    });
    return { code, printed, complaints };
  }

  it('is file:line: path: message, without control characters', async () => {
    await writeFile(at('bad'), 'bad');
    await writeFile(at('good'), 'good');
    expect(await run([at('bad'), at('good')])).toEqual({
      code: 1,
      printed: ['bad:7: demands > vG: is  [31mred ', 'bad:1: whole', 'good: valid'],
      complaints: [],
    });
    expect((await run([at('good')])).code).toBe(0);
  });

  it('knows the files of the folder by their path in it', async () => {
    await writeFile(at('ask'), 'files');
    expect((await run([at('ask')], at('files'))).printed).toEqual(['ask:1: {"sub/boot.sh":"#!/bin/sh"}']);
  });

  it('says what cannot be read and goes on', async () => {
    await writeFile(at('good'), 'good');
    expect(await run([at('nowhere'), at('good')])).toEqual({
      code: 1,
      printed: ['good: valid'],
      complaints: ['conductor: nowhere cannot be read (ENOENT)'],
    });
    expect((await run([at('good')], at('nofolder'))).complaints).toEqual([
      'conductor: the folder nofolder cannot be read (ENOENT)',
    ]);
  });
});

it('the program itself judges a YAML file with the zone categories of its configuration', async () => {
  await writeFile(
    at('template.yaml'),
    `homing_template_version: "2017-10-10"
demands:
  vG: [{inventory_provider: aai, inventory_type: cloud}]
constraints:
  z:
    type: zone
    demands: [vG]
    properties: {qualifier: same, category: disaster}
`,
  );
  await writeFile(at('conductor.conf'), '[solver]\nzone_disaster = complex_name\n');
  const conductor = (...args: string[]) =>
    new Promise<{ code: unknown; out: string }>((resolve) => {
      const argv = ['--import', 'tsx', 'src/main.ts', 'validate', at('template.yaml'), ...args];
      execFile(process.execPath, argv, (error, out) => resolve({ code: error?.code ?? 0, out }));
    });
  const [plain, mapped] = await Promise.all([conductor(), conductor('--config-file', at('conductor.conf'))]);
  expect(plain.code).toBe(1);
  expect(plain.out).toMatch(/template\.yaml:8: constraints > z > properties > category: Zone category 'disaster' /);
  expect(mapped).toEqual({ code: 0, out: `${at('template.yaml')}: valid\n` });
}, 60_000);
