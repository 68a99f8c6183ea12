// The measured thing: the built program as a process of its own, with a configuration of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Gateway {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly authorization: string;
  /** Ends the process as SIGTERM does; its data stay in the folder. */
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** Holds the configuration and the embedded store. */
  readonly folder: string;
  /** Sections of conductor.conf. */
  readonly sections: readonly string[];
  readonly settings: BenchSettings;
}

export interface BenchSettings {
  /** Path of the program. */
  readonly program: string;
  /** Folder for V8 CPU profiles of the gateway, one a process; null: none. */
  readonly profiles: string | null;
}

export const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const USER = 'bench';
const PASSWORD = 'bench';

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'conductor-bench-'));
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** Resolves when it listens; rejects with its own words when it ends before. */
export async function startGateway({ folder, sections, settings }: GatewayOptions): Promise<Gateway> {
  const file = join(folder, 'conductor.conf');
  const own = [
    '[conductor_api]',
    `username = ${USER}`,
    `password = ${PASSWORD}`,
    '[embedded_store]',
    `data_dir = ${join(folder, 'data')}`,
    '[listener]',
    'port = 0',
  ];
  await writeFile(file, `${[...own, ...sections].join('\n')}\n`, { mode: 0o600 });
  const profile = settings.profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${settings.profiles}`];
  const child = spawn(process.execPath, [...profile, settings.program, 'serve', '--config-file', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const entry = line.startsWith('{') ? (JSON.parse(line) as { message?: string; url?: string }) : {};
      if (entry.message !== 'listening' || entry.url === undefined) return;
      resolve(entry.url);
      // From here on lines are thrown away unread, so that reading them costs nothing.
      lines.close();
      child.stdout.resume();
    });
    ended.then(([code]) => reject(new Error(`the gateway ended with code ${code}: ${complaint.trim()}`)), reject);
  });
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}
