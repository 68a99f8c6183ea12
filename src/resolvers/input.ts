// Arguments that the schema's types cannot check by themselves.
import { ConductorError } from '../domain/errors.ts';
import type { JsonObject } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';

/** The value when it is a JSON object. Throws BAD_REQUEST that names the argument. */
export function jsonObject(value: unknown, argument: string): JsonObject {
  if (!isJsonObject(value)) throw new ConductorError('BAD_REQUEST', `\`${argument}\` must be a JSON object.`);
  return value;
}

export interface TemplateInput {
  readonly template?: unknown;
  readonly templateText?: string | null | undefined;
}

/** The one template of the two forms. Throws BAD_REQUEST when both or neither are given. */
export function templateOf(input: TemplateInput): JsonObject | string {
  const { template, templateText } = input;
  if ((template == null) === (templateText == null)) {
    throw new ConductorError(
      'BAD_REQUEST',
      'Give either `template` (a JSON object) or `templateText` (YAML or JSON text).',
    );
  }
  return templateText ?? jsonObject(template, 'template');
}

/** An object without its null fields: GraphQL's null and an argument left out mean the same here. */
export function withoutNulls<T extends object>(input: T): { [K in keyof T]?: Exclude<T[K], null | undefined> } {
  const entries = Object.entries(input).filter(([, value]) => value != null);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], null | undefined> };
}
