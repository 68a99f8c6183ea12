// Encrypted passwords: those of OOF-HAS are read, our own cannot be changed unseen, plain ones stay as they are.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sealPassword, unsealPassword } from '../../src/config/cipher.ts';
import { type ConfigError, loadConfig } from '../../src/config/index.ts';
import { parsePermissions } from '../../src/config/permissions.ts';

const APPKEY = 'an app key';
/** Made by the rules of the reference from the bare block cipher (counter block by GHASH of the IV), not by this program. */
const OLD = [
  ['plan.15', 'AAECAwQFBgcICQoLDA0OD2H9joNe1cNaJlnqHo4FQa9IqAo0SjB6M6v3QqnZwZoU'],
  ['', 'AAECAwQFBgcICQoLDA0ODzGxz81QxNZjH2DTJ7c8eJZxkTMNcwlDCpLOe5Dg+KMt'],
  [
    'x'.repeat(32),
    'AAECAwQFBgcICQoLDA0OD2npl5UInI47RziLf+9kIM4pyWtVK1EbUsqWI8i4oPt1J5GrEM7hU2rRd9VsnlF1FfoEOXOLxMRTNER9vR3/BUo=',
  ],
  [
    'a-password-of-more-than-thirty-two-characters',
    'AAECAwQFBgcICQoLDA0OD3C8n4wDl4EsTSTeaPExNdkj1D5ZO0gNB8aGMsK0oa55cN6mU4agASuSI5A+zWJGJsk3CkC49/dgB3dOji7MNnk=',
  ],
] as const;

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig({ env });
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

describe('a password that OOF-HAS encrypted', () => {
  it.each(OLD)('%j is read with the app key', (password, encrypted) => {
    expect(unsealPassword(encrypted, APPKEY, true)).toEqual({ opened: password });
  });

  it('stands for itself in every section that the reference decrypts, wherever it comes from', () => {
    const [[password, encrypted]] = OLD;
    const sections = ['AAI', 'SDNC', 'SDC', 'CONDUCTOR_API', 'AAF_API'];
    const env = Object.fromEntries(sections.map((section) => [`OS_${section}__PASSWORD`, encrypted]));
    const { aai, sdnc, sdc, conductor_api, aaf_api } = loadConfig({ env: { ...env, OS_AUTH__APPKEY: APPKEY } }).config;
    for (const { password: used } of [aai, sdnc, sdc, conductor_api, aaf_api]) expect(used).toBe(password);
    expect(loadConfig({ env }).config.aai.password).toBe(encrypted);
  });

  it('is taken as it stands where the reference does not decrypt', () => {
    const env = { OS_AUTH__APPKEY: APPKEY, OS_ETCD_API__PASSWORD: OLD[0][1], OS_DCAE__PASSWORD: OLD[0][1] };
    const { etcd_api, dcae } = loadConfig({ env }).config;
    expect([etcd_api.password, dcae.password]).toEqual([OLD[0][1], OLD[0][1]]);
  });

  it('stops the start under another app key, and is not shown', () => {
    const problems = problemsOf({ OS_AUTH__APPKEY: 'wrong', OS_AAI__PASSWORD: OLD[0][1] });
    expect(problems).toEqual([
      'environment OS_AAI__PASSWORD: [aai] password has the form of a password that OOF-HAS encrypted, and [auth] appkey does not decrypt it',
    ]);
  });
});

describe('a plain password', () => {
  it.each(['plan.15', 'NA', '', 'dGVzdA==', 'AAAA', 'x'.repeat(64).slice(1), '$abc'])(
    '%j stays as it is',
    (password) => {
      const { config } = loadConfig({ env: { OS_AUTH__APPKEY: APPKEY, OS_AAI__PASSWORD: password } });
      expect(config.aai.password).toBe(password);
    },
  );
});

describe('our own form', () => {
  it('gives back what went in, differs each time, and serves every secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (password) => {
        expect(unsealPassword(sealPassword(password, APPKEY), APPKEY, false)).toEqual({ opened: password });
      }),
      { numRuns: 3 },
    );
    const sealed = sealPassword('token', APPKEY);
    expect(sealPassword('token', APPKEY)).not.toBe(sealed);
    const env = { OS_AUTH__APPKEY: APPKEY, OS_VERSION_AUTH__VERSION_AUTH_TOKEN: sealed, OS_ETCD_API__PASSWORD: sealed };
    const { version_auth, etcd_api } = loadConfig({ env }).config;
    expect([version_auth.version_auth_token, etcd_api.password]).toEqual(['token', 'token']);
  });

  it('cannot be changed, cut, read under another key, or used without one', () => {
    const sealed = sealPassword('secret', APPKEY);
    const bytes = Buffer.from(sealed.slice(6), 'base64');
    const changed = [0, 20, bytes.length - 20, bytes.length - 1].map((at) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return `enc:1:${copy.toString('base64')}`;
    });
    for (const text of [...changed, 'enc:1:', 'enc:1:AAAA', sealed.slice(0, -8)])
      expect(unsealPassword(text, APPKEY, true)).toHaveProperty('closed');
    expect(unsealPassword(sealed, 'other', true)).toHaveProperty('closed');
    expect(problemsOf({ OS_AAI__PASSWORD: sealed })).toEqual([
      'environment OS_AAI__PASSWORD: [aai] password is encrypted, and [auth] appkey is not set',
    ]);
  });
});

it('secrets from SMS come before every other source, and may be encrypted', () => {
  const { config, origins } = loadConfig({
    env: { OS_AUTH__APPKEY: APPKEY, OS_AAI__PASSWORD: 'environment', OS_AAI__USERNAME: 'environment' },
    secrets: new Map([['aai.password', OLD[0][1]]]),
  });
  expect(config.aai).toMatchObject({ username: 'environment', password: 'plan.15' });
  expect(origins.get('aai.password')).toBe('AAF SMS');
});

describe('permissions', () => {
  const one = { type: 't', instance: 'i', action: '*' };
  it.each([
    ['one object', '{"type": "t", "instance": "i", "action": "*"}', [one]],
    [
      'objects with commas between, as the reference lists its default',
      `${JSON.stringify(one)}, ${JSON.stringify(one)}`,
      [one, one],
    ],
    ['a list', JSON.stringify([one]), [one]],
    ['more members than needed', JSON.stringify({ ...one, more: 1 }), [one]],
    ['nothing', '', null],
    ['an empty list', '[]', null],
    ['a missing member', '{"type": "t", "instance": "i"}', null],
    ['a number', '{"type": "t", "instance": 1, "action": "*"}', null],
    ['no JSON', 't|i|*', null],
    ['null', 'null', null],
  ])('%s', (_name, raw, expected) => {
    expect(parsePermissions(raw)).toEqual(expected);
  });

  it('that cannot be read stop the start', () => {
    expect(problemsOf({ OS_AAF_API__AAF_PERMISSIONS: 'all' })).toEqual([
      'environment OS_AAF_API__AAF_PERMISSIONS: [aaf_api] aaf_permissions must be JSON: objects with the texts type, instance and action (it is "all")',
    ]);
  });
});
