// What every resolver gets besides its parent and arguments. One context an operation; its loaders are replaced for each
// subscription event, so that an event never shows what an earlier one had read.
import type { Logger } from '../domain/ports.ts';
import type { RequestScope, Services } from '../services/index.ts';
import type { Loaders, ReadLog } from './loaders.ts';
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
  readonly reads?: ReadLog | undefined;
}

const NO_LOG: ReadLog = { plan: () => {}, other: () => {} };

/** The context of one GraphQL operation, over any transport. */
export function createGraphqlContext({ reads = NO_LOG, ...parts }: GraphqlContextParts): GraphqlContext {
  return new OperationContext(parts, reads);
}

/** Whoever takes more than loaders may read anything; the log must say so rather than miss it. */
class OperationContext implements GraphqlContext {
  readonly logger: Logger;
  readonly #parts: GraphqlContextParts;
  readonly #reads: ReadLog;
  /** Made when first asked for: most subscription events need none. */
  #loaders: Loaders | null = null;

  constructor(parts: GraphqlContextParts, reads: ReadLog) {
    this.#parts = parts;
    this.#reads = reads;
    this.logger = parts.logger;
  }

  get services(): Services {
    this.#reads.other();
    return this.#parts.services;
  }

  get scope(): RequestScope {
    this.#reads.other();
    return this.#parts.scope;
  }

  readonly loaders = (): Loaders => {
    this.#loaders ??= createLoaders(this.#parts.services, this.#parts.scope, this.#reads);
    return this.#loaders;
  };

  readonly renewLoaders = (): void => {
    this.#loaders = null;
  };
}
