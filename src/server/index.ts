// The server of this product: the transports of this folder with the product's schema and resolvers.
import { createGraphqlContext } from '../resolvers/context.ts';
import { schema } from '../schema/index.ts';
import { createServerWith, type Server, type ServerDependencies } from './server.ts';

export type { MetricsText } from './probes.ts';
export type { Server, ServerDependencies } from './server.ts';
export type { ServerSettings } from './settings.ts';

/** Throws CERTIFICATE_INVALID for unusable TLS files; `listen` throws PORT_IN_USE. */
export function createServer(dependencies: ServerDependencies): Server {
  const { services } = dependencies;
  return createServerWith(dependencies, {
    schema,
    createContext: (scope, logger, reads) => createGraphqlContext({ services, scope, logger, reads }),
  });
}
