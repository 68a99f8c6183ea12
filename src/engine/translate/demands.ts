// Demands → candidates: explicit ones as given, the others by one batched question to each inventory provider.
import { type Candidate, conflictIdOf, type DroppedCandidate } from '../../domain/candidate.ts';
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext, DemandRequest, DemandResolution, InventoryProvider } from '../../domain/ports.ts';
import type { ProblemDemand } from '../../domain/problem.ts';
import type { DemandSpec, Requirement } from '../../domain/template.ts';
import { type JsonObject, own } from '../../lib/json.ts';
import { type DroppedByDemand, TranslationError } from './error.ts';

/** One requirement that goes to an inventory, and who is asked. */
interface Question {
  readonly request: DemandRequest;
  readonly providers: readonly InventoryProvider[];
  /** Answers in the order of `providers`. */
  readonly answers: DemandResolution[];
}

/** An explicit candidate with the fields that every candidate has; what it does not say comes from its requirement. */
function explicitCandidate(given: JsonObject, requirement: Requirement): Candidate {
  const text = (key: string, otherwise: string): string => {
    const value = own(given, key) ?? '';
    return value === '' ? otherwise : String(value);
  };
  const { serviceResourceId, passthroughAttributes, conflictIdentifier } = requirement;
  const candidate: Candidate = {
    ...(serviceResourceId === null ? {} : { service_resource_id: serviceResourceId }),
    ...(passthroughAttributes === null ? {} : { passthrough_attributes: passthroughAttributes }),
    ...given,
    candidate_id: text('candidate_id', ''),
    inventory_type: text('inventory_type', requirement.inventoryType ?? ''),
    inventory_provider: text('inventory_provider', requirement.inventoryProvider),
    uniqueness: text('uniqueness', requirement.unique),
    cost: Number(own(given, 'cost') ?? 0),
  };
  // Order locks are about cloud candidates alone.
  if (conflictIdentifier === null || candidate.inventory_type !== 'cloud' || candidate.conflict_id) return candidate;
  return { ...candidate, conflict_id: conflictIdOf(conflictIdentifier, candidate) };
}

/** The provider a requirement names, if it serves the type; else all that do, as the reference asks everybody. */
function providersFor(requirement: Requirement, providers: readonly InventoryProvider[]): readonly InventoryProvider[] {
  const type = requirement.inventoryType ?? '';
  const able = providers.filter(({ inventoryTypes }) => inventoryTypes === undefined || inventoryTypes.has(type));
  const named = able.filter((provider) => provider.name === requirement.inventoryProvider);
  return named.length > 0 ? named : able;
}

async function ask(provider: InventoryProvider, questions: readonly Question[], ctx: CallContext): Promise<void> {
  const mine = questions.filter((question) => question.providers.includes(provider));
  if (mine.length === 0) return;
  const resolutions = await provider.resolveDemands(
    mine.map((question) => question.request),
    ctx,
  );
  for (const [index, question] of mine.entries()) {
    const resolution = resolutions[index];
    if (resolution === undefined) {
      throw new ConductorError('UPSTREAM_BAD_DATA', `Inventory provider ${provider.name} left demands unanswered.`);
    }
    question.answers[question.providers.indexOf(provider)] = resolution;
  }
}

/** Distinct by id; a later equal id replaces the earlier value in its place. */
function union(candidates: readonly Candidate[]): readonly Candidate[] {
  const byId = new Map<string, Candidate>();
  for (const candidate of candidates) byId.set(candidate.candidate_id, candidate);
  return [...byId.values()];
}

interface Gathered {
  readonly demand: ProblemDemand;
  readonly dropped: readonly DroppedCandidate[];
  /** Why the demand has no candidates, or null. */
  readonly problem: string | null;
}

function problemOf(spec: DemandSpec, found: number, questions: readonly Question[]): string | null {
  if (found > 0) return null;
  if (questions.some((question) => question.answers.length === 0)) {
    return `Unable to resolve inventory candidates for demand ${spec.name}`;
  }
  const required = spec.requirements.some((requirement) => requirement.requiredCandidates.length > 0);
  return `Unable to find any ${required ? 'required ' : ''}candidate for demand ${spec.name}`;
}

function gather(spec: DemandSpec, questions: readonly Question[]): Gathered {
  const explicit = spec.requirements.flatMap((requirement) =>
    (requirement.candidates ?? []).map((candidate) => explicitCandidate(candidate, requirement)),
  );
  const answers = questions.flatMap((question) => question.answers);
  const candidates = union([...explicit, ...answers.flatMap((answer) => answer.candidates)]);
  return {
    demand: { name: spec.name, candidates },
    dropped: answers.flatMap((answer) => answer.dropped),
    problem: problemOf(spec, candidates.length, questions),
  };
}

/**
 * All demands with their candidates, in template order; every provider is asked once, about all that concerns it. `flavors`:
 * demands whose cloud candidates are to carry their region's flavors.
 * Throws TranslationError (with all drops) when a demand has no candidate, or the provider's UPSTREAM_* error.
 */
export async function resolveDemands(
  specs: readonly DemandSpec[],
  { planId, flavors }: { readonly planId: string; readonly flavors: ReadonlySet<string> },
  providers: readonly InventoryProvider[],
  ctx: CallContext,
): Promise<{ readonly demands: readonly ProblemDemand[]; readonly dropped: readonly DroppedByDemand[] }> {
  const bySpec = specs.map((spec) =>
    spec.requirements
      .filter((requirement) => requirement.candidates === null)
      .map((requirement): Question => {
        const request = { planId, demand: spec.name, requirement, flavors: flavors.has(spec.name) };
        return { request, providers: providersFor(requirement, providers), answers: [] };
      }),
  );
  await Promise.all(providers.map((provider) => ask(provider, bySpec.flat(), ctx)));
  const gathered = specs.map((spec, index) => gather(spec, bySpec[index] ?? []));
  const dropped = gathered
    .filter((item) => item.dropped.length > 0)
    .map((item) => ({ demand: item.demand.name, candidates: item.dropped }));
  const problem = gathered.find((item) => item.problem !== null)?.problem;
  if (problem) throw new TranslationError(problem, dropped);
  return { demands: gathered.map((item) => item.demand), dropped };
}
