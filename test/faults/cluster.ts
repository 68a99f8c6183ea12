// Real gateways (dist/main.js) on a real etcd or on the embedded store, with simulators on real sockets around them.
import { rmSync } from 'node:fs';
import { type Simulators, startSimulators } from '../sim/start.ts';
import { type EtcdServer, post, startEtcd } from '../support/etcd.ts';
import { type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { type LogLine, type Program, startProgram, writeConfig } from '../support/program.ts';
import { Api, PASSWORD } from './api.ts';
import { INVALID, MARKER, setRoom } from './templates.ts';
import { Watcher } from './watcher.ts';

/** `npm run test:faults` runs the whole matrix; `npm test` a short form of it. */
export const FULL = process.env['CONDUCTOR_TEST_FAULTS'] === 'full';

/** Seconds; the least that etcd grants: so a dead worker is noticed soon, and a busy machine may take a living one for dead. */
const SHORT_LEASE = 2;
/** Where nobody is to be taken for dead, however busy the machine is. */
export const LONG_LEASE = 600;

export interface Gateway {
  /** Written into plans as owner and actor. */
  readonly name: string;
  readonly program: Program;
  readonly api: Api;
}

export interface GatewayOptions {
  /** @default all */
  readonly roles?: string;
  /** Port of a proxy to etcd. */
  readonly etcdPort?: number;
  /** `[etcd_api] host`, where it is neither a proxy nor the whole store. */
  readonly hosts?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What the gateways keep their state in. */
interface StoreServers {
  readonly hosts: string;
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface Cluster<Store extends StoreServers = EtcdServer> {
  readonly simulators: Simulators;
  readonly etcd: Store;
  /** The gateway that tests talk to: it serves and works on nothing. */
  readonly front: Gateway;
  /** Has seen everything since before the first plan. */
  readonly watcher: Watcher;
  /** Every gateway started so far. */
  readonly gateways: readonly Gateway[];
  /** Keys of claims and queue entries in etcd: none when every plan has ended. */
  leftovers(): Promise<string[]>;
  /** Resolves when it listens. */
  gateway(name: string, options?: GatewayOptions): Promise<Gateway>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** More lines of conductor.conf. */
  readonly lines?: readonly string[];
  /** Mbps on the targets of the test templates. @default plenty */
  readonly room?: number;
  /** Seconds. @default 2 on etcd, 600 on the embedded store, where a new life need not wait for the leases of the last */
  readonly leaseTtl?: number;
  /** Logs at level debug. */
  readonly debug?: boolean;
  /** More words of etcd's command line. */
  readonly etcdArgs?: readonly string[];
  /** Password of etcd's user `root`, whom it asks for then; for `startCluster`. */
  readonly etcdPassword?: string;
  /** Of the process, for `startSingle`. */
  readonly env?: Readonly<Record<string, string>>;
  /** What its process takes for `/etc/hosts`, for `startSingle`. */
  readonly hostsFile?: string;
  /** Instead of new ones over the usual world; they are stopped with the rest. */
  readonly simulators?: Simulators;
}

/** Three gateways of any mix of roles on an etcd of three members. */
export type Service = Cluster<EtcdCluster>;

const PLENTY = 1_000_000;
/** Plans in work at once in each stage of a gateway, where a test does not say otherwise. */
const WORKERS = ['[controller]', 'workers = 4', '[reservation]', 'workers = 4'];

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const etcd = await startEtcd({ args: options.etcdArgs ?? [] });
  const { etcdPassword: password } = options;
  if (password !== undefined) await lock(etcd, password);
  return gatewaysOn(etcd, options);
}

/** From now on etcd serves `root` with this password alone. */
async function lock({ endpoint }: EtcdServer, password: string): Promise<void> {
  await post(`${endpoint}/v3/auth/user/add`, { name: 'root', password });
  await post(`${endpoint}/v3/auth/role/add`, { name: 'root' });
  await post(`${endpoint}/v3/auth/user/grant`, { user: 'root', role: 'root' });
  await post(`${endpoint}/v3/auth/enable`, {});
}

/** The same on three members. */
export async function startService(options: ClusterOptions = {}): Promise<Service> {
  return gatewaysOn(await startEtcdCluster(3, options.etcdArgs), options);
}

async function gatewaysOn<Store extends StoreServers>(etcd: Store, options: ClusterOptions): Promise<Cluster<Store>> {
  const simulators = options.simulators ?? (await startSimulators());
  setRoom(simulators, options.room ?? PLENTY);
  const config = writeConfig([
    ...simulators.configLines,
    ...['[conductor_api]', `password = ${PASSWORD}`],
    ...['[db_options]', 'db_backend = etcd', '[etcd_api]', 'request_timeout = 2'],
    ...(options.etcdPassword === undefined ? [] : ['username = root', `password = ${options.etcdPassword}`]),
    ...['[gateway]', `lease_ttl = ${options.leaseTtl ?? SHORT_LEASE}`],
    ...(options.debug ? ['[DEFAULT]', 'debug = true'] : []),
    ...(options.lines ?? WORKERS),
  ]);
  const started: Gateway[] = [];
  const gateway = async (name: string, { roles, etcdPort, hosts, env }: GatewayOptions = {}): Promise<Gateway> => {
    const args = ['serve', '--config-file', config.file, ...(roles ? ['--roles', roles] : [])];
    const store = hosts ?? (etcdPort === undefined ? etcd.hosts : `127.0.0.1:${etcdPort}`);
    const own = { OS_GATEWAY__INSTANCE_NAME: name, OS_ETCD_API__HOST: store, ...env };
    const made = await listening(name, startProgram(args, own));
    started.push(made);
    return made;
  };
  const front = await gateway('front', { roles: 'api' });
  const watcher = await Watcher.after(front.api, await front.api.create(MARKER, INVALID));
  return {
    simulators,
    etcd,
    front,
    watcher,
    gateways: started,
    gateway,
    leftovers: () => keysOf(etcd, /^conductor\/gateway\/(claims|queue)\//),
    async stop() {
      await watcher.stop();
      await Promise.all(started.map(({ program }) => program.kill('SIGKILL')));
      await Promise.all([simulators.stop(), etcd.stop()]);
      rmSync(config.folder, { recursive: true, force: true });
    },
  };
}

/** Keys that match, with the endpoint of any member. */
export async function keysOf(etcd: { readonly endpoint: string }, match: RegExp): Promise<string[]> {
  const all = Buffer.from([0]).toString('base64');
  const body = JSON.stringify({ key: all, range_end: all, keys_only: true });
  const answer = await fetch(`${etcd.endpoint}/v3/kv/range`, { method: 'POST', body });
  const { kvs = [] } = (await answer.json()) as { kvs?: readonly { readonly key: string }[] };
  return kvs.map(({ key }) => Buffer.from(key, 'base64').toString()).filter((key) => match.test(key));
}

/** Resolves when the program listens. */
export async function listening(name: string, program: Program): Promise<Gateway> {
  const { url } = await program.logged('listening');
  return { name, program, api: new Api(() => String(url)) };
}

export interface Single {
  readonly simulators: Simulators;
  /** Talks to the process that runs now. */
  readonly api: Api;
  readonly watcher: Watcher;
  readonly program: Program;
  /** Every life so far. */
  readonly gateways: readonly Gateway[];
  /** `kill -9`, then the same folder again. */
  restart(): Promise<void>;
  /** Starts it again after its end. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** One gateway with every role on the embedded store. */
export async function startSingle(options: ClusterOptions = {}): Promise<Single> {
  const simulators = options.simulators ?? (await startSimulators());
  setRoom(simulators, options.room ?? PLENTY);
  const config = writeConfig([
    ...simulators.configLines,
    ...['[conductor_api]', `password = ${PASSWORD}`],
    ...['[gateway]', `lease_ttl = ${options.leaseTtl ?? LONG_LEASE}`, 'drain_timeout = 1'],
    ...(options.lines ?? WORKERS),
  ]);
  const lives: Gateway[] = [];
  let count = 0;
  const life = async () => {
    count += 1;
    const name = `life-${count}`;
    const env = { OS_GATEWAY__INSTANCE_NAME: name, ...options.env };
    const made = await listening(name, startProgram(['serve', '--config-file', config.file], env, options.hostsFile));
    lives.push(made);
    return made;
  };
  let current = await life();
  const api = new Api(() => current.api.url);
  const watcher = await Watcher.after(api, await api.create(MARKER, INVALID));
  const start = async () => {
    current = await life();
  };
  return {
    simulators,
    api,
    watcher,
    get program() {
      return current.program;
    },
    gateways: lives,
    start,
    async restart() {
      await current.program.kill('SIGKILL');
      await start();
    },
    async stop() {
      await watcher.stop();
      await current.program.kill('SIGKILL');
      await simulators.stop();
      rmSync(config.folder, { recursive: true, force: true });
    },
  };
}

/** The next log line with this message; what was logged before does not count. */
export function loggedFromNow(program: Program, message: RegExp): Promise<LogLine> {
  const old = new Set(program.log);
  return program.logged((line) => message.test(line.message ?? '') && !old.has(line));
}

/** A promise and what resolves it. */
export function gate(): { readonly promise: Promise<void>; readonly release: () => void } {
  let release = () => {};
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}
