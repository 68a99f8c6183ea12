// The two attributes that only the inventory knows: network roles of a cloud region, replication role of a service's host.
// A provider that lacks the operation is not asked; when none has it, nothing is known and nothing fits.
import type { Candidate } from '../../../domain/candidate.ts';
import type { JsonValue } from '../../../lib/json.ts';
import {
  type CheckContext,
  FIT,
  NOT_ASKED,
  type RemoteSources,
  reject,
  type Verdict,
} from '../framework/constraint.ts';
import { shown } from '../framework/words.ts';

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
    const regions = new Map<JsonValue, ReadonlySet<string> | null>();
    for (const [index, role] of roles.entries()) {
      const set = sets[index];
      if (set === undefined) return candidates.map((one) => (one.inventory_type === 'cloud' ? NOT_ASKED : FIT));
      regions.set(role, set === 'nobody' || set === null ? null : new Set(set));
    }
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
    return values.some(has)
      ? FIT
      : reject(`region ${shown(region)} has none of the network roles ${values.map(shown).join(', ')}`);
  }
  const lacking = values.find((role) => !has(role));
  return lacking === undefined ? FIT : reject(`region ${shown(region)} lacks the network role ${shown(lacking)}`);
}

/** Region ids of each role over all providers; null for a role that nobody answers; `nobody` when no provider has the operation. */
async function askRoles(
  { providers, call }: RemoteSources,
  roles: readonly string[],
): Promise<readonly (readonly string[] | null | 'nobody')[]> {
  const able = providers.filter((provider) => provider.networkRoleRegions);
  if (able.length === 0) return roles.map(() => 'nobody');
  const answers = await Promise.all(able.map((provider) => provider.networkRoleRegions?.(roles, call)));
  return roles.map((role) => {
    const found = answers.flatMap((answer) => answer?.get(role) ?? []);
    return found.length === 0 ? null : [...new Set(found.flatMap((set) => [...set]))];
  });
}

/** Only candidates with a host are restricted; null when there is no rule. */
export function replicationRole(wanted: string | null): Judge | null {
  if (wanted === null) return null;
  return async ({ remote }, candidates) => {
    const hosts = candidates.flatMap((candidate) => hostOf(candidate) ?? []);
    const answers = await remote.questions.ask('replication_role', hosts, (missing) => askReplication(remote, missing));
    const byHost = new Map(hosts.map((host, index) => [host, answers[index]]));
    return candidates.map((candidate): Verdict => {
      if (!candidate.host_id) return FIT;
      const host = hostOf(candidate);
      if (host === null) return reject('BAD_DATA host_id is no text');
      return judgeReplication(host, byHost.get(host), wanted);
    });
  };
}

function judgeReplication(host: string, answer: Replication | undefined, wanted: string): Verdict {
  if (!answer) return NOT_ASKED;
  if (answer.kind === 'nobody') return { kind: 'unknown', reason: 'no inventory provider knows replication roles' };
  if (answer.role === wanted) return FIT;
  return reject(`host ${host} has replication role ${answer.role ?? 'none'}, must be ${wanted}`);
}

function hostOf({ host_id: host }: Candidate): string | null {
  return typeof host === 'string' && host !== '' ? host : null;
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
