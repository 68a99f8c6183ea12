// Who may do what: the one place where that is decided. Every use case asks here before it touches a store or a plugin.
import { ConductorError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import type { RequestScope } from './index.ts';

const OPEN_ACTIONS = [
  'plan:create',
  'plan:read',
  'plan:delete',
  'plan:stop',
  'inventory:refresh',
  'capacity:read',
  'locks:read',
  'latency:read',
  'members:read',
  'compensations:read',
] as const;
/** Done for all plans at once; these need credentials even where the configuration lets anybody in. */
const NAMED_ACTIONS = ['locks:release', 'latency:write', 'compensations:end'] as const;
type Action = (typeof OPEN_ACTIONS)[number] | (typeof NAMED_ACTIONS)[number];

/** Roles will narrow this table. */
const GRANTS: Readonly<Record<Principal['kind'], readonly Action[]>> = {
  anonymous: OPEN_ACTIONS,
  basic: [...OPEN_ACTIONS, ...NAMED_ACTIONS],
};

/** Throws FORBIDDEN unless the principal may do this. */
export function authorize(scope: RequestScope, action: Action): void {
  if (!GRANTS[scope.principal.kind]?.includes(action)) throw new ConductorError('FORBIDDEN');
}
