// How a failed translation reads in the plan: the reference's two forms (plan-lifecycle.md section 4).
import { isConductorError, TemplateInvalidError, toConductorError } from '../../domain/errors.ts';
import { pythonRepr } from './python-text.ts';
import { VERSION_PATH } from './sections.ts';

export interface PlanMessage {
  readonly message: string;
  /** `list`: REST sends a list with this one text. */
  readonly messageForm: 'text' | 'list';
}

/**
 * The plan's message for an error of translation: a wrong version, or a template that is no object, as the text of an
 * exception; every other known error as a list of one. Unknown errors give the safe text of INTERNAL.
 */
export function planMessageOf(error: unknown): PlanMessage {
  const { message } = toConductorError(error);
  if (!isConductorError(error)) return { message, messageForm: 'text' };
  const path = error instanceof TemplateInvalidError ? error.issues[0]?.path : undefined;
  if (path !== '' && path !== VERSION_PATH) return { message, messageForm: 'list' };
  const text = `An exception of type TranslatorException occurred, arguments:\n(${pythonRepr(message)},)`;
  return { message: text, messageForm: 'text' };
}
