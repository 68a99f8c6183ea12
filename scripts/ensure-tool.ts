// Makes sure that a program or library which a test needs is on this machine, from Debian's packages where this user may install.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The first of these files that exists, installing the package if need be; null when it cannot be had here. */
export function ensureTool(files: readonly string[], debianPackage: string): string | null {
  const find = () => files.find((file) => existsSync(file)) ?? null;
  const found = find();
  if (found || process.getuid?.() !== 0) return found;
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const words = ['install', '-y', '-q', '--no-install-recommends', debianPackage];
    execFileSync('apt-get', words, { env, stdio: 'ignore', timeout: 120_000 });
  } catch {
    return null;
  }
  return find();
}
