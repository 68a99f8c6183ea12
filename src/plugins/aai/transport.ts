// Candidates of inventory type `transport`: the service instances of a customer's subscription, each standing in its zone's complex.
// One request per distinct question, one for all zones, one for all complexes.
import type { Candidate } from '../../domain/candidate.ts';
import type { CallContext, DemandRequest, DemandResolution, Logger } from '../../domain/ports.ts';
import type { Requirement } from '../../domain/template.ts';
import { own } from '../../lib/json.ts';
import { commonFields, finish, type ResolveOptions } from './fields.ts';
import { distinct, relatedKey, relations } from './links.ts';
import { type TransportKey, transportKey, transportServices, zones } from './loaders.ts';
import { complexIds } from './map.ts';
import { type AttributeOf, listReason, passesFilters, REASON, regionReason, textsOf } from './match.ts';
import {
  badField,
  entityOr,
  firsts,
  isEntity,
  isReject,
  type Read,
  type Reject,
  type Rejected,
  settle,
  throwIfDown,
} from './outcome.ts';
import type { DemandReader } from './readers.ts';
import { customersOf, serviceTypesOf } from './service-select.ts';
import { lastKnownComplexes, placeIn } from './surroundings.ts';
import { type Entity, filled, text } from './wire.ts';

/** A service instance of a demand, and the customer whose it is. */
interface Line {
  readonly service: Entity;
  readonly customer: string;
}

interface Surroundings {
  readonly zones: Read;
  readonly complexes: Read;
}

export function transportReader(options: ResolveOptions): DemandReader {
  return { types: ['transport'], resolve: (requests, ctx) => resolveTransport(requests, options, ctx) };
}

async function resolveTransport(
  requests: readonly DemandRequest[],
  options: ResolveOptions,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  const keys = requests.map((request) => keysOf(request, options.logger));
  const found = await options.batch(transportServices, keys.flat(), ctx);
  const lines = keys.map((list) => linesOf(list, found));
  const zoneIds = distinct(lines.flat().flatMap(({ service }) => zonesOf(service)));
  const zonesFound = firsts(await options.batch(zones, zoneIds, ctx));
  const wanted = [...zonesFound.values()].flatMap((zone) => (isEntity(zone) ? complexIds(zone.object) : []));
  const around = { zones: zonesFound, complexes: await lastKnownComplexes(options, distinct(wanted), ctx) };
  for (const read of Object.values(around)) throwIfDown(read.values());
  return requests.map(({ requirement }, i) =>
    settle((lines[i] ?? []).map((line) => resolveLine(requirement, line, around, options))),
  );
}

/** What a demand asks for; nothing (logged) when it lacks one of customer, subscription, service type and service role. */
function keysOf({ requirement, demand }: DemandRequest, logger: Logger): readonly TransportKey[] {
  const subscription = requirement.serviceSubscription;
  const roles = textsOf(own(requirement.filteringAttributes, 'service-role'));
  const types = serviceTypesOf(requirement);
  const customers = customersOf(requirement);
  const keys = subscription
    ? customers.flatMap((customer) =>
        types.flatMap((serviceType) =>
          roles.map((serviceRole) => ({ customer, subscription, serviceType, serviceRole })),
        ),
      )
    : [];
  if (keys.length === 0) {
    const needed = 'customer, service type, service role and service subscription';
    logger.error({ demand }, `transport demand without all of ${needed}: no candidates`);
  }
  return keys;
}

function linesOf(
  keys: readonly TransportKey[],
  found: ReadonlyMap<string, readonly Entity[] | Error>,
): readonly Line[] {
  return keys.flatMap((key) => {
    const services = found.get(transportKey(key)) ?? [];
    if (services instanceof Error) throw services;
    return services.map((service) => ({ service, customer: key.customer }));
  });
}

function zonesOf({ object }: Entity): readonly string[] {
  return distinct(relations(object, 'zone').map((relation) => relatedKey(relation, 'zone', 'zone-id')));
}

function resolveLine(
  requirement: Requirement,
  line: Line,
  around: Surroundings,
  options: ResolveOptions,
): Candidate | Rejected {
  const id = filled(own(line.service.object, 'service-instance-id'));
  const outcome =
    id === null
      ? badField(line.service.object, 'service-instance-id')
      : judgeLine(requirement, line, id, around, options);
  if (!isReject(outcome)) return outcome;
  const name = filled(own(line.service.object, 'service-instance-name'));
  return { candidate_id: id ?? name ?? '', location_id: null, ...outcome };
}

function judgeLine(
  requirement: Requirement,
  line: Line,
  id: string,
  around: Surroundings,
  options: ResolveOptions,
): Candidate | Reject {
  const service = entityOr(line.service, REASON.noZone);
  if (isReject(service)) return service;
  const [zoneId, ...others] = zonesOf(service);
  if (others.length > 0) return { reason: REASON.severalZones };
  const zone = entityOr(zoneId === undefined ? null : around.zones.get(zoneId), REASON.noZone);
  if (isReject(zone)) return zone;
  const [complexId, ...more] = complexIds(zone.object);
  if (more.length > 0) return { reason: REASON.severalZones };
  if (complexId === undefined) return { reason: REASON.noZoneComplex };
  const place = placeIn(complexId, around.complexes, REASON.noZoneComplex);
  if (isReject(place)) return place;
  const attribute: AttributeOf = (name) => {
    if (name === 'global-customer-id' || name === 'customer-id') return line.customer;
    if (name === 'physical-location-id') return place.physical_location_id;
    return name === 'zone-id' ? zoneId : own(line.service.object, name);
  };
  if (!passesFilters(requirement.filteringAttributes, attribute, options.filterSubstring)) {
    return { reason: REASON.attributes };
  }
  const built = {
    ...commonFields(requirement, 'transport', id, options.costs.transport),
    zone_id: zoneId,
    zone_name: text(own(zone.object, 'zone-name')),
    location_type: 'att_aic',
    location_id: '',
    ...place,
  };
  const candidate = finish(requirement, built, options.costs);
  const reason = listReason(requirement, candidate) ?? regionReason(requirement, candidate);
  return reason === null ? candidate : { reason };
}
