import { describe, expect, it } from 'vitest';
import type { VimCapacityRequest, VimController } from '../../../../src/domain/controller-ports.ts';
import { ConductorError, type ErrorCode } from '../../../../src/domain/errors.ts';
import { vimFit } from '../../../../src/engine/solve/constraints/vim-fit.ts';
import type { JsonValue } from '../../../../src/lib/json.ts';
import { candidate, checkContext, judge, parsed, words } from '../support.ts';

const REQUEST = { vCPU: 10, Memory: { quantity: 4, unit: 'GB' }, Storage: { quantity: 100, unit: 'GB' } };
const properties = { controller: 'multicloud', request: REQUEST };
const cloud = (id: string) => candidate(id, { 'vim-id': `Owner_${id}` });
const [a, b, c] = [cloud('a'), cloud('b'), cloud('c')];

interface Asked {
  readonly request: VimCapacityRequest;
  readonly vimIds: readonly string[];
}

/** Has room where `room` says so, and remembers what it was asked. */
function vims(room: readonly string[] | Error, onFailure?: VimController['onFailure']) {
  const asked: Asked[] = [];
  const controller: VimController = {
    name: 'MultiCloud',
    ...(onFailure ? { onFailure } : {}),
    async withCapacity(request, vimIds) {
      asked.push({ request, vimIds });
      if (room instanceof Error) throw room;
      return new Set(room);
    },
  };
  return { asked, vims: [controller] };
}

const down = (code: ErrorCode = 'UPSTREAM_UNAVAILABLE') =>
  new ConductorError(code, 'MultiCloud does not answer: POST.');

describe('vim_fit', () => {
  it('keeps the regions with room and names those without', async () => {
    const { vims: controllers } = vims(['Owner_a', 'Owner_c', 'Owner_unasked']);
    const verdicts = await judge(vimFit, properties, [a, b, c], checkContext({ vims: controllers }));
    expect(verdicts.map(words)).toEqual(['fit', 'MultiCloud reports no room in Owner_b', 'fit']);
  });

  it('says once that there is no room, however many regions have none', async () => {
    const { vims: controllers } = vims([]);
    const verdicts = await judge(vimFit, properties, [a, b, c], checkContext({ vims: controllers }));
    const refused = verdicts.flatMap((one) => (one.kind === 'reject' ? [one] : []));
    expect(vimFit.summarize?.(parsed(vimFit, properties), refused)).toBe('MultiCloud reports no room');
  });

  it('asks about all regions in one question, with the quantities of the template', async () => {
    const { asked, vims: controllers } = vims([]);
    await judge(vimFit, properties, [a, b], checkContext({ vims: controllers }));
    const memory = { quantity: 4, unit: 'GB' };
    expect(asked).toEqual([
      { request: { vCPU: 10, memory, storage: { quantity: 100, unit: 'GB' } }, vimIds: ['Owner_a', 'Owner_b'] },
    ]);
  });

  it('takes an empty answer as: none has room', async () => {
    const { vims: controllers } = vims([]);
    const verdicts = await judge(vimFit, properties, [a, b], checkContext({ vims: controllers }));
    expect(verdicts.map(({ kind }) => kind)).toEqual(['reject', 'reject']);
  });

  it('lets other candidates than cloud ones pass, and asks nothing when there are no others', async () => {
    const { asked, vims: controllers } = vims([]);
    const service = candidate('s', { inventory_type: 'service', 'vim-id': 'Owner_a' });
    expect(await judge(vimFit, properties, [service], checkContext({ vims: controllers }))).toEqual([{ kind: 'fit' }]);
    expect(asked).toEqual([]);
  });

  it.each([[undefined], [null], [''], [7]])('drops a cloud candidate whose vim-id is %j', async (vim) => {
    const { asked, vims: controllers } = vims(['Owner_a']);
    const one = candidate('x', { 'vim-id': vim });
    const verdicts = await judge(vimFit, properties, [one, a], checkContext({ vims: controllers }));
    expect(verdicts.map(words)).toEqual(['the candidate has no vim-id', 'fit']);
    expect(asked[0]?.vimIds).toEqual(['Owner_a']);
  });

  it('asks once about a region and a request, however many demands have it', async () => {
    const { asked, vims: controllers } = vims(['Owner_a', 'Owner_c']);
    const ctx = checkContext({ vims: controllers });
    const twice = await Promise.all([
      judge(vimFit, properties, [a, b], ctx),
      judge(vimFit, properties, [b, c, c], ctx),
    ]);
    expect(twice.map((verdicts) => verdicts.map(({ kind }) => kind))).toEqual([
      ['fit', 'reject'],
      ['reject', 'fit', 'fit'],
    ]);
    expect(asked.map(({ vimIds }) => vimIds)).toEqual([['Owner_a', 'Owner_b'], ['Owner_c']]);
    await judge(vimFit, { ...properties, request: { ...REQUEST, vCPU: 11 } }, [a], ctx);
    expect(asked).toHaveLength(3);
  });

  it.each<[VimController['onFailure'], string]>([
    [undefined, 'unknown: MultiCloud does not answer: POST.'],
    ['fail', 'unknown: MultiCloud does not answer: POST.'],
    ['keep', 'fit'],
    ['drop', 'MultiCloud does not answer: POST.'],
  ])('without a clear answer and %s: %s', async (onFailure, expected) => {
    for (const code of ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_BAD_DATA', 'UPSTREAM_REFUSED'] as const) {
      const { vims: controllers } = vims(down(code), onFailure);
      const verdicts = await judge(vimFit, properties, [a, b], checkContext({ vims: controllers }));
      expect(verdicts.map(words)).toEqual([expected, expected]);
    }
  });

  it('names the controller when its message does not', async () => {
    const { vims: controllers } = vims(new ConductorError('UPSTREAM_BAD_DATA', 'odd answer'));
    const verdicts = await judge(vimFit, properties, [a], checkContext({ vims: controllers }));
    expect(verdicts.map(words)).toEqual(['unknown: MultiCloud: odd answer']);
  });

  it('does not hide other errors', async () => {
    const { vims: controllers } = vims(new ConductorError('TEMPLATE_INVALID', 'unit'), 'keep');
    await expect(judge(vimFit, properties, [a], checkContext({ vims: controllers }))).rejects.toThrow('unit');
  });

  it('is unknown when no controller is configured', async () => {
    expect((await judge(vimFit, properties, [a])).map(words)).toEqual(['unknown: no VIM controller is configured']);
  });

  it.each<[string, JsonValue, VimCapacityRequest]>([
    [
      'numeric texts',
      { vCPU: '10', Memory: { quantity: '4.5', unit: 'GB' }, Storage: { quantity: '1e2', unit: 'GB' } },
      { vCPU: 10, memory: { quantity: 4.5, unit: 'GB' }, storage: { quantity: 100, unit: 'GB' } },
    ],
    [
      'quantities without a value, as OSDF sends them',
      { vCPU: 1, Memory: { quantity: '', unit: 'GB' }, Storage: { quantity: null, unit: 'GB' } },
      { vCPU: 1, memory: { quantity: 0, unit: 'GB' }, storage: { quantity: 0, unit: 'GB' } },
    ],
    [
      'plain numbers',
      { Memory: 4, Storage: 5 },
      { vCPU: 0, memory: { quantity: 4, unit: '' }, storage: { quantity: 5, unit: '' } },
    ],
  ])('reads %s', (_what, request, expected) => {
    expect(parsed(vimFit, { request })).toEqual({ request: expected });
  });

  it.each<[string, JsonValue | undefined, string]>([
    ['no request', undefined, "No value specified for property 'request'"],
    ['a request that is none', 'x', "No value specified for property 'request'"],
    ['a negative number', { vCPU: -1 }, "Property 'request > vCPU' must be a number of at least 0"],
    ['words', { Memory: { quantity: 'much' } }, "Property 'request > Memory > quantity' must be"],
    ['an absurd number', { Storage: { quantity: '1e400' } }, "Property 'request > Storage > quantity' must be"],
    ['a mistyped unit', { Storage: { quantity: 1, unit: 5 } }, "The unit of 'request > Storage' must be a text"],
  ])('refuses %s', (_what, request, message) => {
    expect(() => parsed(vimFit, request === undefined ? {} : { request })).toThrow(message);
  });
});
