// Translation on record: the same translator over providers that know only what an earlier translation was told. What it was
// not told is refused by name: a guess would make a what-if say something about a world that nobody has seen.
import type { Candidate } from '../../domain/candidate.ts';
import { ConductorError } from '../../domain/errors.ts';
import type { InventoryProvider, Logger, ResolvedPlace } from '../../domain/ports.ts';
import type { Problem } from '../../domain/problem.ts';
import type { DemandSpec, LocationSpec } from '../../domain/template.ts';
import type { CandidateOverlay, RecordTranslator } from '../../domain/what-if.ts';
import { canonicalJson } from '../../lib/json.ts';
import { parseTemplateAside } from '../template/aside.ts';
import type { ParsedTemplate, TemplateOptions } from '../template/types.ts';
import { createTranslator } from './index.ts';
import { addedTo, overlaid } from './overlay.ts';

export interface RecordTranslatorOptions extends TemplateOptions {
  readonly logger: Logger;
}

const PLAN = { id: 'what-if', name: 'what-if' };

/** See the port. */
export function createRecordTranslator(options: RecordTranslatorOptions): RecordTranslator {
  return {
    async translate(document, recorded, overlays) {
      const parsed = await parseTemplateAside(document, options);
      const names = new Set(parsed.demands.map(({ name }) => name));
      const stranger = overlays.find(({ demand }) => !names.has(demand));
      if (stranger) throw refused(`the template has no demand ${stranger.demand}`);
      const before = recorded && (await parseTemplateAside(recorded.document, options));
      const record = new Recorded(recorded?.problem ?? null, before, parsed.demands);
      const translator = createTranslator({
        ...options,
        providers: [recordProvider(record, overlays)],
        latencyRules: { read: async () => record.latencyRules() },
      });
      const plan = { ...PLAN, id: recorded?.problem.planId ?? PLAN.id };
      const { problem } = await translator.translate(document, plan, { requestId: plan.id });
      return { ...problem, demands: overlaid(problem.demands, overlays) };
    },
  };
}

/** What an earlier translation was told, by who could be asked again. */
class Recorded {
  readonly #problem: Problem | null;
  readonly #demands: ReadonlyMap<string, string>;
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #places: ReadonlyMap<string, ResolvedPlace>;

  /** Of the earlier translation: what it made, and of what. Null for none. */
  constructor(problem: Problem | null, parsed: ParsedTemplate | null, wanted: readonly DemandSpec[]) {
    this.#problem = problem;
    this.#demands = texts(parsed?.demands ?? []);
    this.#wanted = texts(wanted);
    const located = new Map(problem?.locations.map((location) => [location.name, location]));
    this.#places = new Map(
      (parsed?.locations ?? []).flatMap((spec) => {
        const [key, place] = [lookUpKey(spec), located.get(spec.name)];
        return key !== null && place ? [[key, place]] : [];
      }),
    );
  }

  /** All candidates of the demand; null when it was never asked about in this form. */
  candidates(demand: string): readonly Candidate[] | null {
    if (!this.#demands.has(demand) || this.#demands.get(demand) !== this.#wanted.get(demand)) return null;
    return this.#problem?.demands.find(({ name }) => name === demand)?.candidates ?? null;
  }

  place(kind: 'host name' | 'CLLI code', name: string): ResolvedPlace {
    const place = this.#places.get(JSON.stringify([kind, name]));
    if (!place) throw refused(`no place is recorded for ${kind} ${name}`);
    return place;
  }

  groupPairs(): readonly (readonly [string, string])[] {
    const known = this.#problem?.constraints.find(({ type }) => type === 'inventory_group')?.properties['pairs'];
    if (!Array.isArray(known)) throw refused('no inventory groups are recorded');
    return known as unknown as readonly (readonly [string, string])[];
  }

  latencyRules() {
    const rules = this.#problem?.latencyRules;
    if (!rules) throw refused('no latency rules are recorded');
    return rules;
  }
}

function recordProvider(record: Recorded, overlays: readonly CandidateOverlay[]): InventoryProvider {
  return {
    name: 'record',
    async resolveDemands(requests) {
      const told = new Set<string>();
      return requests.map(({ demand, flavors }) => {
        // The record does not say which requirement brought a candidate: the first one brings all.
        if (told.has(demand)) return { candidates: [], dropped: [] };
        told.add(demand);
        const known = record.candidates(demand);
        const candidates = [...(known ?? []), ...addedTo(demand, known ?? [], overlays)];
        if (!known && candidates.length === 0) {
          throw refused(`no candidates are recorded for demand ${demand} as the template has it now; add some to it`);
        }
        if (flavors) assertFlavors(demand, known ?? []);
        return { candidates, dropped: [] };
      });
    },
    resolveHostName: async (name) => record.place('host name', name),
    resolveClliCode: async (code) => record.place('CLLI code', code),
    inventoryGroupPairs: async () => record.groupPairs(),
  };
}

function assertFlavors(demand: string, candidates: readonly Candidate[]): void {
  const cloud = candidates.filter(({ inventory_type: type }) => type === 'cloud');
  if (cloud.length === 0 || cloud.some((candidate) => Object.hasOwn(candidate, 'flavors'))) return;
  throw refused(`no flavors are recorded for the candidates of demand ${demand}`);
}

function texts(demands: readonly DemandSpec[]): ReadonlyMap<string, string> {
  return new Map(demands.map(({ name, requirements }) => [name, canonicalJson(requirements)]));
}

function lookUpKey(spec: LocationSpec): string | null {
  if (spec.kind === 'host_name') return JSON.stringify(['host name', spec.hostName]);
  return spec.kind === 'clli_code' ? JSON.stringify(['CLLI code', spec.clliCode]) : null;
}

function refused(what: string): ConductorError {
  return new ConductorError('BAD_REQUEST', `A what-if asks no inventory: ${what}.`);
}
