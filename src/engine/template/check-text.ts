// Judges a file of a person: a template, or the body of a plan request with the template inside, as JSON or YAML text.
import { type Issue, TemplateInvalidError } from '../../domain/errors.ts';
import { isJsonObject, type JsonObject, own } from '../../lib/json.ts';
import { keyPath } from './issues.ts';
import { validateTemplate } from './parse.ts';
import { parseTemplateText } from './parse-text.ts';
import { VERSION_PATH } from './sections.ts';
import { locateIssues } from './text.ts';
import type { TemplateOptions } from './types.ts';

const INSIDE = 'template';

/** The template inside a request body, or undefined when the document is a template itself. */
function templateInside(document: JsonObject): JsonObject | string | undefined {
  const inner = Object.hasOwn(document, VERSION_PATH) ? undefined : own(document, INSIDE);
  return isJsonObject(inner) || typeof inner === 'string' ? inner : undefined;
}

async function issuesOfRequest(
  request: JsonObject,
  template: JsonObject | string,
  files: JsonObject,
  options: TemplateOptions,
): Promise<readonly Issue[]> {
  const sent = own(request, 'files');
  const all = { ...files, ...(isJsonObject(sent) ? sent : {}) };
  const issues =
    typeof template === 'string'
      ? await checkTemplateText(template, all, options)
      : validateTemplate({ template, files: all }, options);
  // Lines inside a text that is a value of the request are not lines of the file.
  return issues.map(({ path, message }) => ({ path: path === '' ? INSIDE : keyPath(INSIDE, path), message }));
}

/**
 * Every broken rule with path and line; empty when valid. `files`: contents for `get_file`, before those of the request itself.
 * Throws PAYLOAD_TOO_LARGE above 10 MB.
 */
export async function checkTemplateText(
  text: string,
  files: JsonObject,
  options: TemplateOptions = {},
): Promise<readonly Issue[]> {
  try {
    const document = await parseTemplateText(text);
    const template = templateInside(document);
    if (template === undefined) return validateTemplate({ template: document, files }, { ...options, text });
    return locateIssues(await issuesOfRequest(document, template, files, options), text);
  } catch (error) {
    if (error instanceof TemplateInvalidError) return error.issues;
    throw error;
  }
}
