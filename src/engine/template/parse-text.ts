// Template text → object without stalling the event loop: small texts at once, large ones in a worker thread.
import { TemplateInvalidError } from '../../domain/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { type AsideOptions, runAside } from './aside.ts';
import { NO_OBJECT } from './document.ts';
import { checkSize, TEMPLATE_LIMITS, type TemplateLimits } from './limits.ts';
import { readTemplateText } from './text.ts';

export interface ParseTextOptions extends Partial<TemplateLimits>, AsideOptions {
  /** Texts with more characters are read in a worker thread. @default 200000 */
  readonly workerAbove?: number | undefined;
  /** The same for texts that are not JSON: YAML takes some twenty times as long. @default 32000 */
  readonly yamlWorkerAbove?: number | undefined;
}

/** Whether JSON.parse takes it; at these sizes that costs next to nothing. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function readValue(text: string, limits: TemplateLimits, options: ParseTextOptions): Promise<JsonValue> {
  const { workerAbove = 200_000, yamlWorkerAbove = 32_000 } = options;
  const small = text.length <= workerAbove && (text.length <= yamlWorkerAbove || isJson(text));
  if (small) return readTemplateText(text, 'template', limits).value;
  const json = await runAside('read', { text, limits }, options);
  return JSON.parse(json ?? text) as JsonValue;
}

/**
 * The template object of a JSON or YAML 1.1 text. Throws TEMPLATE_INVALID (unreadable, or not an object) with lines,
 * PAYLOAD_TOO_LARGE above `maxBytes` (10 MB by default), the signal's reason when aborted.
 */
export async function parseTemplateText(text: string, options: ParseTextOptions = {}): Promise<JsonObject> {
  const limits: TemplateLimits = {
    maxBytes: options.maxBytes ?? TEMPLATE_LIMITS.maxBytes,
    maxDepth: options.maxDepth ?? TEMPLATE_LIMITS.maxDepth,
    maxAliases: options.maxAliases ?? TEMPLATE_LIMITS.maxAliases,
    maxNodes: options.maxNodes ?? TEMPLATE_LIMITS.maxNodes,
  };
  checkSize(text, limits.maxBytes);
  const value = await readValue(text, limits, options);
  if (!isJsonObject(value)) throw new TemplateInvalidError([{ path: '', message: NO_OBJECT, line: 1 }]);
  return value;
}
