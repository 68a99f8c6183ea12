// A real etcd of several members for tests: loopback, free ports, own folders; each member is killed, stopped and started again
// by its process id, and the whole is wiped, copied and put back.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureEtcd } from '../../scripts/ensure-etcd.ts';
import { freePorts, post, ready } from './etcd.ts';

export interface EtcdMember {
  readonly name: string;
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  readonly running: boolean;
  /** Sends the signal; resolves when the process is gone for SIGKILL and SIGTERM. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on its port and data, after `kill`. Resolves at once: whether it can serve depends on the others too. */
  start(): void;
}

export interface EtcdCluster {
  readonly members: readonly EtcdMember[];
  /** As `[etcd_api] host` takes it. */
  readonly hosts: string;
  /** Of a member that runs. */
  readonly endpoint: string;
  /** The member that leads now; waits for an election that is under way. */
  leader(): Promise<EtcdMember>;
  /** Resolves when a linearisable read is answered by every member that runs. */
  ready(): Promise<void>;
  /** Every member at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** All members start again, after `kill`; resolves when they answer. `wipe`: with no data, as another cluster. */
  restart(options?: { readonly wipe?: boolean }): Promise<void>;
  /** Copies the data aside, after `kill`. */
  save(): void;
  /** Puts the copy in place of the data, after `kill`: the same cluster, further back in time. */
  putBack(): void;
  compact(revision: number): Promise<void>;
  revision(): Promise<number>;
  stop(): Promise<void>;
}

interface Status {
  readonly header: { readonly member_id: string };
  readonly leader?: string;
}

/** Resolves when it has a leader. `args`: more words of each command line. */
export async function startEtcdCluster(size = 3, extra: readonly string[] = []): Promise<EtcdCluster> {
  const binary = ensureEtcd();
  const folder = mkdtempSync(join(tmpdir(), 'etcd-cluster-'));
  const ports = await freePorts(size * 2);
  const all = Array.from({ length: size }, (_, at) => ({ name: `m${at}`, peer: ports[size + at] ?? 0 }));
  const initial = all.map(({ name, peer }) => `${name}=http://127.0.0.1:${peer}`).join(',');
  let generation = 0;
  const command = (name: string, port: number, peer: number) => [
    ...['--data-dir', join(folder, name), '--name', name, '--logger', 'zap', '--log-outputs', '/dev/null'],
    ...['--listen-client-urls', `http://127.0.0.1:${port}`, '--advertise-client-urls', `http://127.0.0.1:${port}`],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
    // A wiped cluster is another cluster: the token goes into its id.
    ...['--initial-cluster', initial, '--initial-cluster-token', `t${ports[0]}-${generation}`],
    ...['--experimental-watch-progress-notify-interval', '500ms', '--unsafe-no-fsync', ...extra],
  ];
  const members = all.map(({ name, peer }, at) =>
    createMember(name, ports[at] ?? 0, (port) => {
      return spawn(binary, command(name, port, peer), { stdio: 'ignore' });
    }),
  );
  const alive = () => members.filter(({ running }) => running);
  const data = (name: string) => join(folder, name);
  const cluster: EtcdCluster = {
    members,
    hosts: members.map(({ port }) => `127.0.0.1:${port}`).join(','),
    get endpoint() {
      return (alive()[0] ?? members[0])?.endpoint ?? '';
    },
    async leader() {
      for (;;) {
        for (const { endpoint } of alive()) {
          const leading = await leaderAt(endpoint, members);
          if (leading) return leading;
        }
        await pause(25);
      }
    },
    async ready() {
      await Promise.all(alive().map((member) => ready(member.child(), member.endpoint)));
    },
    async kill(signal) {
      await Promise.all(members.map((member) => member.kill(signal)));
    },
    async restart({ wipe = false } = {}) {
      if (wipe) {
        generation += 1;
        for (const { name } of members) rmSync(data(name), { recursive: true, force: true });
      }
      for (const member of members) member.start();
      await cluster.ready();
    },
    save() {
      for (const { name } of members) cpSync(data(name), data(`${name}.saved`), { recursive: true, force: true });
    },
    putBack() {
      for (const { name } of members) {
        rmSync(data(name), { recursive: true, force: true });
        cpSync(data(`${name}.saved`), data(name), { recursive: true });
      }
    },
    async compact(revision) {
      await post(`${cluster.endpoint}/v3/kv/compaction`, { revision, physical: true });
    },
    async revision() {
      const key = Buffer.from('none').toString('base64');
      const { header } = (await post(`${cluster.endpoint}/v3/kv/range`, { key })) as { header: { revision: string } };
      return Number(header.revision);
    },
    async stop() {
      for (const member of members) member.child().kill('SIGCONT');
      await cluster.kill('SIGKILL');
      process.removeListener('exit', atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  // A test that fails before it stops its servers leaves none behind.
  const atExit = () => {
    for (const member of members) member.child().kill('SIGKILL');
  };
  process.once('exit', atExit);
  await cluster.ready();
  return cluster;
}

type Member = EtcdMember & { child(): ChildProcess };

function createMember(name: string, port: number, launch: (port: number) => ChildProcess): Member {
  let child = launch(port);
  return {
    name,
    port,
    endpoint: `http://127.0.0.1:${port}`,
    child: () => child,
    get pid() {
      return child.pid ?? 0;
    },
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await gone;
    },
    start() {
      child = launch(port);
    },
  };
}

/** The member that leads by the word of the one at this endpoint; null while it knows of none. */
async function leaderAt(endpoint: string, members: readonly EtcdMember[]): Promise<EtcdMember | null> {
  const said = await statusOf(endpoint);
  if (!said?.leader || said.leader === '0') return null;
  for (const member of members.filter(({ running }) => running)) {
    const own = await statusOf(member.endpoint);
    if (own?.header.member_id === said.leader) return member;
  }
  return null;
}

async function statusOf(endpoint: string): Promise<Status | null> {
  return post(`${endpoint}/v3/maintenance/status`, {}).then(
    (answer) => answer as Status,
    () => null,
  );
}
