// What the controller can carry and what it has promised: limits per target and resource, reservations per entity.
import type { CapacityTable } from './load-world.ts';

export type Amounts = ReadonlyMap<string, number>;

export interface Reservation {
  readonly entityId: string;
  readonly entityType: string;
  readonly serviceModel: string;
  /** Target → resource → amount held. */
  readonly targets: ReadonlyMap<string, Amounts>;
}

interface ResourceReport {
  readonly name: string;
  readonly ok: boolean;
  readonly allocated: number;
  readonly available: number;
  readonly used: number;
  readonly limit: number;
}

export interface TargetReport {
  readonly id: string;
  readonly ok: boolean;
  readonly resources: readonly ResourceReport[];
}

export interface EntityDemand {
  readonly entityId: string;
  readonly entityType: string;
  readonly serviceModel: string;
  /** Amount per resource name; a resource that is not named costs one unit. */
  readonly amounts: Amounts;
}

export interface Ledger {
  /** Whether all targets could carry the entity; what it holds itself does not count against it. */
  check(demand: EntityDemand, targets: readonly string[]): TargetReport[];
  /** Takes the capacity when all targets have it. Doing it again for the same entity and target changes the amount only. */
  reserve(demand: EntityDemand, targets: readonly string[]): TargetReport[];
  /** False when the entity held nothing. */
  release(entityId: string): boolean;
  /** What each target holds for the entity. */
  report(entityId: string, targets: readonly string[]): TargetReport[];
  reservations(): Map<string, Reservation>;
  used(target: string): Map<string, number>;
  setCapacity(target: string, limits: Readonly<Record<string, number>>): void;
  snapshot(): () => void;
  clear(): void;
}

/** A target that is not in the table gets `otherwise`; with null it can carry nothing. */
export function createLedger(table: CapacityTable, otherwise: Amounts | null): Ledger {
  const limits = new Map(table);
  let held = new Map<string, Reservation>();

  function usedBy(target: string, except: string | null): Map<string, number> {
    const sums = new Map<string, number>();
    for (const reservation of held.values()) {
      if (reservation.entityId === except) continue;
      for (const [name, amount] of reservation.targets.get(target) ?? [])
        sums.set(name, (sums.get(name) ?? 0) + amount);
    }
    return sums;
  }

  function judge(demand: EntityDemand, target: string): TargetReport {
    const own = limits.get(target) ?? otherwise;
    if (own === null) return { id: target, ok: false, resources: [] };
    const used = usedBy(target, demand.entityId);
    const resources = [...own].map(([name, limit]): ResourceReport => {
      const needed = demand.amounts.get(name) ?? 1;
      const taken = used.get(name) ?? 0;
      return { name, ok: taken + needed <= limit, allocated: needed, available: limit - taken, used: taken, limit };
    });
    return { id: target, ok: resources.every((resource) => resource.ok), resources };
  }

  function report(entityId: string, targets: readonly string[]): TargetReport[] {
    const mine = held.get(entityId)?.targets ?? new Map<string, Amounts>();
    const wanted = targets.length > 0 ? targets : [...mine.keys()];
    return wanted.map((id) => {
      const used = usedBy(id, null);
      const resources = [...(limits.get(id) ?? otherwise ?? [])].map(([name, limit]) => {
        const taken = used.get(name) ?? 0;
        const allocated = mine.get(id)?.get(name) ?? 0;
        return { name, ok: allocated > 0, allocated, available: limit - taken, used: taken, limit };
      });
      return { id, ok: mine.has(id), resources };
    });
  }

  return {
    check: (demand, targets) => targets.map((target) => judge(demand, target)),
    reserve(demand, targets) {
      const reports = targets.map((target) => judge(demand, target));
      if (!reports.every((entry) => entry.ok)) return reports;
      const before = held.get(demand.entityId)?.targets ?? new Map<string, Amounts>();
      const after = new Map(before);
      for (const entry of reports) {
        after.set(entry.id, new Map(entry.resources.map((resource) => [resource.name, resource.allocated])));
      }
      const { entityId, entityType, serviceModel } = demand;
      held.set(entityId, { entityId, entityType, serviceModel, targets: after });
      return report(entityId, targets);
    },
    release: (entityId) => held.delete(entityId),
    report,
    reservations: () => new Map(held),
    used: (target) => usedBy(target, null),
    setCapacity(target, amounts) {
      limits.set(target, new Map(Object.entries(amounts)));
    },
    snapshot() {
      const kept = new Map(held);
      return () => {
        held = kept;
      };
    },
    clear() {
      held = new Map();
    },
  };
}
