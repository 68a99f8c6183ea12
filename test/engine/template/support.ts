// Templates for the parser's tests: a small valid one, and what the parser says about changes of it.
import type { Issue } from '../../../src/domain/errors.ts';
import type { BaseOperand } from '../../../src/domain/problem.ts';
import type { TemplateDocument } from '../../../src/domain/template.ts';
import {
  type ParsedTemplate,
  parseTemplate,
  type TemplateOptions,
  validateTemplate,
} from '../../../src/engine/template/index.ts';
import type { JsonObject } from '../../../src/lib/json.ts';

export const CLOUD: JsonObject = { inventory_provider: 'aai', inventory_type: 'cloud' };
export const SERVICE: JsonObject = {
  inventory_provider: 'aai',
  inventory_type: 'service',
  customer_id: 'customer-1',
  service_type: 'vGMux',
};

const BASE: JsonObject = {
  homing_template_version: '2017-10-10',
  parameters: { size: 3 },
  locations: { place: { latitude: '41.8', longitude: -87.6 } },
  demands: { vG: [CLOUD], vB: [CLOUD] },
};

/** The valid template with some sections replaced; `undefined` leaves a section out. */
export function documentWith(changes: Record<string, unknown>, files: JsonObject = {}): TemplateDocument {
  const entries = Object.entries({ ...BASE, ...changes }).filter(([, value]) => value !== undefined);
  return { template: Object.fromEntries(entries) as JsonObject, files };
}

export function issuesOf(
  changes: Record<string, unknown>,
  files?: JsonObject,
  options?: TemplateOptions,
): readonly Issue[] {
  return validateTemplate(documentWith(changes, files), options);
}

export function messagesOf(
  changes: Record<string, unknown>,
  files?: JsonObject,
  options?: TemplateOptions,
): readonly string[] {
  return issuesOf(changes, files, options).map((issue) => issue.message);
}

export function parsed(
  changes: Record<string, unknown>,
  files?: JsonObject,
  options?: TemplateOptions,
): ParsedTemplate {
  return parseTemplate(documentWith(changes, files), options);
}

/** The terms of a BASE objective; none for another or no objective. */
export function operandsOf({ objective }: ParsedTemplate): readonly BaseOperand[] {
  return objective?.kind === 'base' ? objective.operands : [];
}

/** One constraint named `c` for demand vG, unless told otherwise. */
export function constraint(type: string, properties: unknown, demands: unknown = ['vG']): Record<string, unknown> {
  return { constraints: { c: { type, demands, properties } } };
}

/** One requirement of the only demand vG. */
export function requirement(changes: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries({ ...CLOUD, ...changes }).filter(([, value]) => value !== undefined);
  return { demands: { vG: [Object.fromEntries(entries)] } };
}
