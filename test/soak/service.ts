// What the soak runs: three etcd members, three gateways with every role, a proxy between each of both, the simulators.
import { rmSync } from 'node:fs';
import { PASSWORD } from '../faults/api.ts';
import { type Gateway, listening } from '../faults/cluster.ts';
import { setRoom } from '../faults/templates.ts';
import { type Simulators, startSimulators } from '../sim/start.ts';
import { type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { startProgram, writeConfig } from '../support/program.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** Seconds: what stands still longer is taken for dead. */
export const LEASE_TTL = 5;

/** One of the three places for a gateway; after a kill another process takes it. */
export interface Slot {
  readonly index: number;
  /** To each member, of this slot alone. */
  readonly proxies: readonly TcpProxy[];
  gateway: Gateway;
  /** Lives so far. */
  lives: number;
  /** Nobody is to talk to it now. */
  state: 'serving' | 'frozen' | 'gone';
  /** When the state changed last, ms of the monotonic clock. */
  since: number;
}

export interface Service {
  readonly etcd: EtcdCluster;
  readonly simulators: Simulators;
  readonly slots: readonly Slot[];
  /** Every life so far. */
  readonly gateways: readonly Gateway[];
  /** Starts the next life in this slot, after the last one ended. */
  restart(slot: Slot): Promise<void>;
}

const SLOTS = 3;
/** So that plans take a second, and faults find some in work. */
const UPSTREAM_MS = 60;

/** `room`: Mbps on the targets of the test templates. `onStop` is told of each thing that runs, as soon as it does. */
export async function startService(room: number, onStop: (stop: () => Promise<unknown>) => void): Promise<Service> {
  const etcd = await startEtcdCluster(3);
  onStop(() => etcd.stop());
  const simulators = await startSimulators({ delayMs: UPSTREAM_MS });
  onStop(() => simulators.stop());
  setRoom(simulators, room);
  const config = writeConfig([
    ...simulators.configLines,
    ...['[conductor_api]', `password = ${PASSWORD}`, 'stream_heartbeat = 2'],
    ...['[db_options]', 'db_backend = etcd', '[etcd_api]', 'request_timeout = 2'],
    // A cache that is full within the warm-up: what grows after that is a leak.
    ...['[gateway]', `lease_ttl = ${LEASE_TTL}`, 'drain_timeout = 5', 'document_cache = 1'],
    // Reads are tried again as in a deployment, but nobody waits half a minute for a simulator.
    ...['[aai]', 'aai_rest_timeout = 5', '[sdnc]', 'sdnc_rest_timeout = 5'],
  ]);
  onStop(async () => rmSync(config.folder, { recursive: true, force: true }));
  const gateways: Gateway[] = [];
  onStop(() => Promise.all(gateways.map(({ program }) => program.kill('SIGKILL'))));
  // A judge that dies leaves none behind.
  process.once('exit', () => {
    for (const { program } of gateways) program.child.kill('SIGKILL');
  });
  const launch = async (name: string, proxies: readonly TcpProxy[]) => {
    const program = startProgram(['serve', '--config-file', config.file], {
      OS_GATEWAY__INSTANCE_NAME: name,
      OS_ETCD_API__HOST: proxies.map(({ port }) => `127.0.0.1:${port}`).join(','),
      // So that its heap can be collected and measured from outside.
      NODE_OPTIONS: '--inspect=127.0.0.1:0',
    });
    onStop(() => program.kill('SIGKILL'));
    const made = await listening(name, program);
    gateways.push(made);
    return made;
  };
  const slots: Slot[] = [];
  for (let index = 0; index < SLOTS; index += 1) {
    const proxies = await Promise.all(etcd.members.map(({ port }) => startTcpProxy(port)));
    onStop(() => Promise.all(proxies.map((proxy) => proxy.stop())));
    const gateway = await launch(`g${index + 1}-1`, proxies);
    slots.push({ index, proxies, gateway, lives: 1, state: 'serving', since: performance.now() });
  }
  return {
    etcd,
    simulators,
    slots,
    gateways,
    async restart(slot) {
      slot.lives += 1;
      slot.gateway = await launch(`g${slot.index + 1}-${slot.lives}`, slot.proxies);
      setState(slot, 'serving');
    },
  };
}

export function setState(slot: Slot, state: Slot['state']): void {
  slot.state = state;
  slot.since = performance.now();
}
