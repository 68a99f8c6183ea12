// Child process: claims one plan, says so, and then does nothing but live, until it is killed.
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/lib/clock.ts';
import { randomIds } from '../../src/lib/ids.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { openEmbeddedKv } from '../../src/store/embedded/index.ts';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import { createStores } from '../../src/store/index.ts';

const [kind, place = '', prefix = '', planId = ''] = process.argv.slice(2);
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent, child: () => logger };
const common = { clock: systemClock, ids: randomIds, random: systemRandom, logger };
const kv =
  kind === 'etcd'
    ? await openEtcdKv({ ...common, endpoints: [place], prefix })
    : await openEmbeddedKv({ ...common, dir: place });
const metrics = { count: silent, observe: silent, gauge: silent };
const stores = createStores(kv, { ...common, metrics, ownerName: 'victim', leaseTtlSeconds: 2 });
await stores.start();
const claim = await stores.work.claim(planId, 'controller', 'victim');
writeSync(1, claim ? 'claimed\n' : 'not claimed\n');
setInterval(silent, 1_000);
