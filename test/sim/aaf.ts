// The simulator of AAF: `GET /authz/perms/user/<identity>` over Basic, in version 2.1 of `Perms`.
import { extended, json, type PeerOptions, startPeer } from './peer.ts';
import type { Exchange, SimulatorServer } from './server.ts';

export const PERMS_BY_USER = '/authz/perms/user/';

export interface AafPermission {
  readonly type: string;
  readonly instance: string;
  readonly action: string;
}

export interface AafSimulator extends SimulatorServer {
  /** What `[aaf_api] aaf_url` is set to. */
  readonly url: string;
  /** By identity; may be changed while it runs. */
  readonly permissions: Map<string, readonly AafPermission[]>;
}

/** An identity without permissions has an empty list. */
export async function startAafSimulator(
  options: PeerOptions & { readonly permissions?: ReadonlyMap<string, readonly AafPermission[]> },
): Promise<AafSimulator> {
  const permissions = new Map(options.permissions ?? []);
  const server = await startPeer(options, (exchange) => answer(exchange, permissions));
  return extended(server, { url: `${server.origin}${PERMS_BY_USER}`, permissions });
}

function answer({ method, path, headers }: Exchange, permissions: ReadonlyMap<string, readonly AafPermission[]>) {
  if (!path.startsWith(PERMS_BY_USER)) return fault(404, 'SVC1404', 'No service found');
  if (method !== 'GET') return fault(405, 'SVC1405', 'Method not allowed');
  const version = /application\/Perms\+json[^,]*version=([\d.]+)/.exec(headers.accept ?? '')?.[1];
  if (version !== '2.1') return fault(406, 'SVC1406', 'Not Acceptable');
  const granted = permissions.get(decodeURIComponent(path.slice(PERMS_BY_USER.length))) ?? [];
  return json(200, { perm: granted.map((permission) => ({ ...permission })) });
}

function fault(status: number, messageId: string, text: string) {
  return json(status, { messageId, text });
}
