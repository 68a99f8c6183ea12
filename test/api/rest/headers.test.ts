// Credentials, versions, transaction ids and media types of the REST API.
import { expect, test } from 'vitest';
import type { RestSettings } from '../../../src/rest/index.ts';
import { basic, explanation, harness, headerOf, json } from './support.ts';

const secured = { basicAuthSecure: true };

const get = (settings: Partial<RestSettings>, headers: Record<string, string>) =>
  harness(settings).ask('GET', '/v1/plans', { headers });

test.each([
  ['no header', {}, 417],
  ['an empty header', { authorization: '' }, 417],
  ['no second word', { authorization: 'Basic' }, 417],
  ['no base64', { authorization: 'Basic !!!!' }, 417],
  ['no text', { authorization: `Basic ${Buffer.from([0xff, 0xfe, 0x3a]).toString('base64')}` }, 417],
  ['no colon', { authorization: 'Basic YWRtaW4x' }, 417],
  ['a wrong password', basic('admin1', 'wrong'), 401],
  ['a wrong user', basic('admin2', 'plan.15'), 401],
  ['more after a second colon', basic('admin1', 'plan.15:zzz'), 401],
  ['nothing but a colon', basic('', ''), 401],
  ['the right credentials', basic('admin1', 'plan.15'), 200],
  ['another scheme word', { authorization: basic('admin1', 'plan.15').authorization.replace('Basic', 'Foo') }, 200],
])('with %s', async (_what, headers, status) => {
  expect((await get(secured, headers as Record<string, string>)).status).toBe(status);
});

test('a password may contain colons', async () => {
  const settings = { ...secured, password: 'a:b:c' };
  expect((await get(settings, basic('admin1', 'a:b:c'))).status).toBe(200);
  expect((await get(settings, basic('admin1', 'a:b'))).status).toBe(401);
});

test('nobody gets in while no credentials are configured', async () => {
  expect((await get({ ...secured, username: '', password: '' }, basic('', ''))).status).toBe(401);
});

test('credentials are checked before the body, and never logged or repeated', async () => {
  const { ask, lines } = harness(secured);
  const response = await ask('POST', '/v1/plans', { headers: basic('admin1', 'hunter2'), body: '{' });
  expect(response.status).toBe(401);
  expect(JSON.stringify([response, lines])).not.toContain('hunter2');
  expect(headerOf(response, 'www-authenticate')).toBeUndefined();
});

test('the strict mode answers 401 with a challenge', async () => {
  for (const headers of [{}, basic('admin1', 'wrong')]) {
    const response = await get({ ...secured, strict401: true }, headers as Record<string, string>);
    expect([response.status, json(response).code]).toEqual([401, 401]);
    expect(headerOf(response, 'www-authenticate')).toMatch(/^Basic realm=/);
  }
});

test('a plan needs credentials for every method, the collection only for those it has', async () => {
  const { ask } = harness(secured);
  expect((await ask('OPTIONS', '/v1/plans/x')).status).toBe(417);
  expect((await ask('PUT', '/v1/plans/x')).status).toBe(417);
  expect((await ask('PUT', '/v1/plans')).status).toBe(405);
  expect((await ask('OPTIONS', '/v1/plans')).status).toBe(204);
});

const versions = async (headers: Record<string, string>, settings: Partial<RestSettings> = {}, path = '/v1/plans') => {
  const response = await harness(settings).ask('GET', path, { headers });
  const names = ['x-minorversion', 'x-patchversion', 'x-latestversion'];
  return { response, shown: names.map((name) => headerOf(response, name)) };
};

test('version headers give the requested version, else the own, on success and on error', async () => {
  expect((await versions({})).shown).toEqual(['3', '1', '2.3.1']);
  expect((await versions({ 'x-minorversion': '0', 'x-patchversion': '1' })).shown).toEqual(['0', '1', '2.3.1']);
  expect((await versions({ 'x-minorversion': '2' }, {}, '/nope')).shown).toEqual(['2', '1', '2.3.1']);
});

const MINOR = 'Expecting minor version less than or equal to 3';
const PATCH =
  'Not expecting a patch version but the entered patch version is not acceptable if it is not less than or equal to 1';

test.each([
  ['x-minorversion', '4', MINOR],
  ['x-minorversion', 'abc', MINOR],
  ['x-minorversion', '-1', MINOR],
  ['x-minorversion', '1e0', MINOR],
  ['x-patchversion', '2', PATCH],
  ['x-patchversion', '1.0', PATCH],
])('%s: %s is refused with 400', async (name, value, text) => {
  const { response, shown } = await versions({ [name]: value });
  expect([response.status, explanation(response)]).toEqual([400, text]);
  expect(shown).toEqual(['3', '1', '2.3.1']);
});

test('with the version switch on, only holders of the token see versions', async () => {
  const settings = { versionAuth: { flag: true, token: 'T0ken' } };
  const hidden = [undefined, undefined, undefined];
  expect((await versions({}, settings)).shown).toEqual(hidden);
  expect((await versions({ 'version-auth-token': 'other' }, settings)).shown).toEqual(hidden);
  expect((await versions({ 'version-auth-token': 'T0ken' }, settings)).shown).toEqual(['3', '1', '2.3.1']);
  const unset = { versionAuth: { flag: true, token: '' } };
  expect((await versions({ 'version-auth-token': '' }, unset)).shown).toEqual(hidden);
});

test.each(['transaction-id', 'transaction_id', 'x-transactionid', 'x-onap-requestid'])(
  'the transaction id is taken from %s and echoed',
  async (name) => {
    const response = await get({}, { [name]: 'trx-4711' });
    expect(headerOf(response, 'transaction-id')).toBe('trx-4711');
    expect(headerOf(response, 'x-transactionid')).toBe('trx-4711');
  },
);

test('a missing transaction id is made, and one that could forge headers or log lines is refused', async () => {
  expect(headerOf(await get({}, {}), 'transaction-id')).toBe('made-id-1');
  for (const bad of ['a\r\nSet-Cookie: x=1', 'a\nb', '\u001b[31m', 'x'.repeat(201)]) {
    const response = await get({}, { 'transaction-id': bad });
    expect([response.status, headerOf(response, 'transaction-id')]).toEqual([400, 'made-id-1']);
  }
});

test.each([
  [undefined, 200],
  ['*/*', 200],
  ['application/json', 200],
  ['application/vnd.onap.has-v1+json', 200],
  ['text/html, application/*;q=0.8', 200],
  ['application/xml', 406],
  ['text/plain', 406],
  ['application/json;q=0', 406],
])('Accept: %s is answered %i', async (accept, status) => {
  const response = await harness().ask('GET', '/v1/plans', { headers: { accept } });
  expect(response.status).toBe(status);
  expect(headerOf(response, 'content-type')).toBe('application/json');
});

test('errors have the documented object, wrapped and at top level', async () => {
  const error = {
    explanation: 'Plan x not found',
    code: 404,
    error: { message: 'The resource could not be found.', type: 'HTTPNotFound' },
    title: 'Not Found',
  };
  expect(json(await harness().ask('GET', '/v1/plans/x'))).toEqual({ error_message: error, ...error });
});
