// Ports of the systems that know about network slices: DCAE, CPS-TBDMT and SDC. Plugins implement them for the inventories.
import type { JsonObject } from '../lib/json.ts';
import type { CallContext } from './ports.ts';

/** Throughput of one running slice as DCAE aggregated it; null where it does not say. */
export interface SliceUsage {
  readonly downlinkThroughput: number | null;
  readonly uplinkThroughput: number | null;
  readonly maxConnections: number | null;
}

/** DCAE: what running slices use, all ids in one call. */
export interface SliceCapacitySource {
  /** By slice (instance) id; an id that is not known is absent. Throws UPSTREAM_*. */
  usage(instanceIds: readonly string[], ctx: CallContext): Promise<ReadonlyMap<string, SliceUsage>>;
}

/** CPS-TBDMT: the tracking areas that cover a zone. */
export interface TrackingAreaSource {
  /** `nRTAC` values of each zone, in the order of `zoneIds`. Throws UPSTREAM_*. */
  trackingAreas(zoneIds: readonly string[], ctx: CallContext): Promise<readonly (readonly number[])[]>;
}

/** SDC: properties with defaults of a network slice template, read from its CSAR. */
export interface ModelPropertySource {
  /** An Error for a model whose archive cannot be had or read: that candidate is dropped with the reason. */
  properties(
    models: readonly { readonly modelVersionId: string; readonly modelName: string }[],
    ctx: CallContext,
  ): Promise<readonly (JsonObject | Error)[]>;
}
