// The fixed table of `derive_from` methods. The reference evaluates the name as program text; here a name that is not in the table
// is refused.
import type { JsonValue } from '../../lib/json.ts';
import { own } from '../../lib/json.ts';
import { distinct } from '../aai/links.ts';

/** A value that an upstream system gives: the tracking areas of these zones, as one list. */
export interface Derivation {
  readonly zoneIds: readonly string[];
}

/** Zones of one coverage area; each is a question to CPS. */
const MAX_ZONES = 1_000;

/** By name: the derivation that the arguments mean, or what is wrong with them. */
export const DERIVATIONS: ReadonlyMap<string, (args: JsonValue | undefined) => Derivation | string> = new Map([
  ['get_tracking_area', (args: JsonValue | undefined) => zonesOf(own(args, 'coverage_area'))],
]);

/** `City: Name-1,2,3`: the zone ids follow the first hyphen. */
function zonesOf(area: JsonValue | undefined): Derivation | string {
  if (typeof area !== 'string') return 'must have coverage_area as a text';
  const hyphen = area.indexOf('-');
  const zoneIds = distinct(hyphen < 0 ? [] : area.slice(hyphen + 1).split(',')).filter((zone) => zone !== '');
  if (zoneIds.length === 0) return 'must have coverage_area of the form "Name-zone,zone,…"';
  return zoneIds.length > MAX_ZONES ? `must not name more than ${MAX_ZONES} zones` : { zoneIds };
}
