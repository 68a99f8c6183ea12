// Questions of translation and constraints besides demands: where a host or a CLLI is, which regions carry a network role,
// which replication role a host's service has, which service instances are paired.
import type { CallContext, ResolvedPlace } from '../../domain/ports.ts';
import { type JsonValue, own } from '../../lib/json.ts';
import { type Batcher, entitiesOf, type Found, foreignShape } from './batch.ts';
import type { InventoryCache } from './cache.ts';
import type { AaiClient } from './client.ts';
import { distinct, keysAfter, normaliseLink, pathOf, relatedKey, relations } from './links.ts';
import { networksByRole, serviceInstanceChildren, vnfsByName } from './loaders.ts';
import { complexIds } from './map.ts';
import { misread } from './outcome.ts';
import { coordinatesOf } from './place.ts';
import { type Entity, filled, garbled, nested, objects } from './wire.ts';

export interface Lookups {
  readonly client: AaiClient;
  readonly batch: Batcher;
  readonly cache: InventoryCache;
}

/** Coordinates of the complex that a pnf or pserver of this name stands in; null when there is none. */
export async function resolveHostName(o: Lookups, hostName: string, ctx: CallContext): Promise<ResolvedPlace | null> {
  const start = [`/network/pnfs/pnf${pathOf(hostName)}`, `/cloud-infrastructure/pservers/pserver${pathOf(hostName)}`];
  const path = '/query?format=resource&depth=0';
  const body = { start, query: 'query/ucpe-instance' };
  const verdict = await o.client({ endpoint: 'query', path, body, divisible: false }, ctx);
  if (verdict.kind === 'empty') return null;
  // Where stored queries are blocked, the two objects are read themselves.
  if (verdict.kind === 'refused') return placeOfHost(o, start, ctx);
  if (verdict.kind !== 'found') throw verdict.error;
  const complex = await lastComplex(o, verdict.body, ctx);
  return complex && placeOfComplex(complex);
}

/** Null when the complex has no readable coordinates. Throws UPSTREAM_BAD_DATA when they are of a type that coordinates never have. */
function placeOfComplex(complex: Entity): ResolvedPlace | null {
  const field = garbled(complex.object, ['latitude', 'longitude']);
  if (field !== null) throw misread(field);
  return coordinatesOf(complex);
}

async function placeOfHost(o: Lookups, uris: readonly string[], ctx: CallContext): Promise<ResolvedPlace | null> {
  const [pnf = '', pserver = ''] = uris;
  const hosts = await Promise.all([
    readOne(o, pnf, 'pnf', 'pnf-name', ctx),
    readOne(o, pserver, 'pserver', 'hostname', ctx),
  ]);
  const unreadable = hosts.flatMap((host) => (host ? (garbled(host.object, []) ?? []) : []))[0];
  if (unreadable !== undefined) throw misread(unreadable);
  const id = distinct(hosts.flatMap((host) => (host ? complexIds(host.object) : []))).at(-1);
  return id === undefined ? null : resolveClliCode(o, id, ctx);
}

/** The last complex of a query's results: as an object, or (other formats) as a link that is read. */
async function lastComplex(o: Lookups, body: JsonValue, ctx: CallContext): Promise<Entity | null> {
  const results = own(body, 'results');
  if (!Array.isArray(results)) throw foreignShape('complex');
  const last = entitiesOf(body, 'complex')?.at(-1);
  if (last) return last;
  const links = objects(results)
    .filter((item) => own(item, 'resource-type') === 'complex')
    .map((item) => normaliseLink(filled(own(item, 'resource-link'))));
  const link = distinct(links).at(-1);
  return link === undefined ? null : readOne(o, link, 'complex', 'physical-location-id', ctx);
}

async function readOne(o: Lookups, link: string, type: string, key: string, ctx: CallContext): Promise<Entity | null> {
  const path = `${link}?depth=0`;
  const verdict = await o.client({ endpoint: 'resource', path, divisible: false }, ctx);
  if (verdict.kind === 'empty') return null;
  if (verdict.kind !== 'found') throw verdict.error;
  const entities = entitiesOf(verdict.body, type, key);
  if (entities === null) throw foreignShape(type);
  return entities[0] ?? null;
}

/** Coordinates of a complex by its id (CLLI code); null when it is unknown or has none. */
export async function resolveClliCode(o: Lookups, clliCode: string, ctx: CallContext): Promise<ResolvedPlace | null> {
  const value = (await o.cache.complexes([clliCode], ctx)).get(clliCode);
  const complex = value instanceof Error ? o.cache.knownComplex(clliCode) : value;
  if (complex) return placeOfComplex(complex);
  if (value instanceof Error) throw value;
  return null;
}

/** Region ids per network role, all roles in one request. Throws when a role cannot be read. */
export async function networkRoleRegions(
  o: Lookups,
  roles: readonly string[],
  ctx: CallContext,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = readable(await o.batch(networksByRole, roles, ctx));
  const out = new Map<string, ReadonlySet<string>>();
  for (const [role, networks] of found) {
    if (networks.length === 0) continue;
    const ids = networks.flatMap(({ object, lacks }) =>
      lacks
        ? []
        : relations(object, 'cloud-region').map(
            (relation) =>
              relation.data.get('cloud-region.cloud-region-id') ??
              keysAfter(relation.link, 'cloud-region', 2)?.[1] ??
              null,
          ),
    );
    out.set(role, new Set(distinct(ids)));
  }
  return out;
}

/** Role of the allotted resource of the one service instance that each VNF (by name) belongs to; two reads for all hosts. */
export async function replicationRoles(
  o: Lookups,
  hostIds: readonly string[],
  ctx: CallContext,
): Promise<ReadonlyMap<string, string | null>> {
  const vnfs = readable(await o.batch(vnfsByName, hostIds, ctx));
  const links = new Map([...vnfs].map(([host, found]) => [host, serviceLink(found.find((vnf) => !vnf.lacks))]));
  const services = readable(await o.batch(serviceInstanceChildren, distinct(links.values()), ctx));
  return new Map(
    hostIds.map((host) => {
      const link = links.get(host);
      const service = link ? services.get(link)?.[0] : undefined;
      const [resource] = service ? nested(service.object, 'allotted-resources', 'allotted-resource') : [];
      return [host, resource ? filled(own(resource, 'role')) : null];
    }),
  );
}

/** Link of the VNF's service instance when it has exactly one. */
function serviceLink(vnf: Entity | undefined): string | null {
  const links = vnf ? distinct(relations(vnf.object, 'service-instance').map((relation) => relation.link)) : [];
  return links.length === 1 ? (links[0] ?? null) : null;
}

function readable(found: Found): ReadonlyMap<string, readonly Entity[]> {
  return new Map(
    [...found].map(([key, value]) => {
      if (value instanceof Error) throw value;
      return [key, value];
    }),
  );
}

/** A&AI's description of the groups that pair instances for high availability. */
const PAIR_GROUPS = 'DHV_VVIG_PAIR';

/** Ids of the two service instances of each pair group; groups with more or fewer members pair nobody. */
export async function inventoryGroupPairs(
  o: Lookups,
  ctx: CallContext,
): Promise<readonly (readonly [string, string])[]> {
  const path = `/network/instance-groups?description=${PAIR_GROUPS}&depth=0`;
  const verdict = await o.client({ endpoint: 'resource', path, divisible: false }, ctx);
  if (verdict.kind === 'empty') return [];
  if (verdict.kind !== 'found') throw verdict.error;
  const groups = entitiesOf(verdict.body, 'instance-group');
  if (groups === null) throw foreignShape('instance-group');
  return groups.flatMap(({ object }) => {
    const members = relations(object, 'service-instance').map((r) =>
      relatedKey(r, 'service-instance', 'service-instance-id'),
    );
    const [one, other, ...more] = distinct(members);
    return one === undefined || other === undefined || more.length > 0 ? [] : [[one, other] as const];
  });
}
