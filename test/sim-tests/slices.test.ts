// The simulators of DCAE, CPS and SDC answer as the real ones do, want credentials, and fail on demand.
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withSlices } from '../sim/aai-slices.ts';
import { type CpsSimulator, GET_TA_LIST, startCpsSimulator } from '../sim/cps.ts';
import { type DcaeSimulator, SLICES_CONFIG, startDcaeSimulator } from '../sim/dcae.ts';
import { type SdcSimulator, startSdcSimulator } from '../sim/sdc.ts';
import { NO_SLICES } from '../sim/slices.ts';

const USER = { username: 'u', password: 'p' };
const AUTHORIZATION = { authorization: `Basic ${Buffer.from('u:p').toString('base64')}` };
const { figures, zones, models } =
  withSlices({ aai: new Map(), capacity: new Map(), multicloud: {} }).slices ?? NO_SLICES;

let dcae: DcaeSimulator;
let cps: CpsSimulator;
let sdc: SdcSimulator;

beforeAll(async () => {
  dcae = await startDcaeSimulator({ ...USER, figures });
  cps = await startCpsSimulator({ ...USER, zones });
  sdc = await startSdcSimulator({ ...USER, models });
});
afterAll(() => Promise.all([dcae.stop(), cps.stop(), sdc.stop()]));

/** A GET may have a body here, which fetch does not send. */
function send(method: string, url: string, body?: object, headers: Record<string, string> = AUTHORIZATION) {
  return new Promise<{ status: number; bytes: Buffer }>((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const length = { 'content-length': Buffer.byteLength(text) };
    const sent = request(url, { method, headers: { ...headers, ...length } }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(pieces) }));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

test('DCAE answers several slices in one GET, leaves out those it does not know, and wants a body', async () => {
  const configParams = ['dLThptPerSlice', 'uLThptPerSlice', 'maxNumberOfConns'];
  const question = { sliceIdentifiers: ['embb-nsi-1', 'nobody', 'embb-nsi-3'], configParams };
  const { status, bytes } = await send('GET', `${dcae.origin}${SLICES_CONFIG}`, question);
  expect(status).toBe(200);
  const config = (dlthptPerSlice: number, ulthptPerSlice: number) => ({
    maxNumberOfConns: null,
    dlthptPerSlice,
    ulthptPerSlice,
  });
  expect(JSON.parse(bytes.toString())).toEqual({
    sliceConfigDetails: [
      { sliceIdentifiers: 'embb-nsi-1', aggregatedConfig: config(150, 100) },
      { sliceIdentifiers: 'embb-nsi-3', aggregatedConfig: config(0, 0) },
    ],
  });
  expect((await send('GET', `${dcae.origin}${SLICES_CONFIG}`)).status).toBe(400);
  expect((await send('POST', `${dcae.origin}${SLICES_CONFIG}`, question)).status).toBe(405);
});

test('CPS answers one zone a question, with cells', async () => {
  const { bytes } = await send('POST', `${cps.origin}${GET_TA_LIST}`, { inputParameters: { zone_id: '2' } });
  expect(JSON.parse(bytes.toString()).coverageAreaTAList).toMatchObject([
    { nRTAC: 235, taCellsList: [{ cellLocalId: 2351 }, { cellLocalId: 2352 }] },
    { nRTAC: 236 },
  ]);
  expect((await send('POST', `${cps.origin}${GET_TA_LIST}`, {})).status).toBe(400);
});

test('SDC gives a zip archive with the definitions of the model, and wants its instance header', async () => {
  const url = `${sdc.url}/v1/catalog/services/ver-embb-nst-1/toscaModel`;
  expect((await send('GET', url)).status).toBe(400);
  const headers = { ...AUTHORIZATION, 'x-ecomp-instanceid': 'AAI' };
  const { status, bytes } = await send('GET', url, undefined, headers);
  expect(status).toBe(200);
  expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04');
  for (const name of ['TOSCA-Metadata/TOSCA.meta', 'Definitions/service-EmbbNst-template-interface.yml']) {
    expect(bytes.includes(name)).toBe(true);
  }
  expect((await send('GET', url.replace('nst-1', 'nst-9'), undefined, headers)).status).toBe(404);
});

test.each([
  ['DCAE', () => dcae],
  ['CPS', () => cps],
  ['SDC', () => sdc],
])('%s refuses strangers and fails on demand', async (_, simulator) => {
  const { origin, faults } = simulator();
  expect((await send('GET', `${origin}/x`, undefined, {})).status).toBe(401);
  const known = { ...AUTHORIZATION, 'x-ecomp-instanceid': 'AAI' };
  expect((await send('GET', `${origin}/x`, undefined, known)).status).toBe(404);
  faults.add({ kind: 'status', status: 503, times: 1 });
  expect((await send('GET', `${origin}/x`)).status).toBe(503);
  faults.add({ kind: 'reset', times: 1 });
  await expect(send('GET', `${origin}/x`)).rejects.toThrow();
});
