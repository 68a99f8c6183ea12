// Looks for the mixed-integer solver CBC, an independent judge of the search; installs Debian's package where this user may.
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/cbc', '/usr/local/bin/cbc', '/opt/homebrew/bin/cbc'];

/** Path of the binary, or why there is none. */
export function findCbc(): { readonly path: string } | { readonly missing: string } {
  const found = PLACES.find((place) => existsSync(place));
  if (found) return { path: found };
  if (process.getuid?.() !== 0) return { missing: 'no cbc, and installing it needs root: apt-get install coinor-cbc' };
  const quiet: ExecFileSyncOptions = {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  try {
    execFileSync('apt-get', ['update', '-q'], quiet);
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'coinor-cbc'], quiet);
  } catch {
    return { missing: 'no cbc, and apt-get could not install coinor-cbc' };
  }
  const installed = PLACES.find((place) => existsSync(place));
  return installed ? { path: installed } : { missing: 'apt-get installed coinor-cbc but no binary appeared' };
}
