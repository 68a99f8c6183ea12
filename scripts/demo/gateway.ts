// Starts the gateway as a user would: the built program with a conductor.conf of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Gateway {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly logFile: string;
  /** Resolves when the process has ended. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

const USER = 'demo';

/** Resolves when the gateway listens; rejects with its own words when it ends before. */
export async function startGateway(folder: string, port: string, sections: readonly string[]): Promise<Gateway> {
  const file = join(folder, 'conductor.conf');
  const own = [
    '[conductor_api]',
    `username = ${USER}`,
    `password = ${USER}`,
    '[embedded_store]',
    `data_dir = ${join(folder, 'data')}`,
  ];
  await writeFile(file, `${[...own, ...sections].join('\n')}\n`, { mode: 0o600 });
  const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'serve', '--config-file', file, '--port', port], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches the demo alone, which then drains the gateway.
    detached: true,
  });
  const ended = once(child, 'exit');
  const logFile = join(folder, 'gateway.log');
  const log = createWriteStream(logFile);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.write(`${line}\n`);
      const entry = line.startsWith('{') ? (JSON.parse(line) as { message?: string; url?: string }) : {};
      if (entry.message === 'listening' && entry.url) resolve(entry.url);
    });
    ended.then(() => reject(new Error(complaint.trim() || `the gateway ended with code ${child.exitCode}`)), reject);
  });
  return {
    url,
    username: USER,
    password: USER,
    logFile,
    ended,
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
      log.end();
    },
  };
}
