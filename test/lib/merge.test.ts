// Several sources read as one.
import { expect, test } from 'vitest';
import { Merged } from '../../src/lib/merge.ts';

async function* listed<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

async function all<T>(merged: Merged<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of merged.items()) out.push(item);
  return out;
}

test('every item of every source comes, each source in its order, and the end with the last', async () => {
  const merged = new Merged<string>();
  for (const name of ['a', 'b']) merged.add(listed(`${name}1`, `${name}2`, `${name}3`));
  const items = await all(merged);
  expect(items.filter((item) => item.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  expect(items.filter((item) => item.startsWith('b'))).toEqual(['b1', 'b2', 'b3']);
  expect(await all(new Merged())).toEqual([]);
});

test('a source may be added while the others are read', async () => {
  const merged = new Merged<number>();
  merged.add(listed(1, 2));
  const out: number[] = [];
  for await (const item of merged.items()) {
    if (item === 1) merged.add(listed(10));
    out.push(item);
  }
  expect(out.sort((a, b) => a - b)).toEqual([1, 2, 10]);
});

test('whoever stops reading closes what is open, waits for none of it, and hears of no trouble there', async () => {
  const closed: string[] = [];
  /** Yields once; then its `next` never answers. */
  const source = (name: string, onReturn: () => Promise<void>): AsyncIterable<string> => {
    const first = [name];
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => (first.length > 0 ? Promise.resolve({ value: first.pop() ?? '' }) : new Promise(() => {})),
        async return() {
          closed.push(name);
          await onReturn();
          return { done: true, value: undefined };
        },
      }),
    };
  };
  const merged = new Merged<string>();
  merged.add(source('hangs', () => new Promise(() => {})));
  merged.add(source('fails', () => Promise.reject(new Error('already gone'))));
  merged.add(listed());
  merged.add({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
  const out: string[] = [];
  for await (const item of merged.items()) {
    out.push(item);
    if (out.length === 2) break;
  }
  expect([out, closed]).toEqual([
    ['hangs', 'fails'],
    ['hangs', 'fails'],
  ]);
});

test('a source that fails fails the whole, and nothing is asked of a source whose item was not taken', async () => {
  const merged = new Merged<number>();
  let asked = 0;
  const source = async function* () {
    for (;;) yield ++asked;
  };
  merged.add(source());
  const reader = merged.items();
  await reader.next();
  expect(asked).toBe(1);
  merged.add({
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no more')) }),
  });
  await expect(
    (async () => {
      for await (const _ of reader);
    })(),
  ).rejects.toThrow('no more');
});
