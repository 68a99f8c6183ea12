// The faults of the soak. Each says in words what it does, does it, and has put everything right again when it resolves.

import type { Simulators } from '../sim/start.ts';
import type { EtcdMember } from '../support/etcd-cluster.ts';
import type { Numbers } from './numbers.ts';
import { LEASE_TTL, type Service, type Slot, setState } from './service.ts';

/** What a blow may do besides the service itself. */
export interface Scene {
  readonly service: Service;
  readonly numbers: Numbers;
  /** Resolves early when the soak is stopped. */
  readonly pause: (seconds: number) => Promise<void>;
  /** Clients are told who listens now. */
  readonly moved: () => Promise<void>;
}

type Blow = (scene: Scene) => { readonly words: string; readonly done: Promise<void> };

/** Longer than a lease, so that others take its plans over. */
const BEYOND_LEASE = LEASE_TTL + 4;

/** The third gateway is frozen and cut off like the others, and lives as long as the soak: its memory is judged over all of it. */
function mortal({ service, numbers }: Scene): Slot {
  return numbers.pick(service.slots.slice(0, 2));
}

async function end(scene: Scene, slot: Slot, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  setState(slot, 'gone');
  const gone = slot.gateway.program.kill(signal);
  await scene.moved();
  await gone;
  await scene.pause(3);
  await scene.service.restart(slot);
  await scene.moved();
}

const endGateway =
  (signal: 'SIGKILL' | 'SIGTERM', words: string): Blow =>
  (scene) => {
    const slot = mortal(scene);
    return { words: `${words} ${slot.gateway.name}`, done: end(scene, slot, signal) };
  };

const freezeGateway: Blow = (scene) => {
  const slot = scene.numbers.pick(scene.service.slots);
  const { child } = slot.gateway.program;
  const run = async () => {
    setState(slot, 'frozen');
    child.kill('SIGSTOP');
    await scene.pause(BEYOND_LEASE);
    child.kill('SIGCONT');
    setState(slot, 'serving');
    await scene.moved();
  };
  return { words: `SIGSTOP of ${slot.gateway.name} for ${BEYOND_LEASE} s`, done: run() };
};

async function endMember({ pause }: Scene, member: EtcdMember): Promise<void> {
  await member.kill('SIGKILL');
  await pause(6);
  member.start();
}

const killMember: Blow = (scene) => {
  const member = scene.numbers.pick(scene.service.etcd.members);
  return { words: `kill -9 of etcd member ${member.name} for 6 s`, done: endMember(scene, member) };
};

const killLeader: Blow = (scene) => ({
  words: 'kill -9 of the leader of etcd for 6 s',
  done: scene.service.etcd.leader().then((leader) => endMember(scene, leader)),
});

const freezeMember: Blow = (scene) => {
  const member = scene.numbers.pick(scene.service.etcd.members);
  const run = async () => {
    await member.kill('SIGSTOP');
    await scene.pause(8);
    await member.kill('SIGCONT');
  };
  return { words: `SIGSTOP of etcd member ${member.name} for 8 s`, done: run() };
};

const cut: Blow = (scene) => {
  const slot = scene.numbers.pick(scene.service.slots);
  for (const proxy of slot.proxies) proxy.cut();
  return { words: `all connections of ${slot.gateway.name} to etcd reset`, done: Promise.resolve() };
};

const partition: Blow = (scene) => {
  const slot = scene.numbers.pick(scene.service.slots);
  const run = async () => {
    for (const proxy of slot.proxies) proxy.partition();
    await scene.pause(BEYOND_LEASE);
    for (const proxy of slot.proxies) proxy.heal();
  };
  return { words: `${slot.gateway.name} cut off from etcd for ${BEYOND_LEASE} s`, done: run() };
};

const compact: Blow = ({ service: { etcd } }) => ({
  words: 'etcd forgets all history',
  done: etcd.revision().then((revision) => etcd.compact(revision)),
});

const upstream =
  (system: 'aai' | 'sdnc', how: 'status' | 'delay'): Blow =>
  (scene) => {
    const { faults } = scene.service.simulators[system] satisfies Simulators['aai'] | Simulators['sdnc'];
    const stop = faults.add(how === 'status' ? { kind: 'status', status: 503 } : { kind: 'delay', delayMs: 1_500 });
    const seconds = 5 + scene.numbers.below(6);
    const name = system === 'aai' ? 'A&AI' : 'SDN-C';
    const words = `${name} ${how === 'status' ? 'answers 503' : 'takes 1.5 s for each answer'} for ${seconds} s`;
    return { words, done: scene.pause(seconds).then(stop) };
  };

export const BLOWS: readonly Blow[] = [
  endGateway('SIGKILL', 'kill -9 and restart of'),
  endGateway('SIGTERM', 'SIGTERM and restart of'),
  freezeGateway,
  killMember,
  killLeader,
  freezeMember,
  cut,
  partition,
  compact,
  upstream('aai', 'status'),
  upstream('aai', 'delay'),
  upstream('sdnc', 'status'),
  upstream('sdnc', 'delay'),
];

/** Every kind comes once before any comes again, in an order that the numbers decide. */
export function* blowsOf(numbers: Numbers): Generator<Blow, never> {
  for (;;) yield* numbers.shuffled(BLOWS);
}
