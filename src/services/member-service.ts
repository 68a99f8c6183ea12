// Who is there and how much waits: for people who run the gateway.
import type { Membership } from '../domain/members.ts';
import { authorize } from './authorize.ts';
import type { MemberService } from './index.ts';

/** Where nobody is registered: a process that stands alone in a test. */
export const NOBODY: Membership = { list: async () => [], queues: () => [] };

export function createMemberService({ membership = NOBODY }: { readonly membership?: Membership }): MemberService {
  return {
    async list(scope) {
      authorize(scope, 'members:read');
      return membership.list();
    },
    queues(scope) {
      authorize(scope, 'members:read');
      return membership.queues();
    },
  };
}
