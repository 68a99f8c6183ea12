// The documents of an OOF-HAS row in the shapes of this program: recommendations as they stand, each with the candidate that the
// search saw; what was dropped. Its translation stays where it is: it is another program's problem, and this program's solver,
// asked what-if questions, would answer them for a problem that is not quite the same.
import type { Candidate, DroppedCandidate } from '../../domain/candidate.ts';
import type { ProblemDemand } from '../../domain/problem.ts';
import type { DemandRecommendation, Recommendation, Solution } from '../../domain/solution.ts';
import type { TemplateDocument } from '../../domain/template.ts';
import type { TriageDocument } from '../../domain/triage.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { decoded, documentOf, type HasRow } from './layout.ts';

/** OOF-HAS keeps no files beside a template. */
export function templateOf(row: HasRow): TemplateDocument {
  return { template: documentOf(row.template) ?? {}, files: {} };
}

/** null while the row has none. Where the search looked, in what order, and what it refused is not recorded there. */
export function solutionOf(row: HasRow): Solution | null {
  const solution = documentOf(row.solution);
  if (!solution && row.status !== 'not found') return null;
  const candidates = new Map(demandsOf(row).map(({ name, candidates: list }) => [name, list]));
  const recommendations = listOf(own(solution, 'recommendations')).filter(isJsonObject);
  return {
    recommendations: recommendations.map((one) => recommendationOf(one, candidates)),
    diagnosis: { demands: [], nodes: 0, elapsedMs: 0, timedOut: false, summary: ['Solved by OOF-HAS.'] },
  };
}

function recommendationOf(one: JsonObject, candidates: ReadonlyMap<string, readonly Candidate[]>): Recommendation {
  const demands = Object.entries(one).flatMap(([demand, value]): DemandRecommendation[] => {
    if (!isJsonObject(value)) return [];
    const candidate = own(value, 'candidate');
    const attributes = own(value, 'attributes');
    const shown = isJsonObject(candidate) ? candidate : {};
    const id = own(shown, 'candidate_id');
    const seen = candidates.get(demand)?.find(({ candidate_id }) => candidate_id === id);
    return [
      {
        demand,
        inventory_provider: textOr(own(value, 'inventory_provider'), 'aai'),
        service_resource_id: textOr(own(value, 'service_resource_id'), null),
        candidate: shown,
        attributes: isJsonObject(attributes) ? attributes : {},
        source: seen ? (seen as JsonObject) : shown,
      },
    ];
  });
  return { demands, objective: null, terms: [] };
}

/** `triage_translator` of a `triage_tool` row; the solver's tree is another program's and is not taken. */
export function triageOf(row: JsonObject | null): TriageDocument | null {
  const translator = decoded(own(row, 'triage_translator'));
  const entries = listOf(own(translator, 'dropped_candidates'));
  if (entries.length === 0) return null;
  return {
    dropped: entries.map((entry) => ({
      demand: textOr(own(entry, 'name'), ''),
      candidates: [...listOf(own(entry, 'translation_dropped')), ...listOf(own(entry, 'latency_dropped'))].map(dropOf),
    })),
  };
}

function dropOf(value: JsonValue): DroppedCandidate {
  return {
    candidate_id: textOr(own(value, 'candidate_id'), ''),
    location_id: textOr(own(value, 'location_id'), null),
    reason: textOr(own(value, 'reason'), ''),
  };
}

function demandsOf(row: HasRow): readonly ProblemDemand[] {
  const { conductor_solver: problem } = documentOf(row.translation) ?? {};
  return entriesOf(own(problem, 'demands')).map(([name, demand]) => ({
    name,
    candidates: listOf(own(demand, 'candidates')).flatMap((one) => candidateOf(one) ?? []),
  }));
}

/** Without the region's flavor catalogue, which is large. */
function candidateOf(value: JsonValue): Candidate | null {
  if (!isJsonObject(value) || typeof own(value, 'candidate_id') !== 'string') return null;
  const { flavors: _, ...rest } = value;
  return {
    ...rest,
    candidate_id: textOr(own(value, 'candidate_id'), ''),
    inventory_type: textOr(own(value, 'inventory_type'), ''),
    inventory_provider: textOr(own(value, 'inventory_provider'), 'aai'),
    uniqueness: textOr(own(value, 'uniqueness'), 'true'),
    cost: Number(own(value, 'cost') ?? 0) || 0,
  };
}

function entriesOf(value: JsonValue | undefined): [string, JsonValue][] {
  return isJsonObject(value) ? Object.entries(value) : [];
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function textOr<T extends string | null>(value: JsonValue | undefined, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}
