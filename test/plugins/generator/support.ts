// What the generator's tests share: a provider with numbered ids and tracking areas given by hand, and requests.
import type { CallContext, DemandResolution } from '../../../src/domain/ports.ts';
import type { TrackingAreaSource } from '../../../src/domain/slice-ports.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';
import { createGenerator } from '../../../src/plugins/generator/index.ts';
import { ctx, recorder, request } from '../aai/support.ts';

export interface Rig {
  /** Zones of each question to CPS. */
  readonly asked: (readonly string[])[];
  resolve(filters: JsonValue, defaults?: JsonObject | null): Promise<DemandResolution>;
  resolveAll(filters: readonly JsonValue[], call?: CallContext): Promise<readonly DemandResolution[]>;
}

interface Options {
  readonly maxCombinations?: number;
  readonly areas?: Readonly<Record<string, readonly number[]>>;
  readonly clock?: Clock;
}

export function generator({ maxCombinations = 100_000, areas = {}, clock = systemClock }: Options = {}): Rig {
  const asked: (readonly string[])[] = [];
  const cps: TrackingAreaSource = {
    trackingAreas: async (zones) => {
      asked.push(zones);
      return zones.map((zone) => areas[zone] ?? []);
    },
  };
  let made = 0;
  const ids = {
    uuid: () => {
      made += 1;
      return `id-${made}`;
    },
  };
  const provider = createGenerator({ cps, maxCombinations, clock, ids, logger: recorder().logger });
  const requestOf = (filters: JsonValue, index = 0, defaults: JsonObject | null = null) =>
    request(
      {
        inventoryProvider: 'generator',
        inventoryType: 'slice_profiles',
        filteringAttributes: filters as JsonObject,
        defaultAttributes: defaults,
      },
      index === 0 ? 'slice' : `slice${index}`,
    );
  return {
    asked,
    async resolve(filters, defaults = null) {
      const [answer] = await provider.resolveDemands([requestOf(filters, 0, defaults)], ctx);
      if (!answer) throw new Error('no answer');
      return answer;
    },
    resolveAll: (list, call = ctx) =>
      provider.resolveDemands(
        list.map((filters, index) => requestOf(filters, index)),
        call,
      ),
  };
}
