// A line that really loses packets: a network namespace of its own through which connections to this host are led and led back, and
// which drops a share of the packets on their way (netem where the kernel has it, which delays them too; else nftables). What is
// lost is repeated by TCP itself, with its own time-outs.
import { execFileSync } from 'node:child_process';
import { ensureTool } from '../../scripts/ensure-tool.ts';

export interface LossyLine {
  /** Where clients connect to: a connection to a port of this address comes to the same port of `behind`. */
  readonly address: string;
  /** An address of this host, for servers to listen on. */
  readonly behind: string;
  /** The line delays the packets itself. */
  readonly delays: boolean;
  /** How the line was made. */
  readonly words: string;
  /** Packets that it has lost so far; null where nobody counts. */
  dropped(): number | null;
  stop(): Promise<void>;
}

export interface LossyLineOptions {
  /** Per cent of the packets, in each direction. */
  readonly lossPercent: number;
  /** Of each packet, in each direction, in ms; only by netem. */
  readonly delayMs: number;
}

const RULES = `table ip line {
  chain in { type nat hook prerouting priority -100; dnat to BEHIND; }
  chain out { type nat hook postrouting priority 100; snat to ADDRESS; }
  chain lossy { type filter hook forward priority 0; LOSS }
}
`;

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function lastLine(error: unknown): string {
  const { stderr } = error as { stderr?: string };
  return (stderr ?? String(error)).trim().split('\n').at(-1) ?? '';
}

/** The line, or why there can be none here. */
export function startLossyLine(options: LossyLineOptions): LossyLine | string {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  const [ip, nft] = [
    ensureTool(['/usr/sbin/ip', '/sbin/ip'], 'iproute2'),
    ensureTool(['/usr/sbin/nft', '/sbin/nft'], 'nftables'),
  ];
  if (!ip || !nft) return 'iproute2 or nftables is not installed and cannot be';
  // Of addresses kept for tests of networks (RFC 2544), a pair for each process.
  const name = `line${process.pid}`;
  const net = `198.18.${(process.pid >> 6) & 255}`;
  const first = (process.pid & 63) * 4;
  const [behind, address] = [`${net}.${first + 1}`, `${net}.${first + 2}`];
  const within = (...words: readonly string[]) => run(ip, 'netns', 'exec', name, ...words);
  try {
    run(ip, 'netns', 'add', name);
    run(ip, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'e0', 'netns', name);
    run(ip, 'addr', 'add', `${behind}/30`, 'dev', name);
    run(ip, 'link', 'set', name, 'up');
    within(ip, 'addr', 'add', `${address}/30`, 'dev', 'e0');
    within(ip, 'link', 'set', 'e0', 'up');
    within('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.e0.send_redirects=0');
    const netem = withNetem(ip, within, name, options);
    const loss = `meta l4proto tcp numgen random mod 1000 < ${Math.round(options.lossPercent * 10)} counter drop;`;
    const rules = RULES.replace('BEHIND', behind)
      .replace('ADDRESS', address)
      .replace('LOSS', netem === null ? '' : loss);
    execFileSync(ip, ['netns', 'exec', name, nft, '-f', '-'], { input: rules, stdio: ['pipe', 'pipe', 'pipe'] });
    return {
      address,
      behind,
      delays: netem === null,
      words: netem === null ? 'netem' : `nftables, because of netem the kernel says "${netem}"`,
      dropped: () => (netem === null ? null : Number(/packets (\d+)/.exec(within(nft, 'list', 'ruleset'))?.[1] ?? 0)),
      stop: async () => remove(ip, name),
    };
  } catch (error) {
    remove(ip, name);
    return lastLine(error);
  }
}

/** Both ends lose and delay what they send; null when they do, else what the kernel said. */
function withNetem(
  ip: string,
  within: (...words: readonly string[]) => string,
  name: string,
  { lossPercent, delayMs }: LossyLineOptions,
): string | null {
  const words = ['root', 'netem', 'loss', `${lossPercent}%`, 'delay', `${delayMs}ms`];
  try {
    within('tc', 'qdisc', 'add', 'dev', 'e0', ...words);
    run(ip.replace(/ip$/, 'tc'), 'qdisc', 'add', 'dev', name, ...words);
    return null;
  } catch (error) {
    return lastLine(error);
  }
}

/** The devices go with the namespace. */
function remove(ip: string, name: string): void {
  try {
    run(ip, 'netns', 'del', name);
  } catch {
    // It was never made.
  }
}
