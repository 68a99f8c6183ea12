// One process at a time opens a data folder. The lock file names its holder by process id and start time,
// so that the lock of a process that died is taken over at once and that of a living one never.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConductorError } from '../../domain/errors.ts';
import { makeFolder } from '../../lib/folder.ts';
import type { Ids } from '../../lib/ids.ts';

interface Holder {
  readonly pid: number;
  /** Of the process, in clock ticks since boot, with the boot's id; empty where /proc is missing. */
  readonly started: string;
}

/** Takes the lock of the folder (made when missing) and returns its release. Throws STORE_LOCKED naming folder and process. */
export function lockFolder(dir: string, ids: Ids): () => void {
  makeFolder(dir, 0o700);
  const file = join(dir, 'lock');
  const own = join(dir, `lock.${ids.uuid()}`);
  const text = JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder);
  writeFileSync(own, text, { mode: 0o600 });
  try {
    // A link appears whole or fails: two processes that start together cannot both succeed.
    for (let tries = 0; !tryLink(own, file); tries += 1) {
      const holder = read(file);
      if ((holder && isAlive(holder)) || tries >= 10) throw locked(dir, holder);
      setAside(file, join(dir, `lock.stale.${ids.uuid()}`), holder);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (readText(file) === text) rmSync(file, { force: true });
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's lock away; puts it back when another process replaced it in between. */
function setAside(file: string, aside: string, judged: Holder | null): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = read(aside);
  if (moved?.pid !== judged?.pid || moved?.started !== judged?.started) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function isAlive(holder: Holder): boolean {
  if (holder.started !== '') return startOf(holder.pid) === holder.started;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** When a process started; empty when there is none (or no /proc). Ids of processes come again, start times do not. */
function startOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold blanks: count from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[19];
  // A zombie holds no files any more.
  if (!ticks || fields[0] === 'Z') return '';
  return `${readText('/proc/sys/kernel/random/boot_id').trim()}/${ticks}`;
}

function read(file: string): Holder | null {
  try {
    const data: unknown = JSON.parse(readText(file));
    if (typeof data !== 'object' || data === null || !('pid' in data) || !('started' in data)) return null;
    const { pid, started } = data;
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : null;
  } catch {
    return null;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function locked(dir: string, holder: Holder | null): ConductorError {
  const by = holder ? `process ${holder.pid}` : 'another process';
  return new ConductorError('STORE_LOCKED', `The store in ${dir} is already open in ${by}.`);
}
