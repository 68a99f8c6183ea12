// A template with its files as one document: what every way in checks before anything else looks at it.
import { ConductorError, TemplateInvalidError } from '../../domain/errors.ts';
import type { TemplateDocument } from '../../domain/template.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { excessOf, TEMPLATE_LIMITS } from './limits.ts';

export const NO_OBJECT = 'Template must be an object';

/**
 * The document of a template and the contents for `get_file`. `maxBytes` limits their JSON. Throws TEMPLATE_INVALID (not an
 * object, too deep, too many values), PAYLOAD_TOO_LARGE.
 */
export function documentOf(template: JsonValue, files: JsonObject, maxBytes: number): TemplateDocument {
  if (!isJsonObject(template)) throw refusal(NO_OBJECT);
  const document = { template, files };
  const excess = excessOf(document, TEMPLATE_LIMITS);
  if (excess !== null) throw refusal(`Template ${excess}`);
  checkBytes(JSON.stringify(document), maxBytes);
  return document;
}

/** Throws PAYLOAD_TOO_LARGE. */
export function checkBytes(text: string, maxBytes: number): void {
  if (Buffer.byteLength(text) <= maxBytes) return;
  throw new ConductorError('PAYLOAD_TOO_LARGE', `The template with its files is larger than ${maxBytes} bytes.`);
}

function refusal(message: string): TemplateInvalidError {
  return new TemplateInvalidError([{ path: '', message }]);
}
