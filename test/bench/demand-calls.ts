// (c) How many requests one demand costs, by its type and the size of what it looks through: with nothing cached, all upstream
// systems that inventory asks (A&AI, DCAE) counted, the reading of regions at the start of the process told apart.
import { sliceInstance, withSlices } from '../sim/aai-slices.ts';
import type { SimWorld } from '../sim/load-world.ts';
import { startSimulators } from '../sim/start.ts';
import { makeWorld } from '../sim/world.ts';
import { runPlan } from './client.ts';
import { withFresh } from './fresh.ts';
import { type BenchSettings, removeFolder, temporaryFolder } from './gateway.ts';
import { atMost, type Findings, type Row } from './report.ts';

interface DemandType {
  readonly name: string;
  /** What there are many of. */
  readonly things: string;
  readonly sizes: readonly number[];
  readonly goal: number;
  /** Slices stand in no cloud region, so the reading of regions at the start is none of their requests. */
  readonly regions: boolean;
  world(size: number): SimWorld;
  /** Candidates that the demand must find. */
  candidates(size: number): number;
  readonly requirement: string;
}

const SIZES = [1, 10, 100];
const VNFS = (vnfs: number) => makeWorld({ seed: 7, regions: 12, vnfs, customers: 1, roles: ['vGMuxInfra'] });
const OF_CUSTOMER = 'filtering_attributes: { equipment-role: vGMuxInfra, global-customer-id: customer-1 }';

const MODEL = { invariantId: 'inv-bench', versionId: 'ver-bench' };

function slices(count: number): SimWorld {
  const world = withSlices(makeWorld({ seed: 7, regions: 4, vnfs: 0 }));
  const instances = Array.from({ length: count }, (_, index) => {
    const profile = { latency: 5 + index, reliability: 99.9, 'exp-data-rate-UL': 100, 'exp-data-rate-DL': 100 };
    const id = `core-${index + 1}`;
    return sliceInstance({ id, kind: 'nssi', model: MODEL, sharing: 'shared', domain: 'CN', profile });
  });
  const figures = { ulthptPerSlice: 1, dlthptPerSlice: 1, maxNumberOfConns: null };
  const known = new Map(Array.from({ length: count }, (_, index) => [`core-${index + 1}`, figures]));
  return {
    ...world,
    aai: new Map([...world.aai, ...instances.flat()]),
    slices: { figures: known, zones: new Map(), models: new Map() },
  };
}

const TYPES: readonly DemandType[] = [
  {
    name: 'cloud',
    things: 'regions',
    sizes: SIZES,
    goal: 3,
    regions: true,
    world: (regions) => makeWorld({ seed: 7, regions, vnfs: 0 }),
    candidates: (regions) => regions,
    requirement: 'inventory_type: cloud',
  },
  {
    name: 'service',
    things: 'VNFs',
    sizes: SIZES,
    goal: 8,
    regions: true,
    world: VNFS,
    candidates: (vnfs) => vnfs,
    requirement: `inventory_type: service, ${OF_CUSTOMER}`,
  },
  {
    name: 'vfmodule',
    things: 'VNFs',
    sizes: SIZES,
    goal: 8,
    regions: true,
    world: VNFS,
    // Two modules each.
    candidates: (vnfs) => 2 * vnfs,
    requirement: `inventory_type: vfmodule, ${OF_CUSTOMER}`,
  },
  {
    name: 'nssi',
    things: 'instances',
    sizes: SIZES,
    goal: 4,
    regions: false,
    world: slices,
    candidates: (instances) => instances,
    requirement: `inventory_type: nssi, filtering_attributes: { model-invariant-id: ${MODEL.invariantId} }`,
  },
];

function template(requirement: string): string {
  return `homing_template_version: "2017-10-10"\ndemands:\n  d:\n    - { inventory_provider: aai, ${requirement} }\n`;
}

interface Count {
  readonly size: number;
  readonly start: number;
  readonly total: number;
}

export async function demandCalls(
  settings: BenchSettings,
  _rounds: number,
  progress: (text: string) => void,
): Promise<Findings> {
  const rows: Row[] = [];
  for (const type of TYPES) {
    const counts: Count[] = [];
    for (const size of type.sizes) {
      progress(`a ${type.name} demand over ${size} ${type.things}`);
      counts.push(await count(type, size, settings));
    }
    rows.push(row(type, counts));
  }
  return {
    rows,
    notes: [
      '(c) per demand type: from a fresh process, A&AI and DCAE together; what is read at start is kept for all plans',
    ],
  };
}

function row({ name, things, goal, regions }: DemandType, counts: readonly Count[]): Row {
  const own = counts.map(({ start, total }) => (regions ? total : total - start));
  const most = Math.max(...own);
  const sizes = counts.map(({ size }) => size).join(', ');
  return {
    section: 'c',
    what: `upstream requests for a ${name} demand over ${sizes} ${things}`,
    figure: own.join(', '),
    beside: `${counts.map(({ start }) => start).join(', ')} at start${regions ? ', in it' : ', not in it'}`,
    value: most,
    goal: atMost(goal, most),
  };
}

async function count(type: DemandType, size: number, settings: BenchSettings): Promise<Count> {
  const simulators = await startSimulators({ world: type.world(size) });
  const folder = await temporaryFolder();
  const found = 'query Found($id: ID!) { plan(id: $id) { demands { candidateCount } } }';
  try {
    const { start, total } = await withFresh(simulators, folder, [], settings, async (client) => {
      const id = await runPlan(client, template(type.requirement));
      const { plan } = await client.execute<{ plan: { demands: { candidateCount: number }[] } }>(found, { id });
      const number = plan.demands[0]?.candidateCount;
      if (number !== type.candidates(size)) throw new Error(`${number} candidates of type ${type.name} over ${size}`);
    });
    return { size, start, total };
  } finally {
    await simulators.stop();
    await removeFolder(folder);
  }
}
