// Objective parsers by template family. The GENERIC form (goal, operation_function) joins by replacing its entry.
import type { Objective } from '../../domain/problem.ts';
import type { JsonObject } from '../../lib/json.ts';
import { parseBaseObjective } from './objective-base.ts';
import type { ObjectiveContext, TemplateFamily } from './types.ts';

/** Gets a non-empty `optimization`; adds its issues to the context. */
export type ObjectiveParser = (optimization: JsonObject, context: ObjectiveContext) => Objective | null;

const PARSERS: Readonly<Record<TemplateFamily, ObjectiveParser>> = {
  BASE: parseBaseObjective,
  GENERIC: (_optimization, { issues }) => {
    issues.addUnsupported('optimization', 'Optimization by goal and operation_function (template version 2020-08-13)');
    return null;
  },
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
