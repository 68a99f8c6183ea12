// Who asks. Authorization decisions are taken in services/ on this alone.

export interface Principal {
  /** Name shown in plans and logs; never a credential. */
  readonly name: string;
  readonly kind: 'anonymous' | 'basic';
}

/** Used where the configuration does not require credentials. */
export const ANONYMOUS: Principal = { name: 'anonymous', kind: 'anonymous' };
