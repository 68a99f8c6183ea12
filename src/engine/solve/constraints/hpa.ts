// hpa: a cloud region needs, for every kind of virtual machine of the demand, a flavor with the required hardware capabilities.
// The best flavor of each entry goes into the candidate: its name by label, its id, the directives and the summed score.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Candidate } from '../../../domain/candidate.ts';
import type { Metrics } from '../../../domain/ports.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../../lib/json.ts';
import { type Constraint, FIT, type Refusal, reject, type Verdict } from '../framework/constraint.ts';
import { shown, topReasons } from '../framework/words.ts';
import { type Flavor, type KnownValues, readFlavors } from './hpa/flavor.ts';
import { hpaLimits } from './hpa/limits.ts';
import { type EntryMatch, matchEntry } from './hpa/match.ts';
import { type Entry, readEntries } from './hpa/requirement.ts';

interface Params {
  readonly entries: readonly Entry[];
}

/** Candidates judged before other work of the process gets a turn. */
const SLICE = 20;

export const hpa: Constraint<Params> = {
  name: 'hpa',
  rank: 4,
  cost: 'local',
  scope: 'unary',

  parse: readEntries,

  async check({ remote }, params, candidates) {
    const verdicts: Verdict[] = [];
    const known: KnownValues = new Map();
    for (const [index, candidate] of candidates.entries()) {
      if (index % SLICE === SLICE - 1) {
        await nextTurn();
        remote.call.signal?.throwIfAborted();
      }
      verdicts.push(
        candidate.inventory_type === 'cloud' ? judge(params.entries, candidate, known, remote.metrics) : FIT,
      );
    }
    if (verdicts.length > 0 && verdicts.every(({ kind }) => kind !== 'fit')) countRegion(remote.metrics, false, 'ALL');
    return verdicts;
  },

  limits({ entries }) {
    return hpaLimits(entries);
  },

  /** Quotes the refusal that came nearest to its requirement. */
  summarize(_params, refused) {
    const [nearest] = refused.filter(hasNumbers).sort((a, b) => gap(a) - gap(b));
    return nearest && refused.length > 1 ? `nearest: ${nearest.reason}` : topReasons(refused);
  },
};

function hasNumbers(refusal: Refusal): refusal is Refusal & { measured: number; required: number } {
  return refusal.measured !== undefined && refusal.required !== undefined;
}

function gap({ measured, required }: { measured: number; required: number }): number {
  return Math.abs(measured - required) / Math.max(1, Math.abs(required));
}

function judge(entries: readonly Entry[], candidate: Candidate, known: KnownValues, metrics: Metrics): Verdict {
  const flavors = readFlavors(candidate, known);
  if (typeof flavors === 'string') return reject(flavors);
  const region = regionOf(candidate);
  const seen = (flavor: Flavor, fits: boolean) => countFlavor(metrics, fits, region, flavor.name);
  const matches: { readonly entry: Entry; readonly flavor: Flavor; readonly score: number }[] = [];
  for (const entry of entries) {
    const match = matchEntry(entry, flavors, seen);
    countRegion(metrics, match.flavor !== null, region);
    if (match.flavor === null) return refusal(entry, flavors.length, match);
    matches.push({ entry, flavor: match.flavor, score: match.score });
  }
  return { kind: 'fit', adds: additions(candidate, matches) };
}

function refusal(entry: Entry, flavors: number, { nearest }: EntryMatch): Refusal {
  const who = shown(entry.id);
  if (!nearest) return reject(`${who}: no flavor fits`);
  const { flavor, miss } = nearest;
  const head =
    flavors === 1 ? `flavor ${flavor.name} does not fit` : `none of ${flavors} flavors fits, nearest ${flavor.name}`;
  return reject(`${who}: ${head}: ${miss.reason}`, miss.measured, miss.required);
}

/** Builds on what an earlier hpa constraint of the same demand has put there. */
function additions(
  candidate: Candidate,
  matches: readonly { readonly entry: Entry; readonly flavor: Flavor; readonly score: number }[],
): JsonObject {
  const earlier = own(candidate, 'flavor_map');
  const map = new Map<string, JsonValue>(isJsonObject(earlier) ? Object.entries(earlier) : []);
  const before = own(own(candidate, 'all_directives'), 'directives');
  const directives: JsonValue[] = Array.isArray(before) ? [...before] : [];
  const gained = own(candidate, 'hpa_score');
  let score = typeof gained === 'number' ? gained : 0;
  for (const { entry, flavor, score: more } of matches) {
    if (entry.label !== null) map.set(entry.label, flavor.name);
    map.set('flavorId', flavor.id);
    // `flavor_id` is this entry's own, where the map has room for one only.
    directives.push({ id: entry.id, type: entry.type, directives: entry.directives, flavor_id: flavor.id });
    score += more;
  }
  return { flavor_map: Object.fromEntries(map), all_directives: { directives }, hpa_score: score };
}

function regionOf(candidate: Candidate): string {
  return shown(own(candidate, 'vim-id') ?? candidate.candidate_id);
}

/** The labels are the reference's, which knows neither customer nor service here. */
function countFlavor(metrics: Metrics, fits: boolean, region: string, flavor: string): void {
  metrics.count(fits ? 'flavor_match_successful' : 'flavor_match_unsuccessful', {
    customer_name: 'ONAP',
    service_name: 'N/A',
    vnf_name: 'N/A',
    vnfc_name: 'N/A',
    cloud_region: region,
    flavor,
  });
}

function countRegion(metrics: Metrics, fits: boolean, region: string): void {
  const name = fits ? 'cloud_region_successful' : 'cloud_region_unsuccessful';
  metrics.count(name, { customer_name: 'ONAP', service_name: 'N/A', cloud_region: region });
}
