// Candidate fields that several inventory types share, in the order in which recommendations and templates know them.
import type { Requirement } from '../../domain/template.ts';
import type { ReaderParts } from './readers.ts';

export interface Costs {
  readonly cloud: number;
  /** Of `service` and `vfmodule` candidates. */
  readonly service: number;
  readonly transport: number;
  /** Of the candidate that `existing_placement` names; usually far below zero. */
  readonly existingPlacement: number;
}

export interface ResolveOptions extends ReaderParts {
  readonly costs: Costs;
  /** A `vfmodule` candidate lists all vservers of its VNF, not only those of the module. */
  readonly vnfVservers: boolean;
}

/** The first fields of any candidate. */
export function commonFields(requirement: Requirement, type: string, id: string, cost: number) {
  return {
    candidate_id: id,
    ...(requirement.serviceResourceId ? { service_resource_id: requirement.serviceResourceId } : {}),
    inventory_provider: 'aai',
    inventory_type: type,
    uniqueness: requirement.unique,
    cost,
  };
}

/** The reference tells SR-IOV automation by a placeholder version; kept because templates may compare the field. */
export function sriovAutomation(regionVersion: string): string {
  return regionVersion === 'X.Y' ? 'true' : 'false';
}

/** Existing placement and pass-through attributes: the last fields of any candidate. */
export function finish<C extends { readonly candidate_id: string; readonly cost: number }>(
  requirement: Requirement,
  candidate: C,
  costs: Costs,
) {
  const existing = requirement.existingPlacement === candidate.candidate_id;
  const { passthroughAttributes } = requirement;
  return {
    ...candidate,
    cost: existing ? costs.existingPlacement : candidate.cost,
    existing_placement: existing ? 'true' : 'false',
    ...(passthroughAttributes ? { passthrough_attributes: passthroughAttributes } : {}),
  };
}
