// The record of what was asked: complete, in a stable order, bounded, and silent about what it does not hold.
import { describe, expect, it } from 'vitest';
import { Questions } from '../../../../src/engine/solve/framework/questions.ts';

const nobody = async () => {
  throw new Error('asked');
};

describe('the record of questions', () => {
  it('answers what it holds and nothing else, and asks nobody', async () => {
    const live = new Questions();
    const long = 'x'.repeat(500);
    await live.ask('roles', ['b', '__proto__', long], async (keys) => keys.map((key) => ({ key: key.length })));
    const record = JSON.parse(JSON.stringify(live.dump()));
    const sealed = new Questions(record);
    expect(await sealed.ask('roles', [long, 'c', '__proto__', 'b'], nobody)).toEqual([
      { key: 500 },
      undefined,
      { key: 9 },
      { key: 1 },
    ]);
    expect(await sealed.ask('other', ['b'], nobody)).toEqual([undefined]);
    expect(JSON.stringify(record)).not.toContain(long);
  });

  it('is the same text whoever asked first', async () => {
    const dumps = await Promise.all(
      [
        ['a', 'b'],
        ['b', 'a'],
      ].map(async (keys) => {
        const questions = new Questions();
        for (const key of keys) await questions.ask(key, [key, 'z'], async (missing) => missing);
        return JSON.stringify(questions.dump());
      }),
    );
    expect(dumps[0]).toBe(dumps[1]);
  });

  it('leaves out what failed and what has no answer, and is null for nothing', async () => {
    const questions = new Questions();
    await questions.ask('roles', ['a'], nobody).catch(() => null);
    await questions.ask('other', ['a'], async () => []);
    expect(questions.dump()).toBeNull();
  });

  it('stops at its limit and says that it did', async () => {
    const questions = new Questions();
    await questions.ask('roles', ['a', 'b', 'c'], async (keys) => keys);
    const dump = questions.dump(30);
    expect(dump).toEqual({ answers: { roles: { a: 'a' } }, truncated: true });
  });
});
