// The zip reader: what it reads, and that every lie of an archive is an error, never a crash or a flood.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openZip, ZIP_LIMITS, ZipError } from '../../../src/plugins/sdc/zip.ts';
import { zip } from '../../sim/zip.ts';

const SMALL = { maxEntries: 3, maxEntryBytes: 100_000, maxRatio: 50 };

async function refusal(archive: Uint8Array, name = 'a', limits = ZIP_LIMITS): Promise<string> {
  try {
    await openZip(archive, limits).read(name);
  } catch (error) {
    if (error instanceof ZipError) return error.message;
    throw error;
  }
  return '';
}

test('stored and deflated entries, folders, foreign names and a trailing comment are read', async () => {
  const archive = openZip(
    Buffer.concat([
      zip([
        { name: 'plain.txt', content: 'as it is', stored: true },
        { name: 'Définitions/ä.yml', content: 'x'.repeat(5000) },
        { name: 'folder/', content: '', stored: true },
        { name: '../../etc/passwd', content: 'only a key' },
      ]),
    ]),
  );
  expect(archive.names).toEqual(['plain.txt', 'Définitions/ä.yml', 'folder/', '../../etc/passwd']);
  expect((await archive.read('plain.txt')).toString()).toBe('as it is');
  expect(await archive.read('Définitions/ä.yml')).toHaveLength(5000);
  expect(await archive.read('folder/')).toHaveLength(0);
});

test.each([
  ['no archive', Buffer.from('PK but nothing more'), 'it is no zip archive'],
  ['an empty file', Buffer.alloc(0), 'it is no zip archive'],
  ['a cut archive', zip([{ name: 'a', content: 'abc' }]).subarray(0, -30), 'it is no zip archive'],
  ['a missing entry', zip([{ name: 'b', content: 'abc' }]), 'the archive has no entry "a"'],
  [
    'two entries of a name',
    zip(['1', '2'].map((content) => ({ name: 'a', content }))),
    'the archive has two entries "a"',
  ],
  ['encryption', zip([{ name: 'a', content: 'abc', lie: { flags: 1 } }]), 'the entry "a" is encrypted'],
  [
    'an odd method',
    zip([{ name: 'a', content: 'abc', lie: { method: 99 } }]),
    'the entry "a" is packed in an unknown way (99)',
  ],
  ['a wrong checksum', zip([{ name: 'a', content: 'abc', lie: { crc: 1 } }]), 'the entry "a" is damaged'],
  ['more than promised', zip([{ name: 'a', content: 'abcdef', lie: { size: 3 } }]), 'the entry "a" is damaged'],
  ['less than promised', zip([{ name: 'a', content: 'abc', lie: { size: 30 } }]), 'the entry "a" is damaged'],
])('%s is refused in words', async (_, archive, message) => {
  expect(await refusal(archive)).toBe(message);
});

test('size, ratio and number of entries are bounded, by the directory and by what really comes out', async () => {
  const large = zip([{ name: 'a', content: Buffer.alloc(200_000, 'ab') }]);
  expect(await refusal(large, 'a', SMALL)).toBe('the entry "a" is larger than 100000 bytes');
  const bomb = zip([{ name: 'a', content: Buffer.alloc(99_000) }]);
  expect(await refusal(bomb, 'a', SMALL)).toBe('the entry "a" grows more than 50 times');
  const lying = zip([{ name: 'a', content: Buffer.alloc(9_000_000), lie: { size: 10 } }]);
  expect(await refusal(lying, 'a', SMALL)).toBe('the entry "a" is damaged');
  const many = zip(['a', 'b', 'c', 'd'].map((name) => ({ name, content: '' })));
  expect(await refusal(many, 'a', SMALL)).toBe('the archive has more than 3 entries');
});

test('an archive with any bytes changed is read or refused, nothing else', async () => {
  const whole = zip([
    { name: 'a', content: 'hello '.repeat(50) },
    { name: 'b', content: 'x', stored: true },
  ]);
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      expect(typeof (await refusal(bytes))).toBe('string');
    }),
    { numRuns: 500 },
  );
});
