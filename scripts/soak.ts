// `npm run test:soak -- --minutes 30 --seed 1`: three gateways and three members of etcd under a steady load and a random fault a
// minute; ends with 1 when an invariant of the fault matrix is broken or memory or handles grow. Ctrl-C stops everything.
import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { soak } from '../test/soak/soak.ts';
import { ensureEtcd } from './ensure-etcd.ts';

const HELP = `npm run test:soak -- [options]
  --minutes N   how long the load lasts (default 30; below 3 the faults come every 20 seconds)
  --seed N      chooses plans, faults and their victims; printed at the start (default: by the clock)
`;
const MOST = 100;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!Number.isInteger(minutes) || minutes < 1 || !Number.isInteger(seed)) {
    process.stderr.write('--minutes and --seed take whole numbers\n');
    return 2;
  }
  await ensureEtcd();
  const stopping = new AbortController();
  // Every pause listens.
  setMaxListeners(0, stopping.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const { broken } = await soak({ minutes, seed, print, stopped: stopping.signal });
  if (stopping.signal.aborted) {
    print('stopped; nothing was judged');
    return 130;
  }
  for (const text of broken.slice(0, MOST)) print(`BROKEN  ${text}`);
  if (broken.length > MOST) print(`… and ${broken.length - MOST} more`);
  print(broken.length === 0 ? 'soak passed' : `soak failed: ${broken.length} broken (seed ${seed})`);
  return broken.length === 0 ? 0 : 1;
}

process.exit(await main());
