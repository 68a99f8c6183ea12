// Who may do what: the one place where that is decided. Every use case asks here before it touches a store or a plugin.
import { ConductorError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import type { RequestScope } from './index.ts';

const ACTIONS = ['plan:create', 'plan:read', 'plan:delete', 'inventory:refresh', 'capacity:read'] as const;
type Action = (typeof ACTIONS)[number];

/** Whoever the server let in may do everything; roles will narrow this table. */
const GRANTS: Readonly<Record<Principal['kind'], readonly Action[]>> = {
  anonymous: ACTIONS,
  basic: ACTIONS,
};

/** Throws FORBIDDEN unless the principal may do this. */
export function authorize(scope: RequestScope, action: Action): void {
  if (!GRANTS[scope.principal.kind]?.includes(action)) throw new ConductorError('FORBIDDEN');
}
