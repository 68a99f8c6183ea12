// The two attributes that only the inventory knows: network roles of a cloud region, replication role of a service's host.
// A provider that lacks the operation is not asked; when none has it, nothing is known and nothing fits.
import type { Candidate } from '../../../domain/candidate.ts';
import type { JsonValue } from '../../../lib/json.ts';
import { type CheckContext, FIT, type RemoteSources, reject, type Verdict } from '../framework/constraint.ts';

/** A list with its mode. */
export interface ListRule {
  readonly mode: 'all' | 'any';
  readonly values: readonly JsonValue[];
}

export type Judge = (ctx: CheckContext, candidates: readonly Candidate[]) => Promise<readonly Verdict[]>;

/** Only cloud candidates are restricted; null when there is no rule. */
export function networkRoles(rule: ListRule | null): Judge | null {
  if (!rule) return null;
  return async ({ remote }, candidates) => {
    if (!candidates.some((candidate) => candidate.inventory_type === 'cloud')) return candidates.map(() => FIT);
    const roles = rule.values.filter((role) => typeof role === 'string');
    const sets = await remote.questions.ask('network_roles', roles, (missing) => askRoles(remote, missing));
    if (sets.some((set) => set === 'nobody')) return cloudOnly(candidates, 'no inventory provider knows network roles');
    const regions = new Map(roles.map((role, index) => [role, sets[index] as ReadonlySet<string> | null]));
    return candidates.map((candidate) => judgeRoles(rule, regions, candidate));
  };
}

function judgeRoles(
  { mode, values }: ListRule,
  regions: ReadonlyMap<JsonValue, ReadonlySet<string> | null>,
  candidate: Candidate,
): Verdict {
  if (candidate.inventory_type !== 'cloud') return FIT;
  const region = candidate.location_id ?? candidate.candidate_id;
  const has = (role: JsonValue) => regions.get(role)?.has(region) ?? false;
  if (mode === 'any') {
    return values.some(has) ? FIT : reject(`region ${region} has none of the network roles ${values.join(', ')}`);
  }
  const lacking = values.find((role) => !has(role));
  return lacking === undefined ? FIT : reject(`region ${region} lacks the network role ${lacking}`);
}

/** Region ids of each role over all providers; null for a role that nobody answers; `nobody` when no provider has the operation. */
async function askRoles(
  { providers, call }: RemoteSources,
  roles: readonly string[],
): Promise<readonly (ReadonlySet<string> | null | 'nobody')[]> {
  const able = providers.filter((provider) => provider.networkRoleRegions);
  if (able.length === 0) return roles.map(() => 'nobody');
  const answers = await Promise.all(able.map((provider) => provider.networkRoleRegions?.(roles, call)));
  return roles.map((role) => {
    const found = answers.flatMap((answer) => answer?.get(role) ?? []);
    return found.length === 0 ? null : new Set(found.flatMap((set) => [...set]));
  });
}

/** Only candidates with a host are restricted; null when there is no rule. */
export function replicationRole(wanted: string | null): Judge | null {
  if (wanted === null) return null;
  return async ({ remote }, candidates) => {
    const hosts = candidates.flatMap((candidate) => (candidate.host_id ? [candidate.host_id] : []));
    const answers = await remote.questions.ask('replication_role', hosts, (missing) => askReplication(remote, missing));
    const byHost = new Map(hosts.map((host, index) => [host, answers[index]]));
    return candidates.map((candidate): Verdict => {
      if (!candidate.host_id) return FIT;
      const role = byHost.get(candidate.host_id);
      if (role?.kind === 'nobody') return { kind: 'unknown', reason: 'no inventory provider knows replication roles' };
      if (role?.role === wanted) return FIT;
      return reject(`host ${candidate.host_id} has replication role ${role?.role ?? 'none'}, must be ${wanted}`);
    });
  };
}

interface Replication {
  readonly kind: 'role' | 'nobody';
  readonly role: string | null;
}

async function askReplication(
  { providers, call }: RemoteSources,
  hosts: readonly string[],
): Promise<readonly Replication[]> {
  const able = providers.filter((provider) => provider.replicationRoles);
  if (able.length === 0) return hosts.map(() => ({ kind: 'nobody', role: null }));
  const answers = await Promise.all(able.map((provider) => provider.replicationRoles?.(hosts, call)));
  return hosts.map((host) => {
    const role = answers.map((answer) => answer?.get(host) ?? null).find((one) => one !== null);
    return { kind: 'role', role: role ?? null };
  });
}

function cloudOnly(candidates: readonly Candidate[], reason: string): readonly Verdict[] {
  return candidates.map((candidate) => (candidate.inventory_type === 'cloud' ? { kind: 'unknown', reason } : FIT));
}
