// Inventory groups: which service instances belong together is asked once a plan and travels with its constraints.
import type { CallContext, InventoryProvider } from '../../domain/ports.ts';
import type { ProblemConstraint } from '../../domain/problem.ts';

/**
 * The constraints; those of type `inventory_group` with property `pairs`, `[[id, id], …]`, of all providers that know groups,
 * each pair once. No provider is asked when there is no such constraint. Throws the provider's UPSTREAM_* error.
 */
export async function withGroupPairs(
  constraints: readonly ProblemConstraint[],
  providers: readonly InventoryProvider[],
  ctx: CallContext,
): Promise<readonly ProblemConstraint[]> {
  if (!constraints.some(({ type }) => type === 'inventory_group')) return constraints;
  const answers = await Promise.all(providers.map(async (provider) => provider.inventoryGroupPairs?.(ctx) ?? []));
  const distinct = new Map(answers.flat().map(([a, b]) => [JSON.stringify([a, b]), [a, b] as const]));
  const pairs = [...distinct.values()];
  return constraints.map((constraint) =>
    constraint.type === 'inventory_group'
      ? { ...constraint, properties: { ...constraint.properties, pairs } }
      : constraint,
  );
}
