// Folders are made with those that they lie in, or not, and then at once with the file system's own words.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder } from '../../src/lib/folder.ts';

const root = mkdtempSync(join(tmpdir(), 'folder-'));
afterAll(() => rmSync(root, { recursive: true }));

test('missing folders are made with the given rights, and one that is there is left alone', () => {
  const dir = join(root, 'a', 'b', 'c');
  makeFolder(dir, 0o700);
  for (const made of [dir, join(root, 'a')]) expect(statSync(made).mode & 0o777).toBe(0o700);
  makeFolder(dir, 0o755);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  makeFolder('/');
});

test('a file in the way, at the end or before it, is told', () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow(/EEXIST/);
  expect(() => makeFolder(join(file, 'below', 'it'))).toThrow(/ENOTDIR/);
});

test('a folder that takes no new ones is told, not tried for ever', () => {
  expect(() => makeFolder('/proc/nothing/here')).toThrow(/ENOENT|EACCES|EPERM/);
});
