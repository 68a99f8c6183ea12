// Makes sure that an etcd server binary is on this machine, for the tests and the demo. Debian's package is installed when it is
// missing and this user may do so; the package's own service is not started.
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/etcd', '/usr/local/bin/etcd', '/opt/homebrew/bin/etcd'];

/** Path of the etcd binary. Throws an error that says what to do when there is none and it cannot be installed. */
export function ensureEtcd(): string {
  const found = PLACES.find((place) => existsSync(place));
  if (found) return found;
  if (process.getuid?.() !== 0) throw new Error(`${MISSING} Installing it needs root: apt-get install etcd-server`);
  const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...APT } };
  try {
    execFileSync('apt-get', ['update', '-q'], quiet);
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'etcd-server'], quiet);
  } catch (error) {
    throw new Error(`${MISSING} apt-get could not install etcd-server; install etcd 3.4 or newer yourself.`, {
      cause: error,
    });
  }
  const installed = PLACES.find((place) => existsSync(place));
  if (!installed) throw new Error(`${MISSING} apt-get installed etcd-server but no binary appeared.`);
  return installed;
}

const MISSING = 'No etcd server was found.';
/** RUNLEVEL=1 keeps Debian's package from starting its service. */
const APT = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
