// The pure template parser: text → object, object → issues, object → meaning. No inventory, no store.
export { checkTemplate, parseTemplateAside } from './aside.ts';
export { checkTemplateText } from './check-text.ts';
export { checkBytes, documentOf } from './document.ts';
export type { GivenTemplate } from './jobs.ts';
export { excessOf, TEMPLATE_LIMITS, type TemplateLimits } from './limits.ts';
export { type PlanMessage, planMessageOf } from './message.ts';
export { parseTemplate, validateTemplate } from './parse.ts';
export { type ParseTextOptions, parseTemplateText } from './parse-text.ts';
export { findDuplicateKey, readTemplateText, type TextLabel } from './text.ts';
export type { ParsedTemplate, TemplateFamily, TemplateOptions, TemplateVersion } from './types.ts';
