// The permissions that AAF may give, read from JSON. The reference cuts the option at commas, so there it takes its default only.

export interface Permission {
  readonly type: string;
  readonly instance: string;
  readonly action: string;
}

export const REQUIRED_PERMISSION: Permission = { type: 'org.onap.oof.access', instance: '*', action: '*' };

/** One object, several separated by commas, or a list of them; null when it is none of these, or a member is no text. */
export function parsePermissions(raw: string): readonly Permission[] | null {
  let items: unknown;
  try {
    const read: unknown = JSON.parse(`[${raw}]`);
    items = Array.isArray(read) ? read.flat() : null;
  } catch {
    return null;
  }
  if (!Array.isArray(items) || items.length === 0) return null;
  const permissions = items.flatMap((item: unknown) => permission(item) ?? []);
  return permissions.length === items.length ? permissions : null;
}

function permission(item: unknown): Permission | null {
  if (typeof item !== 'object' || item === null) return null;
  const { type, instance, action } = item as Partial<Record<keyof Permission, unknown>>;
  if (typeof type !== 'string' || typeof instance !== 'string' || typeof action !== 'string') return null;
  return { type, instance, action };
}
