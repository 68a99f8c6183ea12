// The log's promises: parseable lines, ids on them, no secrets, and a service that outlives its log.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConductorError } from '../../src/domain/errors.ts';
import { createLogger, type LoggerOptions } from '../../src/telemetry/logger.ts';
import { openSink } from '../../src/telemetry/sink.ts';

let dir = '';
let count = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'conductor-log-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const clock = { now: () => Date.UTC(2030, 0, 2, 3, 4, 5, 6), monotonic: () => 0, after: () => () => {} };

/** A logger on a file of its own and what it wrote. */
function logTo(options: LoggerOptions = {}) {
  count += 1;
  const destination = join(dir, `${count}.log`);
  const complaints: string[] = [];
  const logger = createLogger({
    level: 'debug',
    destination,
    clock,
    complain: (text) => complaints.push(text),
    ...options,
  });
  const text = async () => {
    await logger.flush();
    return readFileSync(destination, 'utf8');
  };
  const lines = async () => parse(await text());
  return { logger, text, lines, complaints };
}

function parse(text: string): Record<string, unknown>[] {
  if (text === '') return [];
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('lines', () => {
  test('each line is one JSON object with time, level, message and the ids of its children', async () => {
    const { logger, lines } = logTo({ base: { instance: 'node-1' } });
    const child = logger.child({ requestId: 'r-1' }).child({ planId: 'p-1' });
    child.info({ step: 2 }, 'solved');
    child.warn({ planId: 'p-2' }, 'other');
    expect(await lines()).toEqual([
      {
        level: 'info',
        time: '2030-01-02T03:04:05.006Z',
        instance: 'node-1',
        requestId: 'r-1',
        planId: 'p-1',
        step: 2,
        message: 'solved',
      },
      {
        level: 'warn',
        time: '2030-01-02T03:04:05.006Z',
        instance: 'node-1',
        requestId: 'r-1',
        planId: 'p-2',
        message: 'other',
      },
    ]);
  });

  test('a name stands once in a line, even when a child and a line both give it', async () => {
    const { logger, text } = logTo();
    logger.child({ planId: 'a', message: 'x', level: 'y' }).info({ planId: 'b' }, 'm');
    const line = await text();
    expect(line.match(/"planId"/g)).toHaveLength(1);
    expect(line.match(/"message":/g)).toHaveLength(1);
    expect(parse(line)[0]).toMatchObject({ level: 'info', message: 'm', field_message: 'x', field_level: 'y' });
  });

  test('nothing a user sends can begin a second line', async () => {
    const { logger, text } = logTo();
    const evil = 'a\n{"level":"info","message":"forged"}\r\nb\u2028c\u2029d\u0085e\u0000';
    logger.info({ name: evil, [evil]: 1, nested: { list: [evil] } }, evil);
    const written = await text();
    expect(written.split(/[\n\r\u2028\u2029\u0085]/).filter((part) => part !== '')).toHaveLength(1);
    expect(parse(written)).toHaveLength(1);
  });

  test('odd values make a line, never an exception', async () => {
    const { logger, lines } = logTo();
    const loop: Record<string, unknown> = { a: 1 };
    loop.self = loop;
    const angry = {
      get bad(): string {
        throw new Error('no');
      },
    };
    logger.info({ loop, angry, big: 10n, f: () => 1, bytes: new Uint8Array(3), missing: undefined }, 'odd');
    logger.info(JSON.parse('{"__proto__": {"x": 1}, "constructor": "c"}'), 'names');
    logger.info(
      { when: new Date(0), never: new Date(Number.NaN), map: new Map([['k', 1]]), set: new Set([1]) },
      'types',
    );
    logger.info({ many: Array.from({ length: 5000 }, (_, n) => n), long: 'x'.repeat(100_000) }, 'large');
    const [odd, names, types, large] = await lines();
    expect(odd).toMatchObject({
      angry: '[unreadable]',
      big: '10',
      f: '[function]',
      bytes: '[3 bytes]',
      message: 'odd',
    });
    expect(odd).not.toHaveProperty('missing');
    expect(Object.hasOwn(names ?? {}, '__proto__')).toBe(true);
    expect(names).toMatchObject({ constructor: 'c' });
    expect(types).toMatchObject({ when: '1970-01-01T00:00:00.000Z', never: null, map: { k: 1 }, set: [1] });
    expect(JSON.stringify(large).length).toBeLessThan(12_000);
  });

  test('errors keep type, code, stack and causes', async () => {
    const { logger, lines } = logTo();
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    logger.error({ err: new ConductorError('UPSTREAM_UNAVAILABLE', 'A&AI is away', { cause }) }, 'failed');
    const [line] = await lines();
    expect(line).toMatchObject({
      level: 'error',
      err: {
        type: 'ConductorError',
        code: 'UPSTREAM_UNAVAILABLE',
        message: 'A&AI is away',
        cause: { code: 'ECONNREFUSED' },
      },
    });
    expect(JSON.stringify(line)).toContain('logger.test.ts');
  });

  test('the level decides what is written', async () => {
    const { logger, lines } = logTo({ level: 'warn' });
    logger.debug({}, 'd');
    logger.info({}, 'i');
    logger.warn({}, 'w');
    logger.error({}, 'e');
    expect((await lines()).map((line) => line.message)).toEqual(['w', 'e']);
    const silent = logTo({ level: 'silent' });
    silent.logger.error({}, 'e');
    expect(await silent.text()).toBe('');
  });
});

describe('secrets', () => {
  const SECRET = 'hunter2-Sesam';
  const BASIC = Buffer.from(`conductor:${SECRET}`).toString('base64');
  const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`;

  test.each([
    ['a password field', { password: SECRET }],
    ['other spellings of it', { user: { Passwd: SECRET, aafpass: SECRET, clientSecret: SECRET, 'api-key': SECRET } }],
    ['an authorization header', { headers: { Authorization: `Basic ${BASIC}`, cookie: SECRET } }],
    ['a deep one', { a: [{ b: { credentials: { user: 'u', word: SECRET } } }] }],
    ['a whole secret object', { secrets: [SECRET], private_key: { pem: SECRET } }],
    ['tokens of access', { accessToken: SECRET, 'version-auth-token': SECRET }],
    ['one in a map', { map: new Map([['password', SECRET]]) }],
    ['a header in a text', { text: `GET / authorization: Basic ${BASIC}` }],
    ['a bare scheme in a text', { text: `sent Basic ${BASIC}` }],
    ['a bearer token', { text: `Bearer ${SECRET}0123456789` }],
    ['a URL with credentials', { url: `https://admin:${SECRET}@sdnc:8443/restconf` }],
    ['a URL with an odd password', { url: `see http://admin:${SECRET}:x!@host/ and more` }],
    ['a query string', { url: `/x?user=a&password=${SECRET}&b=1` }],
    ['JSON in a text', { body: JSON.stringify({ user: 'a', password: SECRET }) }],
    ['JSON in JSON in a text', { body: JSON.stringify(JSON.stringify({ password: SECRET, other: 1 })) }],
    ['a private key', { text: PEM }],
    ['an error message', { err: new Error(`login failed: password=${SECRET}`) }],
    ['an error cause', { err: new Error('x', { cause: { password: SECRET } }) }],
  ])('%s never reaches the log', async (_, fields) => {
    const { logger, text } = logTo();
    logger.info(fields, 'with fields');
    logger.child(fields).info({}, 'of a child');
    const written = await text();
    expect(parse(written)).toHaveLength(2);
    expect(written).not.toContain(SECRET);
    expect(written).not.toContain(BASIC);
    expect(written).toContain('[redacted]');
  });

  test('a secret at the cut of a long text does not leave a piece behind', async () => {
    const { logger, text } = logTo();
    for (let before = 8150; before < 8200; before += 1) logger.info({}, `${' '.repeat(before)} password=${SECRET}`);
    expect(await text()).not.toContain(SECRET.slice(0, 3));
  });

  test('a secret in the message itself is hidden too', async () => {
    const { logger, text } = logTo();
    logger.error({}, `calling https://u:${SECRET}@host with authorization=Basic ${BASIC}`);
    const written = await text();
    expect(written).not.toContain(SECRET);
    expect(written).not.toContain(BASIC);
  });

  test('plain words and fencing tokens stay readable', async () => {
    const { logger, lines } = logTo();
    const words = 'Use HTTP authentication (basic authentication) or Bearer tokens; see https://host/a:b@c';
    logger.info({ token: 17, words }, words);
    expect((await lines())[0]).toMatchObject({ token: 17, words, message: words });
  });

  test('the caller keeps what it logged', () => {
    const { logger } = logTo();
    const fields = { password: SECRET, nested: { authorization: BASIC } };
    logger.info(fields, 'm');
    expect(fields).toEqual({ password: SECRET, nested: { authorization: BASIC } });
  });
});

describe('files', () => {
  test('a log folder is made and gets all lines in one file and errors in another', async () => {
    const logDir = join(dir, 'a', 'b');
    const { logger, lines } = logTo({ logDir });
    logger.info({}, 'one');
    logger.error({}, 'two');
    expect(await lines()).toHaveLength(2);
    const messages = (file: string) => parse(readFileSync(join(logDir, file), 'utf8')).map((line) => line.message);
    expect(messages('application.log')).toEqual(['one', 'two']);
    expect(messages('error.log')).toEqual(['two']);
    expect(statSync(join(logDir, 'application.log')).mode & 0o007).toBe(0);
  });

  test('the file may have another name and is appended to', async () => {
    const logDir = join(dir, 'named');
    for (const message of ['first run', 'second run']) {
      const { logger, lines } = logTo({ logDir, logFile: 'conductor.log' });
      logger.info({}, message);
      await lines();
    }
    expect(parse(readFileSync(join(logDir, 'conductor.log'), 'utf8')).map((line) => line.message)).toEqual([
      'first run',
      'second run',
    ]);
  });

  test('a file named without a folder is a path by itself', async () => {
    const logFile = join(dir, 'alone', 'conductor.log');
    const { logger, lines } = logTo({ logDir: '', logFile });
    logger.error({}, 'm');
    await lines();
    expect(parse(readFileSync(logFile, 'utf8'))).toHaveLength(1);
    expect(readdirSync(join(dir, 'alone'))).toEqual(['conductor.log']);
  });

  test('a full disk costs lines, is told once, and stops nothing', async () => {
    const { logger, complaints } = logTo({ destination: '/dev/full' });
    for (let n = 0; n < 50; n += 1) {
      logger.info({ n }, 'line');
      await logger.flush();
    }
    expect(complaints).toEqual([expect.stringContaining('/dev/full: it cannot be written (ENOSPC)')]);
  });

  test('a log that cannot be opened is told once and the other destinations go on', async () => {
    const blocked = join(dir, 'blocked');
    writeFileSync(blocked, '');
    const { logger, lines, complaints } = logTo({ logDir: join(blocked, 'logs') });
    logger.info({}, 'goes on');
    logger.error({}, 'and on');
    expect(await lines()).toHaveLength(2);
    expect(complaints).toHaveLength(2);
    expect(complaints[0]).toMatch(/application\.log: cannot be opened \(E[A-Z]+\)/);
  });

  test('lines of a process that ends at once are all written', () => {
    const file = join(dir, 'child.log');
    const script = join(import.meta.dirname, 'child.ts');
    execFileSync(process.execPath, ['--import', 'tsx', script, file, '3000']);
    const lines = parse(readFileSync(file, 'utf8'));
    expect(lines.map((line) => line.n).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 3000 }, (_, n) => n),
    );
  });

  test('standard output gets the lines when nothing else is said', () => {
    const script = join(import.meta.dirname, 'child.ts');
    const out = execFileSync(process.execPath, ['--import', 'tsx', script, 'stdout', '200'], { encoding: 'utf8' });
    expect(parse(out)).toHaveLength(200);
  });

  test('lines beyond the bound are lost, counted, and their number is written when it goes on', async () => {
    const target = join(dir, 'bounded', 'x.log');
    mkdirSync(join(dir, 'bounded'));
    const complaints: string[] = [];
    const sink = openSink({
      target,
      maxPending: 10,
      complain: (text) => complaints.push(text),
      lostLine: (lost) => `lost ${lost}\n`,
    });
    for (const line of ['aaaa\n', 'bbbb\n', 'cccc\n', 'dddd\n', 'eeee\n']) sink.write(line);
    await sink.flush();
    // The first is being written; two more fit; two are lost.
    expect(readFileSync(target, 'utf8')).toBe('aaaa\nlost 2\nbbbb\ncccc\n');
    expect(complaints).toEqual([expect.stringContaining('written too slowly')]);
  });
});
