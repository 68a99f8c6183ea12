// One login for all calls that find their token gone. The client forgets its token once for each call that was refused, also when
// another call has logged in meanwhile: so each call under way would log in for itself, and etcd hashes a password each time.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Etcd3 } from 'etcd3';

/** The token as it travels. */
type Metadata = object;

interface Pool {
  readonly authenticator: { getMetadata(): Promise<Metadata>; invalidateMetadata(): void };
  withConnection(service: string, call: (connection: { metadata: Metadata }) => unknown, hosts?: unknown): unknown;
}

/** Lets a call that was refused give up only the token that it was sent with. */
export function shareLogins(client: Etcd3): Etcd3 {
  const { pool } = client as unknown as { readonly pool: Pool };
  const { authenticator } = pool;
  const sentWith = new AsyncLocalStorage<Metadata>();
  let current: Metadata | null = null;
  const login = authenticator.getMetadata.bind(authenticator);
  const giveUp = authenticator.invalidateMetadata.bind(authenticator);
  const connect = pool.withConnection.bind(pool);
  authenticator.getMetadata = async () => {
    current = await login();
    return current;
  };
  authenticator.invalidateMetadata = () => {
    // Another call was faster, and its login is done or under way.
    if (sentWith.getStore() !== current) return;
    current = null;
    giveUp();
  };
  pool.withConnection = (service, call, hosts) =>
    connect(service, (connection) => sentWith.run(connection.metadata, () => call(connection)), hosts);
  return client;
}
