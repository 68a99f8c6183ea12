// Where VNFs and their modules stand: region version, vservers, the hosts of those and the complexes of the hosts, each kind in
// one batched read for a whole plan. Shared by `service` and `vfmodule` demands.
import type { CloudRegionKey } from '../../domain/inventory.ts';
import type { CallContext } from '../../domain/ports.ts';
import { own } from '../../lib/json.ts';
import { distinct, relatedKey, relations } from './links.ts';
import { cloudRegions, pservers, regionKey, vserverDetails, vservers } from './loaders.ts';
import { complexIds } from './map.ts';
import { REASON } from './match.ts';
import { badField, entityOr, firsts, isEntity, isReject, type Read, type Reject, throwIfDown } from './outcome.ts';
import { type PlaceFields, placeFields } from './place.ts';
import type { ReaderParts } from './readers.ts';
import { type Entity, filled } from './wire.ts';

/** Something that runs on vservers of one cloud region. */
export interface Placed {
  readonly region: CloudRegionKey;
  /** Links of its vservers; at least one. */
  readonly vserverLinks: readonly string[];
}

/** Everything read around the placed things of a plan, by key. */
export interface Surroundings {
  readonly regions: Read;
  readonly vservers: Read;
  readonly hosts: Read;
  readonly complexes: Read;
}

/**
 * Reads what surrounds the given things: up to four kinds of requests. `detailLinks`: vservers that are wanted with their
 * interfaces, then all are read so. Throws when the inventory is not reachable.
 */
export async function readSurroundings(
  things: readonly Placed[],
  parts: ReaderParts,
  ctx: CallContext,
  detailLinks: readonly string[] | null = null,
): Promise<Surroundings> {
  const { batch, hpaEnabled } = parts;
  const links = distinct([...things.flatMap((item) => item.vserverLinks), ...(detailLinks ?? [])]);
  const [regions, servers] = await Promise.all([
    readRegions(things, parts, ctx),
    batch(detailLinks ? vserverDetails : vservers, links, ctx).then(firsts),
  ]);
  const hosts = firsts(await batch(pservers, distinct([...servers.values()].flatMap(hostsOf)), ctx));
  // Regions of things without a known host stand in for it, so their complexes are wanted too.
  const bearers = [...hosts.values(), ...(hpaEnabled ? regions.values() : [])];
  const wanted = distinct(bearers.flatMap((entity) => (isEntity(entity) ? complexIds(entity.object) : [])));
  const complexes = await lastKnownComplexes(parts, wanted, ctx);
  for (const read of [regions, servers, hosts, complexes]) throwIfDown(read.values());
  return { regions, vservers: servers, hosts, complexes };
}

/** Complexes by id; one that cannot be read now is given as it was last read. */
export async function lastKnownComplexes(
  { cache }: ReaderParts,
  ids: readonly string[],
  ctx: CallContext,
): Promise<Read> {
  const complexes = new Map(await cache.complexes(ids, ctx));
  for (const [id, value] of complexes) {
    if (value instanceof Error) complexes.set(id, cache.knownComplex(id) ?? value);
  }
  return complexes;
}

async function readRegions(things: readonly Placed[], { batch, cache }: ReaderParts, ctx: CallContext): Promise<Read> {
  const keys = new Map(things.map(({ region }) => [regionKey(region), region]));
  const known = [...keys.keys()].flatMap((key) => {
    const entry = cache.knownRegion(key);
    return entry ? [[key, entry.entity] as const] : [];
  });
  for (const [key] of known) keys.delete(key);
  return new Map([...known, ...firsts(await batch(cloudRegions, [...keys.values()], ctx))]);
}

function hostsOf(vserver: Entity | null | Error): readonly (string | null)[] {
  if (!vserver || vserver instanceof Error) return [];
  return relations(vserver.object, 'pserver').map((relation) => relatedKey(relation, 'pserver', 'hostname'));
}

/** Version of the thing's region, reduced to digits and dots. */
export function regionVersion(thing: Placed, around: Surroundings): string | Reject {
  const region = entityOr(around.regions.get(regionKey(thing.region)), REASON.noRegion);
  if (isReject(region)) return region;
  const version = filled(own(region.object, 'cloud-region-version'))?.replace(/[^0-9.]/g, '');
  return version || badField(region.object, 'cloud-region-version');
}

/** Fields of the one complex that the thing's servers stand in. */
export function placeOf(thing: Placed, around: Surroundings, hpaEnabled: boolean): PlaceFields | Reject {
  const seen = thing.vserverLinks.map((link) => serverComplexes(thing, link, around, hpaEnabled));
  const ids = distinct(seen.flatMap((value) => ('ids' in value ? value.ids : [])));
  const [id] = ids;
  if (ids.length > 1) return { reason: REASON.ambiguous };
  if (id === undefined) return seen.find(isReject) ?? { reason: REASON.noComplex };
  return placeIn(id, around.complexes, REASON.noComplex);
}

/** Candidate fields of a complex that was read, or why there are none. */
export function placeIn(id: string, complexes: Read, missing: string): PlaceFields | Reject {
  const complex = entityOr(complexes.get(id), missing);
  if (isReject(complex)) return complex;
  const place = placeFields(complex, id);
  return typeof place === 'string' ? badField(complex.object, place) : place;
}

/** Complexes of one vserver's host; without a host those of the region (only with HPA, as the reference has it). */
function serverComplexes(
  thing: Placed,
  link: string,
  around: Surroundings,
  hpaEnabled: boolean,
): { readonly ids: readonly string[] } | Reject {
  const vserver = entityOr(around.vservers.get(link), REASON.noServer);
  if (isReject(vserver)) return vserver;
  const related = relations(vserver.object, 'pserver');
  if (related.length > 1) return { reason: REASON.severalHosts };
  if (related.length === 0) {
    const region = hpaEnabled ? around.regions.get(regionKey(thing.region)) : null;
    return isEntity(region) ? { ids: complexIds(region.object) } : { reason: REASON.noHostLink };
  }
  const [hostname] = hostsOf(vserver);
  if (!hostname) return { reason: REASON.noHostLink };
  const host = entityOr(around.hosts.get(hostname), REASON.noHost);
  return isReject(host) ? host : { ids: complexIds(host.object) };
}
