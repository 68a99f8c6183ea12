// The recorded world as the solver's sources see it: what the reference's simulators knew when the plans were recorded.
import { readFileSync } from 'node:fs';
import type { VimController } from '../../../src/domain/controller-ports.ts';
import { ConductorError } from '../../../src/domain/errors.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';
import { controller, provider } from './support.ts';

interface Relationship {
  readonly 'related-to': string;
  readonly 'relationship-data': readonly {
    readonly 'relationship-key': string;
    readonly 'relationship-value': string;
  }[];
}

interface Recorded {
  readonly aai: Readonly<Record<string, { readonly object: JsonObject }>>;
  readonly multicloud: { readonly capacity: Readonly<Record<string, Readonly<Record<string, number>>>> };
}

const recorded = JSON.parse(readFileSync(new URL('../../golden/world.json', import.meta.url), 'utf8')) as Recorded;

const FLAVOR = /^\/cloud-infrastructure\/cloud-regions\/cloud-region\/[^/]+\/([^/]+)\/flavors\/flavor\//;

/** The flavors document by region id, as cloud candidates carry it. */
export const flavors: ReadonlyMap<string, JsonObject> = (() => {
  const lists = new Map<string, JsonValue[]>();
  for (const [uri, { object }] of Object.entries(recorded.aai)) {
    const region = FLAVOR.exec(uri)?.[1];
    if (region !== undefined) lists.set(region, [...(lists.get(region) ?? []), object]);
  }
  return new Map([...lists].map(([region, flavor]) => [region, { flavor }]));
})();

/** Service instances that instance groups of two name together. */
export const pairs: readonly (readonly [string, string])[] = Object.entries(recorded.aai).flatMap(
  ([uri, { object }]) => {
    if (!uri.startsWith('/network/instance-groups/') || object.description !== 'DHV_VVIG_PAIR') return [];
    const list = object['relationship-list'] as unknown as
      | { readonly relationship: readonly Relationship[] }
      | undefined;
    const ids = (list?.relationship ?? [])
      .filter((one) => one['related-to'] === 'service-instance')
      .flatMap((one) => one['relationship-data'])
      .filter((data) => data['relationship-key'] === 'service-instance.service-instance-id')
      .map((data) => data['relationship-value']);
    const [a, b] = ids;
    return a !== undefined && b !== undefined && ids.length === 2 ? [[a, b] as const] : [];
  },
);

/** Network roles of regions and replication roles of hosts. */
export const world = provider({
  networkRoleRegions: async () =>
    new Map([
      ['role-us', new Set(['nyc-1', 'nyc-2', 'dal-1', 'sfo-1'])],
      ['role-eu', new Set(['fra-1', 'lon-1'])],
      ['role-all1', new Set(['nyc-1', 'fra-1', 'tyo-1'])],
    ]),
  replicationRoles: async (hosts) =>
    new Map(hosts.map((host) => [host, ['vgw-dal-a', 'vgw-tyo-a'].includes(host) ? 'SECONDARY' : 'PRIMARY'])),
});

/** An SDN-C without room. */
export const full = controller('SDN-C', async ({ candidates }) =>
  candidates.map(() => ({ kind: 'reject', reason: 'no room' })),
);

const GB: Readonly<Record<string, number>> = { TB: 1000, GB: 1, MB: 0.001, KB: 0.000001 };

/** MultiCloud with the recorded capacities, in GB; it fails when asked for 999 vCPU. */
export const vim: VimController = {
  name: 'multicloud',
  async withCapacity({ vCPU, memory, storage }, vimIds) {
    if (vCPU === 999) throw new ConductorError('UPSTREAM_UNAVAILABLE', 'MultiCloud answered 500');
    const size = ({ quantity, unit }: typeof memory) => quantity * (GB[unit] ?? 1);
    return new Set(
      vimIds.filter((id) => {
        const room = recorded.multicloud.capacity[id];
        if (!room) return false;
        const { vCPU: cpus = 0, Memory = 0, Storage = 0 } = room;
        return cpus >= vCPU && Memory >= size(memory) && Storage >= size(storage);
      }),
    );
  },
};
