// Which member of etcd a call goes to when one of them does not answer.
import { expect, it } from 'vitest';
import { HostHealth } from '../../src/store/etcd/hosts.ts';
import { SkippingClock } from './rigs.ts';

type Call = () => Promise<unknown>;
const policyOf = (health: HostHealth, host: string) => {
  const policy = health.policy(host) as unknown as { execute(call: Call): Promise<unknown> };
  return (call: Call) => policy.execute(call);
};
const answers: Call = () => new Promise((resolve) => setTimeout(() => resolve('answer'), 1));
const silent: Call = () => Promise.reject(new Error('4 DEADLINE_EXCEEDED: Deadline exceeded'));
const tooLarge: Call = () => Promise.reject(new Error('3 INVALID_ARGUMENT: etcdserver: request is too large'));

it('a member that did not answer is left out for a while, then asked again, and is whole when it answers', async () => {
  const clock = new SkippingClock();
  const health = new HostHealth(clock);
  const [first, second] = [policyOf(health, 'first'), policyOf(health, 'second')];
  await expect(first(silent)).rejects.toThrow('DEADLINE');
  await expect(first(answers)).rejects.toThrow('first rests');
  expect(await second(answers)).toBe('answer');
  clock.skip(2_100);
  await expect(first(silent)).rejects.toThrow('DEADLINE');
  clock.skip(2_100);
  await expect(first(answers)).rejects.toThrow('first rests');
  clock.skip(2_000);
  expect(await first(answers)).toBe('answer');
  await expect(first(silent)).rejects.toThrow('DEADLINE');
  clock.skip(2_100);
  expect(await first(answers)).toBe('answer');
});

it('an error of the caller is none of the member', async () => {
  const health = new HostHealth(new SkippingClock());
  const [first] = [policyOf(health, 'first'), policyOf(health, 'second')];
  await expect(first(tooLarge)).rejects.toThrow('too large');
  expect(await first(answers)).toBe('answer');
});

it('when no member answers, or there is but one, every call goes through', async () => {
  const health = new HostHealth(new SkippingClock());
  const both = [policyOf(health, 'first'), policyOf(health, 'second')];
  for (const host of both) await expect(host(silent)).rejects.toThrow('DEADLINE');
  expect(await Promise.all(both.map((host) => host(answers)))).toEqual(['answer', 'answer']);
  const alone = policyOf(new HostHealth(new SkippingClock()), 'alone');
  await expect(alone(silent)).rejects.toThrow('DEADLINE');
  expect(await alone(answers)).toBe('answer');
});
