// Batched reads: how many requests they take, what happens when a way of asking is refused or too much, what a key gets back.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Complex, Pserver } from '../../../src/domain/inventory.ts';
import type { Aai, AaiOptions } from '../../../src/plugins/aai/index.ts';
import { type FakeAai, type Recorded, requestError, send, startFakeAai } from './fake-aai.ts';
import { aaiFor, complexItem, ctx, manualClock, type Recorder, recorder } from './support.ts';

const ID = (n: number) => `host-${String(n).padStart(4, '0')}`;
const IDS = Array.from({ length: 250 }, (_, n) => ID(n));

let fake: FakeAai;
let aai: Aai | undefined;
let record: Recorder;
const clock = manualClock(true);

beforeEach(async () => {
  record = recorder();
  fake = await startFakeAai(
    IDS.map((id) => [`/cloud-infrastructure/pservers/pserver/${id}`, { type: 'pserver', object: { hostname: id } }]),
  );
});
afterEach(async () => {
  await aai?.close();
  await fake.close();
});

function reader(more: Partial<AaiOptions> = {}) {
  aai = aaiFor(fake, record, { clock, ...more });
  return aai.reader;
}

const names = (found: readonly (Pserver | null | Error)[]) =>
  found.map((item) => (item instanceof Error ? 'error' : (item?.hostname ?? null)));
const targets = () => fake.requests.map(({ method, target }) => `${method} ${target.split('?')[0]}`);
const isMultiGet = ({ target }: Recorded) => target.includes('hostname=');
const keysIn = ({ target }: Recorded) => new URLSearchParams(target.split('?')[1]).getAll('hostname');
const html = '<html>blocked</html>';

describe('one batch', () => {
  it('reads 250 keys in three requests, in key order, duplicates and unknown keys included', async () => {
    const keys = [...IDS.toReversed(), 'nobody', ID(3), '__proto__'];
    expect(names(await reader().pservers(keys, ctx))).toEqual([...IDS.toReversed(), null, ID(3), null]);
    expect(fake.requests).toHaveLength(3);
    expect(Math.max(...fake.requests.map((request) => keysIn(request).length))).toBe(100);
  });

  it('keeps the request target within 6 kB whatever the keys are', async () => {
    const long = Array.from({ length: 100 }, (_, n) => `ü&?=${'x'.repeat(90)}${n}`);
    expect(names(await reader().pservers(long, ctx))).toEqual(long.map(() => null));
    expect(Math.max(...fake.requests.map(({ target }) => target.length))).toBeLessThanOrEqual(6000);
    expect(fake.requests.flatMap(keysIn).toSorted()).toEqual(long.toSorted());
  });

  it('asks nothing for no keys', async () => {
    expect(await reader().pservers([], ctx)).toEqual([]);
    expect(fake.requests).toHaveLength(0);
  });

  it("sends A&AI's headers and the caller's transaction id", async () => {
    await reader().pservers([ID(1)], { requestId: 'my-request' });
    expect(fake.requests[0]?.headers).toMatchObject({
      'x-fromappid': 'CONDUCTOR',
      'x-transactionid': 'my-request',
      accept: 'application/json',
    });
  });

  it('gives null for every key when A&AI answers 404', async () => {
    expect(names(await reader().pservers(['a', 'b'], ctx))).toEqual([null, null]);
    expect(fake.requests).toHaveLength(1);
  });
});

describe('a refused way', () => {
  const refusals: [string, number, string][] = [
    ['403 of a proxy', 403, html],
    ['404 that is not A&AI', 404, html],
    ['405', 405, '{}'],
    ['501', 501, '{}'],
    ['a bad query section', 400, requestError('SVC3014', 'ERR.5.4.3014')],
  ];
  it.each(refusals)(
    '(%s) falls back from multi-get to start list to DSL to single reads',
    async (_name, status, body) => {
      const refused = new Set<string>();
      fake.fault = (request, response) => {
        const way = request.target.startsWith('/query') ? 'query' : request.target.startsWith('/dsl') ? 'dsl' : 'get';
        // A plain GET's 403 or foreign 404 would hold for single reads too, so multi-get is refused in its own way.
        if (way === 'get' && isMultiGet(request)) {
          refused.add('multi-get');
          return send(response, 400, requestError('SVC3000', 'ERR.5.4.3000'));
        }
        if (way === 'get') return false;
        refused.add(way);
        return send(response, status, body);
      };
      const keys = [ID(1), ID(2), 'nobody'];
      expect(names(await reader().pservers(keys, ctx))).toEqual([ID(1), ID(2), null]);
      expect([...refused]).toEqual(['multi-get', 'query', 'dsl']);
      expect(record.lines.filter(({ level }) => level === 'warn')).toHaveLength(3);
    },
  );

  it('is left out for ten minutes, then tried again', async () => {
    let blocked = true;
    fake.fault = (request, response) => blocked && isMultiGet(request) && send(response, 405, '{}');
    const read = reader();
    const way = async () => {
      fake.requests.length = 0;
      await read.pservers([ID(1), ID(2)], ctx);
      return targets();
    };
    expect(await way()).toEqual(['GET /cloud-infrastructure/pservers', 'PUT /query']);
    expect(await way()).toEqual(['PUT /query']);
    blocked = false;
    clock.advance(10 * 60_000);
    expect(await way()).toEqual(['GET /cloud-infrastructure/pservers']);
  });

  it('the start list finds its objects by URL and key, not by position', async () => {
    expect(names(await reader({ strategies: 'query' }).pservers([ID(2), ID(1), 'nobody'], ctx))).toEqual([
      ID(2),
      ID(1),
      null,
    ]);
    expect(JSON.parse(fake.requests[0]?.body ?? '')).toEqual({
      start: [ID(1), ID(2), 'nobody'].map((id) => `/cloud-infrastructure/pservers/pserver/${id}`),
    });
  });

  it('DSL names its version and leaves keys that it cannot carry to other ways', async () => {
    const quote = "o'host";
    fake.items.set('/cloud-infrastructure/pservers/pserver/q', { type: 'pserver', object: { hostname: quote } });
    const read = reader({ strategies: { pserver: 'dsl' } });
    expect(names(await read.pservers([ID(1), quote], ctx))).toEqual([ID(1), quote]);
    expect(fake.requests[0]).toMatchObject({ method: 'PUT', headers: { 'x-dslapiversion': 'V1' } });
    fake.requests.length = 0;
    expect(names(await read.pservers(['back\\slash', 'line\nend'], ctx))).toEqual([null, null]);
    expect(targets().every((target) => target.startsWith('GET /cloud-infrastructure/pservers/pserver/'))).toBe(true);
  });

  it('a 401 or 403 of plain reads means wrong credentials: an error for every key after one request', async () => {
    fake.fault = (_request, response) => send(response, 403, requestError('POL3300', 'ERR.5.4.3300'));
    const found = await reader({ strategies: 'single', concurrency: 1 }).pservers(IDS, ctx);
    expect(found.every((item) => item instanceof Error && 'code' in item && item.code === 'UPSTREAM_REFUSED')).toBe(
      true,
    );
    expect(fake.requests).toHaveLength(1);
  });
});

describe('too much at once', () => {
  it.each([
    ["A&AI's own time-out (a 400)", 400, requestError('SVC7406', 'ERR.5.4.7406')],
    ['503', 503, '{}'],
    ['504', 504, html],
  ])('%s: the chunk is halved', async (_name, status, body) => {
    fake.fault = (request, response) => keysIn(request).length > 30 && send(response, status, body);
    expect(names(await reader().pservers(IDS.slice(0, 100), ctx))).toEqual(IDS.slice(0, 100));
  });

  it.each([414, 431])('%i: the chunk is halved and later requests stay short', async (status) => {
    fake.fault = (request, response) => request.target.length > 1500 && send(response, status, '');
    const read = reader();
    expect(names(await read.pservers(IDS.slice(0, 100), ctx))).toEqual(IDS.slice(0, 100));
    fake.requests.length = 0;
    await read.pservers(IDS.slice(0, 100), ctx);
    expect(Math.max(...fake.requests.map(({ target }) => target.length))).toBeLessThanOrEqual(1500);
  });

  it('an object over which the server fails takes no other key with it', async () => {
    fake.fault = (request, response) => keysIn(request).includes(ID(7)) && send(response, 500, '{}');
    const found = names(await reader().pservers(IDS.slice(0, 20), ctx));
    expect(found).toEqual(IDS.slice(0, 20).map((id) => (id === ID(7) ? 'error' : id)));
  });

  it('a server that stays slow is not asked ever more often', async () => {
    fake.fault = (_request, response) => send(response, 504, '');
    expect(new Set(names(await reader().pservers(IDS.slice(0, 100), ctx)))).toEqual(new Set(['error']));
    expect(fake.requests.length).toBeLessThanOrEqual(7);
  });
});

describe('partial results', () => {
  it('only the keys of the failing chunk get an error', async () => {
    fake.fault = (request, response) => keysIn(request).includes(ID(0)) && send(response, 502, '');
    const found = names(await reader().pservers(IDS, ctx));
    expect(found.filter((item) => item === 'error')).toHaveLength(100);
    expect(found.slice(100)).toEqual(IDS.slice(100));
  });

  it('an HTML answer under 200 is UPSTREAM_BAD_DATA', async () => {
    fake.fault = (_request, response) => send(response, 200, html);
    expect((await reader().pservers([ID(1)], ctx))[0]).toMatchObject({ code: 'UPSTREAM_BAD_DATA' });
  });

  it('objects without a usable key, of odd shapes or unasked for disturb nobody', async () => {
    const list = [
      null,
      7,
      'x',
      [],
      {},
      { hostname: null },
      { hostname: { a: 1 } },
      { hostname: 'other' },
      { hostname: ID(1) },
    ];
    fake.fault = (_request, response) => send(response, 200, JSON.stringify({ pserver: list, surplus: 1 }));
    expect(names(await reader().pservers([ID(1), ID(2)], ctx))).toEqual([ID(1), null]);
  });

  it('a list of another shape is an error, not an empty result', async () => {
    fake.fault = (_request, response) => send(response, 200, JSON.stringify({ pserver: 'many' }));
    expect((await reader().pservers([ID(1), ID(2)], ctx))[1]).toMatchObject({ code: 'UPSTREAM_BAD_DATA' });
  });
});

describe('keys from outside', () => {
  it('cannot change the path or add parameters', async () => {
    const keys = ['../../x', 'a/b?c=d&depth=9#e', '..', '%2e'];
    expect(names(await reader({ strategies: 'single' }).pservers(keys, ctx))).toEqual(keys.map(() => null));
    const paths = fake.requests.map(({ target }) => target);
    expect(paths.every((path) => /^\/cloud-infrastructure\/pservers\/pserver\/[^/?#]+\?depth=0$/.test(path))).toBe(
      true,
    );
    expect(paths.some((path) => /\/\.\.?(?=[/?]|$)/.test(path))).toBe(false);
  });

  it('read what others named oddly', async () => {
    for (const id of ['ü ö', '__proto__', 'constructor']) fake.items.set(...complexItem(id));
    const found = await reader().complexes(['ü ö', '__proto__', 'constructor', 'toString'], ctx);
    expect(found.map((item) => (item as Complex | null)?.physicalLocationId ?? null)).toEqual([
      'ü ö',
      '__proto__',
      'constructor',
      null,
    ]);
  });
});
