// `npm run demo`: simulators, the real gateway program, and the vCPE example plan from inventory to reservation.
// Shows each status as the subscription delivers it. Stays up until Ctrl-C; `--once` ends by itself, non-zero if a step failed.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulators } from '../test/sim/start.ts';
import { startEtcd } from '../test/support/etcd.ts';
import { type Client, connect, type PlanResult } from './demo/client.ts';
import { type Gateway, startGateway } from './demo/gateway.ts';
import { accepted, impossible } from './demo/impossible.ts';
import { heading, printAddresses, printRecommendation, printRest, say } from './demo/print.ts';
import { showWhatIf } from './demo/what-if.ts';
import { ensureEtcd } from './ensure-etcd.ts';

const HELP = `npm run demo -- [options]
  --impossible            first submit the plan with a threshold that nothing meets, then as the gateway advises
  --once                  end when the plan is done (exit code 0) or a step failed (1)
  --store embedded|etcd   where the gateway keeps its state (default embedded); etcd is started, and installed if absent and allowed
  --port N                port of the gateway (default 8091; 0 takes a free one)
`;

const stops: (() => Promise<unknown>)[] = [];

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop().catch((error: unknown) => say(`while stopping: ${error}`));
}

async function startStore(kind: string): Promise<string[]> {
  if (kind !== 'etcd') return [];
  await ensureEtcd();
  const etcd = await startEtcd();
  stops.push(() => etcd.stop());
  say(`etcd               ${etcd.endpoint} (process ${etcd.pid})`);
  const { hostname, port } = new URL(etcd.endpoint);
  return ['[db_options]', 'db_backend = etcd', '[etcd_api]', `host = ${hostname}`, `port = ${port}`];
}

async function start(store: string, port: string): Promise<Gateway> {
  heading('Starting');
  const folder = await mkdtemp(join(tmpdir(), 'conductor-demo-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const simulators = await startSimulators({ dir: folder });
  stops.push(() => simulators.stop());
  say(`A&AI simulator     ${simulators.aai.url} (two-way TLS and Basic, certificates made just now)`);
  say(`SDN-C simulator    ${simulators.sdnc.restsUrl} (TLS and Basic)`);
  const storeLines = await startStore(store);
  const gateway = await startGateway(folder, port, [...simulators.configLines, ...storeLines]);
  stops.push(() => gateway.stop());
  say(`Conductor Gateway  ${gateway.url} (store ${store}, log ${gateway.logFile})`);
  return gateway;
}

async function runPlan(client: Client, templateText: string, wanted = 'DONE'): Promise<PlanResult> {
  heading('Submitting examples/vcpe.yaml through GraphQL');
  const created = await client.createPlan('vCPE demo', templateText);
  say(`plan ${created.id} created, ${created.status}`);
  heading('Following it: subscription planChanged over WebSocket');
  const status = await client.follow(created, ({ at, from, to, actor, reason, message }) =>
    say(`${at}  ${(from ?? '').padEnd(12)} → ${to.padEnd(12)} ${reason} by ${actor}${message ? `: ${message}` : ''}`),
  );
  const plan = await client.plan(created.id);
  if (status !== wanted)
    throw new Error(`the plan ended ${status}: ${plan.message} ${plan.diagnosis?.summary.join(' ') ?? ''}`);
  return plan;
}

/** As it is; or first with a threshold that nothing meets, then with the relaxation that the gateway names. */
async function runExample(client: Client, withImpossible: boolean): Promise<PlanResult> {
  const example = await readFile(new URL('../examples/vcpe.yaml', import.meta.url), 'utf8');
  if (!withImpossible) return runPlan(client, example);
  say('\nOne threshold is changed first: the multiplexer has to be within 100 km of the customer.');
  const templateText = impossible(example);
  const { id } = await runPlan(client, templateText, 'NOT_FOUND');
  return runPlan(client, await accepted(client, id, templateText));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      impossible: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      store: { type: 'string', default: 'embedded' },
      port: { type: 'string', default: '8091' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (!['embedded', 'etcd'].includes(values.store)) throw new Error('--store must be embedded or etcd');
  const gateway = await start(values.store, values.port);
  const client = connect(gateway);
  stops.push(() => client.close());
  const plan = await runExample(client, values.impossible);
  printRecommendation(plan);
  await showWhatIf(client, plan.id);
  printRest(await client.rest(`/v1/plans/${plan.id}`));
  printAddresses(gateway, plan.id);
  if (values.once) return;
  say('\nCtrl-C ends everything.');
  await Promise.race([interrupted, gateway.ended.then(() => Promise.reject(new Error('the gateway ended')))]);
}

const interrupted = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});

main()
  .catch((error: unknown) => {
    process.stderr.write(`\ndemo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  })
  .finally(stopAll)
  .finally(() => process.exit());
