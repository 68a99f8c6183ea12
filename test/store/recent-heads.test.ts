// What the memory of heads keeps, and what it does not keep alive.
import { describe, expect, it } from 'vitest';
import { RecentHeads } from '../../src/store/recent-heads.ts';

const head = (id: string, revision: number, text = `head ${revision}`) => ({
  key: `plans/${id}`,
  value: Buffer.from(text),
  modRevision: revision,
});

describe('recent heads', () => {
  it('are the newest that were told, whatever the order', () => {
    const heads = new RecentHeads();
    for (const revision of [7, 9, 8]) heads.remember(head('a', revision));
    expect(heads.get('a')).toMatchObject({ modRevision: 9, value: Buffer.from('head 9') });
    heads.forget('a');
    expect(heads.get('a')).toBeNull();
  });

  it('keep no message alive that they came in', () => {
    const heads = new RecentHeads();
    const message = Buffer.alloc(64_000, 'x');
    heads.remember({ ...head('a', 1), value: message.subarray(10, 110) });
    heads.remember(head('b', 2, 'a view of the slab that Node shares out'));
    for (const id of ['a', 'b']) {
      const value = heads.get(id)?.value;
      expect(value?.buffer.byteLength).toBe(value?.byteLength);
    }
  });

  it('are bounded: the one told longest ago goes first', () => {
    const heads = new RecentHeads();
    for (let at = 0; at <= 1_024; at += 1) heads.remember(head(`p${at}`, at + 1));
    expect(heads.get('p0')).toBeNull();
    expect(heads.get('p1')).not.toBeNull();
  });
});
