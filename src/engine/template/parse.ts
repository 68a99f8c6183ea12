// The whole template: every rule that needs no inventory, in the reference's order of checks, and what the template means.
import { type Issue, TemplateInvalidError } from '../../domain/errors.ts';
import type { TemplateDocument } from '../../domain/template.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { parseConstraints } from './constraints.ts';
import { parseDemands } from './demands.ts';
import { FunctionResolver } from './functions.ts';
import { IssueList, itemPath, keyPath, parentPath } from './issues.ts';
import { excessOf, TEMPLATE_LIMITS } from './limits.ts';
import { parseLocations } from './locations.ts';
import { parseObjective } from './objective.ts';
import { parseStability } from './penalties.ts';
import { parseReservation } from './reservations.ts';
import { nameList, readSections, readVersion, type Sections } from './sections.ts';
import { locateIssues } from './text.ts';
import type { ParsedTemplate, TemplateOptions } from './types.ts';

const NO_ZONES: ReadonlyMap<string, string> = new Map();

type Analysis = { readonly issues: readonly Issue[]; readonly parsed: ParsedTemplate | null };

/** The first of these parameters that is a non-empty text, else empty. */
function textParameter(parameters: JsonObject, ...keys: readonly string[]): string {
  for (const key of keys) {
    const value = own(parameters, key);
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

function hpaDemandsOf(constraints: JsonObject | null): ReadonlySet<string> {
  const hpa = Object.values(constraints ?? {}).filter((constraint) => own(constraint, 'type') === 'hpa');
  return new Set(hpa.flatMap((constraint) => nameList(own(constraint, 'demands')) ?? []));
}

function hasBadNumber(value: JsonValue): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  return (Array.isArray(value) ? (value as readonly JsonValue[]) : Object.values(value)).some(hasBadNumber);
}

/** Numbers that are no numbers in JSON (1e400 read elsewhere). Coordinates have a text of their own. */
function checkNumbers(value: JsonValue, path: string, issues: IssueList): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    issues.add(path, `Number in path ${path} is out of range`);
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) checkNumbers(item, keyPath(path, key), issues);
  } else if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      checkNumbers(item, itemPath(path, index), issues);
    }
  }
}

function checkAllNumbers(sections: Sections, issues: IssueList): void {
  const { demands, constraints, optimization, reservation, reservationKey } = sections;
  const places = { demands, constraints, optimization, [reservationKey]: reservation };
  for (const [path, section] of Object.entries(places)) if (hasBadNumber(section)) checkNumbers(section, path, issues);
}

/** Leaves out what is said about places whose function could not be resolved, except that itself. */
function withoutEchoes(
  issues: readonly Issue[],
  unresolved: ReadonlySet<string>,
  own: readonly Issue[],
): readonly Issue[] {
  if (unresolved.size === 0) return issues;
  const keep = new Set(own);
  const echoes = (path: string): boolean => {
    for (let at: string | null = path; at !== null; at = parentPath(at)) if (unresolved.has(at)) return true;
    return false;
  };
  return issues.filter((issue) => keep.has(issue) || !echoes(issue.path));
}

function build(template: JsonObject, files: JsonObject, options: TemplateOptions): Analysis {
  const structure = new IssueList();
  const functions = new IssueList();
  const rules = new IssueList();
  const version = readVersion(template, structure);
  const resolverFor = (parameters: JsonObject | null) => new FunctionResolver(parameters, files, functions);
  const { sections, names, resolver } = readSections(template, resolverFor, structure);
  const locations = parseLocations(sections.locations, rules);
  const demands = parseDemands(sections.demands, rules);
  const context = {
    names: sections.demands === null || sections.locations === null ? null : names,
    hpaDemands: hpaDemandsOf(sections.constraints),
    issues: rules,
  };
  // The form of the objective depends on the version; an unknown one is reported by itself.
  const objective = version === null ? null : parseObjective(version.family, sections.optimization, context);
  const constraints = parseConstraints(sections.constraints, names, {
    zoneFields: options.zoneFields ?? NO_ZONES,
    issues: rules,
  });
  const known = sections.demands === null ? null : names.demands;
  const reservation = parseReservation(sections.reservation, sections.reservationKey, known, rules);
  const stability = parseStability(sections.stability, known, rules);
  checkAllNumbers(sections, rules);
  const all = [...structure.items, ...functions.items, ...rules.items];
  const issues = withoutEchoes(all, resolver.unresolved, functions.items);
  if (version === null || all.length > 0) return { issues, parsed: null };
  const parameters = sections.parameters ?? {};
  const parsed = {
    ...version,
    parameters,
    requestType: textParameter(parameters, 'request_type', 'REQUEST_TYPE'),
    serviceName: textParameter(parameters, 'service_name'),
    locations,
    demands,
    constraints,
    objective,
    stability,
    reservation,
  };
  return { issues, parsed };
}

function analyse(document: TemplateDocument, options: TemplateOptions): Analysis {
  const template: JsonValue = document.template;
  if (!isJsonObject(template)) {
    return { issues: [{ path: '', message: 'Template must be an object' }], parsed: null };
  }
  const excess = excessOf(template, TEMPLATE_LIMITS) ?? excessOf(document.files, TEMPLATE_LIMITS);
  if (excess !== null) return { issues: [{ path: '', message: `Template ${excess}` }], parsed: null };
  return build(template, document.files, options);
}

/**
 * Every broken rule that needs no inventory, first the one that REST clients are told; empty when valid. Never throws.
 * `text`: what the template was read from, for line numbers.
 */
export function validateTemplate(
  document: TemplateDocument,
  options: TemplateOptions & { readonly text?: string | undefined } = {},
): readonly Issue[] {
  const { issues } = analyse(document, options);
  return options.text === undefined ? issues : locateIssues(issues, options.text);
}

/** The meaning of a valid template. Throws TemplateInvalidError with all issues. */
export function parseTemplate(document: TemplateDocument, options: TemplateOptions = {}): ParsedTemplate {
  const { issues, parsed } = analyse(document, options);
  if (parsed === null) throw new TemplateInvalidError(issues);
  return parsed;
}
