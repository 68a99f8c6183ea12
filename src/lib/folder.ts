// Folders that the program makes for its data and logs.
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the folder and those that it lies in, as far as they are missing. Throws what the file system says. (Node's own recursive
 * mkdir goes round for ever where a folder that is there takes no new one, as /proc.)
 */
export function makeFolder(dir: string, mode?: number): void {
  if (isFolder(dir)) return;
  try {
    mkdirSync(dir, mode);
  } catch (error) {
    // Another process was faster.
    if (isFolder(dir)) return;
    const parent = dirname(dir);
    if (!isMissing(error) || parent === dir || isFolder(parent)) throw error;
    makeFolder(parent, mode);
    makeFolder(dir, mode);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
