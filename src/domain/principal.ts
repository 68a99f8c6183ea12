// Who asks. Authorization decisions are taken in services/ on this alone.

export interface Principal {
  /** Name shown in plans and logs; never a credential. */
  readonly name: string;
  readonly kind: 'anonymous' | 'basic';
}

/** Asked after the credentials: whether this gateway may serve at all, where an authority says so. */
export interface PermissionCheck {
  /** true when that is known already; else the answer. Rejects with UPSTREAM_UNAVAILABLE when the authority cannot give one now. */
  granted(): true | Promise<boolean>;
}

/** Used where the configuration does not require credentials. */
export const ANONYMOUS: Principal = { name: 'anonymous', kind: 'anonymous' };
