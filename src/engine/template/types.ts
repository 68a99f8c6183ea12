// What the template parser hands on: the template as understood, before anything is asked of an inventory.

import type { Objective, Problem, ProblemConstraint, Stability } from '../../domain/problem.ts';
import type { BASE_VERSIONS, DemandSpec, GENERIC_VERSIONS, LocationSpec } from '../../domain/template.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { IssueList } from './issues.ts';

export type TemplateVersion = (typeof BASE_VERSIONS)[number] | (typeof GENERIC_VERSIONS)[number];

/** BASE templates say `minimize: sum: [...]`, GENERIC ones `goal` and `operation_function`; nothing else differs. */
export type TemplateFamily = 'BASE' | 'GENERIC';

/** What the deployment adds to the language. */
export interface TemplateOptions {
  /** Zone categories `disaster`, `time`, `maintenance` → candidate field that holds the zone; unmapped ones are refused. */
  readonly zoneFields?: ReadonlyMap<string, string>;
}

/** A valid template: functions resolved, thresholds parsed, constraints split per demand. Lists keep the template's order. */
export interface ParsedTemplate {
  readonly version: TemplateVersion;
  readonly family: TemplateFamily;
  readonly parameters: JsonObject;
  /** Parameter `request_type`, else `REQUEST_TYPE`, else empty. */
  readonly requestType: string;
  /** Parameter `service_name`, a label of metrics; empty for none. */
  readonly serviceName: string;
  readonly locations: readonly LocationSpec[];
  readonly demands: readonly DemandSpec[];
  readonly constraints: readonly ProblemConstraint[];
  readonly objective: Objective | null;
  /** null for none. */
  readonly stability: Stability | null;
  readonly reservation: Problem['reservation'];
}

/** The names that other sections may refer to. */
export interface TemplateNames {
  readonly demands: ReadonlySet<string>;
  readonly locations: ReadonlySet<string>;
}

/** What a type's own check gets; `add` takes a path below the constraint's `properties`. */
export interface ConstraintCheck {
  readonly name: string;
  readonly properties: JsonObject;
  /** Names as listed, locations included. */
  readonly demands: readonly string[];
  /** Path of the properties. */
  readonly path: string;
  readonly zoneFields: ReadonlyMap<string, string>;
  add(path: string, message: string): void;
}

export interface ObjectiveContext {
  /** Null when the demands or locations section is broken: names are then not checked. */
  readonly names: TemplateNames | null;
  /** Demands that an `hpa` constraint names. */
  readonly hpaDemands: ReadonlySet<string>;
  readonly issues: IssueList;
}
