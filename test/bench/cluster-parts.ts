// What the cluster sections start: a real etcd that syncs to disk, and gateways with some roles on it.
import { setRoom } from '../faults/templates.ts';
import { startSimulators } from '../sim/start.ts';
import { type EtcdServer, startEtcd } from '../support/etcd.ts';
import { type BenchSettings, type Gateway, removeFolder, startGateway, temporaryFolder } from './gateway.ts';

export type Stops = (() => Promise<unknown>)[];

export interface Cluster {
  readonly etcd: EtcdServer;
  /** Resolves when it listens. `roles` as `[gateway] roles` takes them. */
  gateway(roles: string): Promise<Gateway>;
}

/** Mbps: more than all plans of a run reserve. */
const PLENTY = 10_000_000;

export const WORKER_ROLES = 'controller, solver, reservation';

export async function startCluster(settings: BenchSettings, stops: Stops): Promise<Cluster> {
  const etcd = await startEtcd({ durable: true });
  stops.push(() => etcd.stop());
  const simulators = await startSimulators();
  stops.push(() => simulators.stop());
  setRoom(simulators, PLENTY);
  const store = ['[db_options]', 'db_backend = etcd', '[etcd_api]', 'host = 127.0.0.1', `port = ${etcd.port}`];
  return {
    etcd,
    async gateway(roles) {
      const folder = await temporaryFolder();
      stops.push(() => removeFolder(folder));
      const sections = [...simulators.configLines, ...store, '[gateway]', `roles = ${roles}`];
      const gateway = await startGateway({ folder, sections, settings });
      stops.push(() => gateway.stop());
      return gateway;
    },
  };
}

/** Runs the body and then every stop, the newest first. */
export async function stopping<T>(body: (stops: Stops) => Promise<T>): Promise<T> {
  const stops: Stops = [];
  try {
    return await body(stops);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

export function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
