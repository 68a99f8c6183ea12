// What the peers of network slices know in a simulated world: figures of DCAE, zones of CPS, models of SDC.
import { isObject, type Json, type JsonObject, objectAt } from './json.ts';

/** As DCAE aggregates them; null where it has no figure. */
export interface SliceFigures {
  readonly dlthptPerSlice: number | null;
  readonly ulthptPerSlice: number | null;
  readonly maxNumberOfConns: number | null;
}

/** A service model: the properties of its interface with their TOSCA type and default. */
export interface SliceModel {
  readonly name: string;
  readonly properties: readonly {
    readonly name: string;
    readonly type: 'string' | 'integer' | 'float' | 'boolean';
    /** Absent: a property without a default. */
    readonly value?: string | number | boolean;
  }[];
}

export interface SliceWorld {
  /** By service instance id. */
  readonly figures: ReadonlyMap<string, SliceFigures>;
  /** Tracking areas (`nRTAC`) by zone id. */
  readonly zones: ReadonlyMap<string, readonly number[]>;
  /** By model version id. */
  readonly models: ReadonlyMap<string, SliceModel>;
}

export const NO_SLICES: SliceWorld = { figures: new Map(), zones: new Map(), models: new Map() };

function figure(object: JsonObject, key: string): number | null {
  const value = object[key];
  return typeof value === 'number' ? value : null;
}

/** Reads the member `dcae` of a recorded world: figures by instance id. */
export function recordedSlices(json: Json): SliceWorld {
  const figures = new Map<string, SliceFigures>();
  for (const [id, value] of Object.entries(objectAt(json, 'dcae') ?? {})) {
    if (!isObject(value)) continue;
    figures.set(id, {
      dlthptPerSlice: figure(value, 'dlthptPerSlice'),
      ulthptPerSlice: figure(value, 'ulthptPerSlice'),
      maxNumberOfConns: figure(value, 'maxNumberOfConns'),
    });
  }
  return { ...NO_SLICES, figures };
}
