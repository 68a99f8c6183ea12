// A simulated world: inventory objects by URI, and what the controller can still carry. Also reads the recorded world.
import type { WorldEntry } from './aai-store.ts';
import { type Json, type JsonObject, objectAt, textAt } from './json.ts';
import { recordedSlices, type SliceWorld } from './slices.ts';

/** Limits per target (host or region) and resource name, for example `vgmux-chi-01` → `service-speed` → 2000. */
export type CapacityTable = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface SimWorld {
  /** By URI without `/aai/vN`; links hold `/aai/{version}/…` or any version. */
  readonly aai: ReadonlyMap<string, WorldEntry>;
  /** What SDN-C can give. */
  readonly capacity: CapacityTable;
  /** Free capacity by vim-id (`vCPU`, `Memory`, `Storage`), as recorded. */
  readonly multicloud: JsonObject;
  /** Values of a request that make MultiCloud fail; absent: none. */
  readonly multicloudFailsWhen?: JsonObject;
  /** What DCAE, CPS and SDC know; absent: nothing. */
  readonly slices?: SliceWorld;
}

/** Reads `{"aai": {uri: {type, object}}, "multicloud": {"capacity": …}}`; throws when it has another form. */
export function loadWorld(json: Json): SimWorld {
  const recorded = objectAt(json, 'aai');
  if (recorded === null) throw new Error('A world needs an object "aai" of entries by URI.');
  const aai = new Map<string, WorldEntry>();
  for (const [uri, entry] of Object.entries(recorded)) {
    const type = textAt(entry, 'type');
    const object = objectAt(entry, 'object');
    if (type === null || object === null) throw new Error(`The entry ${uri} needs "type" and "object".`);
    aai.set(uri, { type, object });
  }
  const vims = objectAt(json, 'multicloud') ?? {};
  const failsWhen = objectAt(vims, 'fails_when');
  return {
    aai,
    capacity: new Map(),
    multicloud: objectAt(vims, 'capacity') ?? {},
    slices: recordedSlices(json),
    ...(failsWhen === null ? {} : { multicloudFailsWhen: failsWhen }),
  };
}
