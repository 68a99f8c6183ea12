// Inventory objects: looking one up, listing the cached ones, and the hops from one to the next.

import type { CapacityInfo } from '../domain/controller-ports.ts';
import type {
  CloudRegion,
  CloudRegionKey,
  Complex,
  Customer,
  GenericVnf,
  InventoryFreshness,
  Pserver,
  ServiceInstance,
  Vserver,
} from '../domain/inventory.ts';
import type { Connection, PageArgs } from './connection.ts';
import { pageOf } from './connection.ts';
import type { GraphqlContext } from './context.ts';
import { jsonObject } from './input.ts';
import type { Loader } from './loaders.ts';

/** An object by a key that may be missing: no key, nothing to read. */
async function find<V>(loader: Loader<string, V>, key: string | null | undefined): Promise<V | null> {
  return key ? loader.load(key) : null;
}

/** One entry per key: null where nothing is there; one that could not be read fails by itself alone. */
function findAll<V>(loader: Loader<string, V>, keys: readonly string[]): Promise<V | null>[] {
  return keys.map((key) => loader.load(key));
}

interface ById {
  readonly id: string;
}

// ---------------------------------------------------------------- look-ups

export const complexById = (_: unknown, args: ById, ctx: GraphqlContext): Promise<Complex | null> =>
  find(ctx.loaders().complex, args.id);

export const genericVnfById = (_: unknown, args: ById, ctx: GraphqlContext): Promise<GenericVnf | null> =>
  find(ctx.loaders().genericVnf, args.id);

export const serviceInstanceById = (_: unknown, args: ById, ctx: GraphqlContext): Promise<ServiceInstance | null> =>
  find(ctx.loaders().serviceInstance, args.id);

export const customerById = (_: unknown, args: ById, ctx: GraphqlContext): Promise<Customer | null> =>
  find(ctx.loaders().customer, args.id);

export async function cloudRegionByKey(
  _: unknown,
  args: CloudRegionKey,
  ctx: GraphqlContext,
): Promise<CloudRegion | null> {
  const { cloudOwner, cloudRegionId } = args;
  return cloudOwner && cloudRegionId ? ctx.loaders().cloudRegion.load({ cloudOwner, cloudRegionId }) : null;
}

// ---------------------------------------------------------------- lists

export async function complexes(_: unknown, args: PageArgs, ctx: GraphqlContext): Promise<Connection<Complex>> {
  const all = await ctx.services.inventory.reader.allComplexes(ctx.scope);
  return pageOf(all, (complex) => complex.physicalLocationId, args);
}

export async function cloudRegions(
  _: unknown,
  args: PageArgs & { readonly cloudOwner?: string | null | undefined },
  ctx: GraphqlContext,
): Promise<Connection<CloudRegion>> {
  const all = await ctx.services.inventory.reader.allCloudRegions(ctx.scope);
  const wanted = args.cloudOwner == null ? all : all.filter((region) => region.cloudOwner === args.cloudOwner);
  return pageOf(wanted, (region) => `${region.cloudOwner}\u0000${region.cloudRegionId}`, args);
}

// ---------------------------------------------------------------- hops

export const complexOf = (
  from: { readonly physicalLocationId: string | null },
  _: unknown,
  ctx: GraphqlContext,
): Promise<Complex | null> => find(ctx.loaders().complex, from.physicalLocationId);

export const customerOf = (
  from: { readonly customerId: string | null },
  _: unknown,
  ctx: GraphqlContext,
): Promise<Customer | null> => find(ctx.loaders().customer, from.customerId);

export const regionOf = async (
  from: { readonly cloudRegion: CloudRegionKey | null },
  _: unknown,
  ctx: GraphqlContext,
): Promise<CloudRegion | null> => (from.cloudRegion ? ctx.loaders().cloudRegion.load(from.cloudRegion) : null);

export const vserversOf = (vnf: GenericVnf, _: unknown, ctx: GraphqlContext): Promise<Vserver | null>[] =>
  findAll(ctx.loaders().vserver, vnf.vserverLinks);

export const serviceInstancesOf = (
  vnf: GenericVnf,
  _: unknown,
  ctx: GraphqlContext,
): Promise<ServiceInstance | null>[] => findAll(ctx.loaders().serviceInstance, vnf.serviceInstanceIds);

export const pserversOf = (vserver: Vserver, _: unknown, ctx: GraphqlContext): Promise<Pserver | null>[] =>
  findAll(ctx.loaders().pserver, vserver.pserverHostnames);

export const vnfsOf = (instance: ServiceInstance, _: unknown, ctx: GraphqlContext): Promise<GenericVnf | null>[] =>
  findAll(ctx.loaders().genericVnf, instance.vnfIds);

// ---------------------------------------------------------------- state

export const inventoryStatus = (_: unknown, __: unknown, ctx: GraphqlContext): InventoryFreshness =>
  ctx.services.inventory.reader.freshness();

export const refreshInventory = (_: unknown, __: unknown, ctx: GraphqlContext): Promise<InventoryFreshness> =>
  ctx.services.inventory.refresh(ctx.scope);

interface CapacityArgs {
  readonly input: {
    readonly controller?: string | null | undefined;
    readonly serviceModel: string;
    readonly request?: unknown;
    readonly candidateId: string;
    readonly hostId?: string | null | undefined;
  };
}

export async function serviceCapacity(_: unknown, args: CapacityArgs, ctx: GraphqlContext): Promise<CapacityInfo> {
  const { controller, serviceModel, request, candidateId, hostId } = args.input;
  return ctx.services.inventory.serviceCapacity(ctx.scope, {
    controller: controller ?? undefined,
    serviceModel,
    request: jsonObject(request, 'input.request'),
    candidateId,
    hostId: hostId ?? undefined,
  });
}
