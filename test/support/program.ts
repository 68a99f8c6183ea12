// Runs the built program `conductor` as a user would and gives its lines, exit code and log events.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** `CONDUCTOR_TEST_PROGRAM` names another build, for example that of an installed package. */
export const PROGRAM =
  process.env['CONDUCTOR_TEST_PROGRAM'] ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface LogLine {
  readonly message?: string;
  readonly url?: string;
  readonly [field: string]: unknown;
}

export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Log lines so far. */
  readonly log: readonly LogLine[];
  /** All that was written so far. */
  stdout(): string;
  stderr(): string;
  /** The first log line, past or coming, for which this holds; rejects when the program ends without. */
  logged(match: string | ((line: LogLine) => boolean)): Promise<LogLine>;
  /** Exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<Program>();

/** In mounts of its own, where this file is `/etc/hosts`. */
const WITH_HOSTS = ['-m', '-r', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"'];

/** Starts `conductor` with these words. `hostsFile`: what it takes for `/etc/hosts`. */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  hostsFile?: string,
): Program {
  const words = [process.execPath, PROGRAM, ...args];
  const [command = '', ...rest] = hostsFile === undefined ? words : ['unshare', ...WITH_HOSTS, hostsFile, ...words];
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const log: LogLine[] = [];
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    out += `${line}\n`;
    const entry = line.startsWith('{') ? parse(line, child.killed) : null;
    if (entry) log.push(entry);
    for (const look of waiting) look();
  });
  const ended = once(child, 'close').then(() => child.exitCode);
  const program: Program = {
    child,
    pid: child.pid ?? 0,
    log,
    stdout: () => out,
    stderr: () => err,
    ended,
    logged: (match) =>
      new Promise((resolve, reject) => {
        const holds = typeof match === 'string' ? (line: LogLine) => line.message === match : match;
        const look = () => {
          const found = log.find(holds);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        ended.then((code) => reject(new Error(`conductor ended with ${code}: ${err || out}`)), reject);
      }),
    async kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
  running.add(program);
  ended.then(() => running.delete(program));
  return program;
}

/** A killed program may leave half a line behind. */
function parse(line: string, killed: boolean): LogLine | null {
  try {
    return JSON.parse(line) as LogLine;
  } catch (error) {
    if (killed) return null;
    throw error;
  }
}

/** Ends whatever a test left running. */
export async function stopPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.kill('SIGKILL')));
}

/** A conductor.conf in a folder of its own; the folder also takes the embedded store. */
export function writeConfig(lines: readonly string[]): { readonly folder: string; readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-program-'));
  const file = join(folder, 'conductor.conf');
  const own = [
    '[conductor_api]',
    'username = user',
    'password = pass',
    '[embedded_store]',
    `data_dir = ${join(folder, 'data')}`,
    '[listener]',
    'port = 0',
  ];
  writeFileSync(file, `${[...own, ...lines].join('\n')}\n`);
  return { folder, file };
}
