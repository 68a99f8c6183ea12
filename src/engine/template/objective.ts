// Objective parsers by template family.
import type { Objective } from '../../domain/problem.ts';
import type { JsonObject } from '../../lib/json.ts';
import { parseBaseObjective } from './objective-base.ts';
import { parseGenericObjective } from './objective-generic.ts';
import type { ObjectiveContext, TemplateFamily } from './types.ts';

/** Gets a non-empty `optimization`; adds its issues to the context. */
export type ObjectiveParser = (optimization: JsonObject, context: ObjectiveContext) => Objective | null;

const PARSERS: Readonly<Record<TemplateFamily, ObjectiveParser>> = {
  BASE: parseBaseObjective,
  GENERIC: parseGenericObjective,
};

/** The objective; null for none (an empty section). */
export function parseObjective(
  family: TemplateFamily,
  section: JsonObject | null,
  context: ObjectiveContext,
): Objective | null {
  if (section === null || Object.keys(section).length === 0) return null;
  return PARSERS[family](section, context);
}
