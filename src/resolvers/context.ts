// What every resolver gets besides its parent and arguments. One context an operation; its loaders are replaced for each
// subscription event, so that an event never shows what an earlier one had read.
import type { Logger } from '../domain/ports.ts';
import type { RequestScope, Services } from '../services/index.ts';
import type { Loaders } from './loaders.ts';
import { createLoaders } from './loaders.ts';

export interface GraphqlContext {
  readonly services: Services;
  /** Who asks, under which request id, and until when. */
  readonly scope: RequestScope;
  readonly logger: Logger;
  /** The present loaders. A function, so that it stays right when a server copies the context's fields into its own. */
  readonly loaders: () => Loaders;
  /** Starts with empty loaders again: called before each subscription event is resolved. */
  readonly renewLoaders: () => void;
}

interface GraphqlContextParts {
  readonly services: Services;
  readonly scope: RequestScope;
  readonly logger: Logger;
}

/** The context of one GraphQL operation, over any transport. */
export function createGraphqlContext(parts: GraphqlContextParts): GraphqlContext {
  // Made when first asked for: most subscription events need none.
  let loaders: Loaders | null = null;
  return {
    services: parts.services,
    scope: parts.scope,
    logger: parts.logger,
    loaders: () => {
      loaders ??= createLoaders(parts.services, parts.scope);
      return loaders;
    },
    renewLoaders: () => {
      loaders = null;
    },
  };
}
