// What `conductor migrate` prints: one line a plan and a summary, or JSON lines.

interface Plan {
  readonly id: string;
  readonly name: string;
  readonly status: string | null;
  readonly outcome: string;
  readonly reason: string;
}

interface Lock {
  readonly conflictId: string;
  readonly planId: string;
  readonly outcome: string;
  readonly reason: string;
}

interface Report {
  readonly dryRun: boolean;
  readonly plans: Readonly<Record<'imported' | 'restarted' | 'present' | 'refused', number>>;
  readonly latency: { readonly regions: number; readonly countries: number; readonly kept: boolean };
  readonly orderLocks: Readonly<Record<'imported' | 'present' | 'left', number>>;
}

/** Names come from other people's requests: control characters would let them write over the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

export function migratedPlanLine(plan: Plan, json: boolean): string {
  if (json) return JSON.stringify(plan);
  const { id, name, status, outcome, reason } = plan;
  return printable(`${outcome.padEnd(9)} ${id} ${(status ?? '?').padEnd(14)} ${name}${reason && ` (${reason})`}`);
}

export function migratedLockLine(lock: Lock, json: boolean): string {
  if (json) return JSON.stringify({ orderLock: lock });
  const { conflictId, planId, outcome, reason } = lock;
  return printable(`${outcome.padEnd(9)} order lock ${conflictId} of ${planId || 'nobody'}${reason && ` (${reason})`}`);
}

export function migrationSummary(report: Report, json: boolean): string {
  if (json) return JSON.stringify(report);
  const { dryRun, plans, latency, orderLocks } = report;
  const kept = latency.kept ? ' (not taken: this store has rules already)' : '';
  return [
    dryRun ? 'Nothing was written. With these plans the migration would do this:' : 'Done:',
    `  ${plans.imported} finished plans imported, ${plans.restarted} others restarted at template`,
    `  ${plans.present} were there before, ${plans.refused} refused`,
    `  latency rules: ${latency.regions} groups, ${latency.countries} countries${kept}`,
    `  order locks: ${orderLocks.imported} imported, ${orderLocks.present} were there before, ${orderLocks.left} left behind`,
  ].join('\n');
}
