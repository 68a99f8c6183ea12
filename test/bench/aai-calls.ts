// (c) How many requests the inventory is asked, with nothing cached: for a plan with fifty candidates, batched and one by one,
// and for a GraphQL list of a hundred plans down to the sites of their candidates.
import { type Simulators, startSimulators } from '../sim/start.ts';
import { mustBeDone, runPlan } from './client.ts';
import { withFresh } from './fresh.ts';
import { type BenchSettings, removeFolder, temporaryFolder } from './gateway.ts';
import { atMost, type Findings } from './report.ts';
import { CANDIDATES, MANY_CANDIDATES_TEMPLATE, manyCandidates } from './subjects.ts';

const PLANS = 100;
const PLAN_GOAL = 8;
const LIST_GOAL = 3;

const LIST = `query Plans {
  plans(first: ${PLANS}) {
    nodes {
      id
      recommendations { demands { candidate { candidateId cloudRegion { cloudRegionId complex { physicalLocationId city } } } } }
    }
  }
}`;

interface Listed {
  readonly plans: {
    readonly nodes: readonly {
      readonly recommendations:
        | readonly {
            readonly demands: readonly {
              readonly candidate: {
                readonly cloudRegion: { readonly complex: { readonly city: string } | null } | null;
              };
            }[];
          }[]
        | null;
    }[];
  };
}

export async function aaiCalls(
  settings: BenchSettings,
  _rounds: number,
  progress: (text: string) => void,
): Promise<Findings> {
  const simulators = await startSimulators({ world: manyCandidates() });
  const folders = [await temporaryFolder(), await temporaryFolder()] as const;
  try {
    progress('one plan, read one by one');
    const single = await planRequests(simulators, folders[0], ['[aai]', 'batch_strategy = single'], settings);
    progress('one plan, batched');
    const batched = await planRequests(simulators, folders[1], [], settings);
    progress(`a list of ${PLANS} plans`);
    await makePlans(simulators, folders[1], settings);
    const list = await listRequests(simulators, folders[1], settings);
    return {
      rows: [
        {
          section: 'c',
          what: `A&AI requests for a plan with ${CANDIDATES} candidates`,
          figure: `${batched.total} (${batched.start} at start, ${batched.total - batched.start} for the plan)`,
          beside: `${single.total} one by one (${single.start} + ${single.total - single.start})`,
          value: batched.total,
          goal: atMost(PLAN_GOAL, batched.total),
        },
        {
          section: 'c',
          what: `A&AI requests for a list of ${PLANS} plans → candidate → region → complex`,
          figure: `${list.total} (${list.start} at start, ${list.total - list.start} for the query)`,
          beside: `${list.hops} hops followed`,
          value: list.total,
          goal: atMost(LIST_GOAL, list.total),
        },
      ],
      notes: ['(c) counted from the start of a fresh process, so the first reading of regions and complexes is in it'],
    };
  } finally {
    await simulators.stop();
    for (const folder of folders) await removeFolder(folder);
  }
}

async function planRequests(
  simulators: Simulators,
  folder: string,
  aaiLines: readonly string[],
  settings: BenchSettings,
): Promise<{ readonly start: number; readonly total: number }> {
  const query = 'query Found($id: ID!) { plan(id: $id) { demands { candidateCount } } }';
  return withFresh(simulators, folder, aaiLines, settings, async (client) => {
    const id = await runPlan(client, MANY_CANDIDATES_TEMPLATE);
    const { plan } = await client.execute<{ plan: { demands: { candidateCount: number }[] } }>(query, { id });
    const found = plan.demands[0]?.candidateCount;
    if (found !== CANDIDATES) throw new Error(`the plan found ${found} candidates instead of ${CANDIDATES}`);
  });
}

async function makePlans(simulators: Simulators, folder: string, settings: BenchSettings): Promise<void> {
  await withFresh(simulators, folder, [], settings, async (client) => {
    const ids = await Promise.all(
      Array.from({ length: PLANS }, () => client.createPlan(MANY_CANDIDATES_TEMPLATE, CANDIDATES)),
    );
    await Promise.all(ids.map((id) => mustBeDone(client, id)));
  });
}

async function listRequests(
  simulators: Simulators,
  folder: string,
  settings: BenchSettings,
): Promise<{ readonly start: number; readonly total: number; readonly hops: number }> {
  const { start, total, result } = await withFresh(simulators, folder, [], settings, (client) =>
    client.execute<Listed>(LIST, {}),
  );
  const candidates = result.plans.nodes.flatMap(({ recommendations }) =>
    (recommendations ?? []).flatMap(({ demands }) => demands.map(({ candidate }) => candidate)),
  );
  const hops = candidates.filter(({ cloudRegion }) => cloudRegion?.complex).length;
  if (result.plans.nodes.length !== PLANS || hops !== candidates.length || hops < PLANS) {
    throw new Error(`the list has ${result.plans.nodes.length} plans and ${hops} of ${candidates.length} sites`);
  }
  return { start, total, hops };
}
