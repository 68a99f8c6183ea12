// A signal that follows others as long as it is told to, and leaves nothing with them after that.
import { setMaxListeners } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { linkedSignal } from '../../src/lib/linked-signal.ts';
import { followersOf } from '../support/followers.ts';

const warnings: Error[] = [];
const note = (warning: Error) => void warnings.push(warning);
afterEach(() => process.off('warning', note));

test('it is aborted with the first of its sources, for its reason, and the others are let go of', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const { signal } = linkedSignal(one.signal, undefined, other.signal);
  expect([signal.aborted, followersOf(one.signal), followersOf(other.signal)]).toEqual([false, 1, 1]);
  const reason = new Error('the process leaves');
  other.abort(reason);
  one.abort(new Error('too late'));
  expect(signal.reason).toBe(reason);
  expect([followersOf(one.signal), followersOf(other.signal)]).toEqual([0, 0]);
});

test('a source that is aborted already aborts it at once, and nothing is left with the others', () => {
  const alive = new AbortController();
  const { signal } = linkedSignal(alive.signal, AbortSignal.abort('gone'), alive.signal);
  expect([signal.aborted, signal.reason, followersOf(alive.signal)]).toEqual([true, 'gone', 0]);
});

test('unlinked, it stays as it is, and a process-lived source keeps nothing of it', () => {
  const lived = new AbortController();
  setMaxListeners(0, lived.signal);
  const links = Array.from({ length: 1000 }, () => linkedSignal(lived.signal, new AbortController().signal));
  for (const { unlink } of links) unlink();
  expect(followersOf(lived.signal)).toBe(0);
  lived.abort();
  expect(links.some(({ signal }) => signal.aborted)).toBe(false);
});

test('it can be aborted alone, with a reason or the usual one', () => {
  const source = new AbortController();
  const [reasoned, plain] = [linkedSignal(source.signal), linkedSignal(source.signal)];
  reasoned.abort('late');
  plain.abort();
  expect([reasoned.signal.reason, (plain.signal.reason as Error).name]).toEqual(['late', 'AbortError']);
  expect([source.signal.aborted, followersOf(source.signal)]).toEqual([false, 0]);
});

test('one source twice is one listener, and without sources it is aborted by nobody else', () => {
  const source = new AbortController();
  linkedSignal(source.signal, source.signal);
  expect(followersOf(source.signal)).toBe(1);
  expect(linkedSignal().signal.aborted).toBe(false);
});

test('many calls of one piece of work may listen without a warning', async () => {
  process.on('warning', note);
  const { signal } = linkedSignal(new AbortController().signal);
  for (let at = 0; at < 50; at += 1) signal.addEventListener('abort', () => undefined);
  // Warnings come in a later turn.
  await new Promise(setImmediate);
  expect(warnings).toEqual([]);
});
