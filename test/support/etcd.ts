// A real etcd for tests: own data folder, free ports on loopback, stopped by its process id.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureEtcd } from '../../scripts/ensure-etcd.ts';

export interface EtcdServer {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string;
  readonly port: number;
  /** `https://127.0.0.1:port`; only with `tls`. */
  readonly secureEndpoint: string;
  /** As `[etcd_api] host` takes it. */
  readonly hosts: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
  /** Sends the signal; resolves when the process is gone for SIGKILL and SIGTERM. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port, after `kill`; `wipe` empties its data first. */
  restart(options?: { readonly wipe?: boolean }): Promise<void>;
  /** Forgets the history before the revision, with its data. */
  compact(revision: number): Promise<void>;
}

export interface EtcdServerOptions {
  /** Keep fsync on. @default false */
  readonly durable?: boolean;
  /** Pause between two progress notifications of an idle watch. @default '500ms' */
  readonly progressInterval?: string;
  /** Serves TLS, too. */
  readonly tls?: {
    readonly serverCert: string;
    readonly serverKey: string;
    /** Who signs the certificates that clients must have; absent: they need none. */
    readonly clientCa?: string;
  };
  /** More words of the command line. */
  readonly args?: readonly string[];
}

/** Resolves when it answers. */
export async function startEtcd(options: EtcdServerOptions = {}): Promise<EtcdServer> {
  const binary = ensureEtcd();
  const dataDir = mkdtempSync(join(tmpdir(), 'etcd-'));
  const [port = 0, peerPort = 0, securePort = 0] = await freePorts(3);
  const endpoint = `http://127.0.0.1:${port}`;
  const secureEndpoint = `https://127.0.0.1:${securePort}`;
  const listen = options.tls ? `${endpoint},${secureEndpoint}` : endpoint;
  const args = [
    ...['--data-dir', dataDir, '--name', 'test', '--logger', 'zap', '--log-outputs', '/dev/null'],
    ...['--listen-client-urls', listen, '--advertise-client-urls', endpoint],
    ...tlsArgs(options),
    ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
    ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peerPort}`],
    ...['--initial-cluster', `test=http://127.0.0.1:${peerPort}`],
    ...['--experimental-watch-progress-notify-interval', options.progressInterval ?? '500ms'],
    ...(options.durable ? [] : ['--unsafe-no-fsync']),
    ...(options.args ?? []),
  ];
  const start = async (generation: number) => {
    // A wiped cluster is another cluster: the token goes into its id.
    const child = spawn(binary, [...args, '--initial-cluster-token', `t${port}-${generation}`], { stdio: 'ignore' });
    await ready(child, endpoint);
    return child;
  };
  let generation = 0;
  let child = await start(generation);
  // A test that fails before it stops its server leaves none behind.
  const atExit = () => child.kill('SIGKILL');
  process.once('exit', atExit);
  const kill = async (signal: NodeJS.Signals) => {
    const gone = once(child, 'exit');
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await gone;
  };
  return {
    endpoint,
    port,
    secureEndpoint,
    hosts: `127.0.0.1:${port}`,
    dataDir,
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    async stop() {
      process.removeListener('exit', atExit);
      child.kill('SIGCONT');
      await kill('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    },
    async restart({ wipe = false } = {}) {
      if (wipe) {
        rmSync(dataDir, { recursive: true, force: true });
        generation += 1;
      }
      child = await start(generation);
    },
    async compact(revision) {
      await post(`${endpoint}/v3/kv/compaction`, { revision, physical: true });
    },
  };
}

function tlsArgs({ tls }: EtcdServerOptions): readonly string[] {
  if (!tls) return [];
  const client = tls.clientCa ? ['--client-cert-auth', '--trusted-ca-file', tls.clientCa] : [];
  return ['--cert-file', tls.serverCert, '--key-file', tls.serverKey, ...client];
}

/** Asks a linearisable question until it is answered: the server has then elected itself. */
export async function ready(child: ChildProcess, endpoint: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('etcd ended while it started');
    try {
      await post(`${endpoint}/v3/kv/range`, { key: Buffer.from('ready').toString('base64') });
      return;
    } catch (error) {
      // Refusing a stranger is an answer too.
      if (error instanceof Error && error.message.includes('user name is empty')) return;
      await pause(25);
    }
  }
  throw new Error(`etcd does not answer at ${endpoint}`);
}

/** Calls etcd's JSON gateway. Throws for an answer that is not 2xx, and after five seconds. */
export async function post(url: string, body: object): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(5_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** So many different ports of the loopback that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen()));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
