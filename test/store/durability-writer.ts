// Child process of the durability test: writes without end and prints each key once its write was acknowledged.
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/lib/clock.ts';
import { randomIds } from '../../src/lib/ids.ts';
import { openEmbeddedKv } from '../../src/store/embedded/index.ts';
import { when } from '../../src/store/request.ts';

const [dir = '', round = ''] = process.argv.slice(2);
const kv = await openEmbeddedKv({ dir, clock: systemClock, ids: randomIds, historyRevisions: 500 });
const lease = await kv.lease(60);
await kv.txn(when([], [{ put: `leased/${round}`, value: '', lease: lease.id }]));
await Promise.all(
  Array.from({ length: 8 }, async (_, writer) => {
    for (let at = 0; ; at += 1) {
      const id = `${round}-${writer}-${at}`;
      const { revision } = await kv.txn(
        when(
          [],
          [
            { put: `k/${id}`, value: `${id}`.repeat(20) },
            { put: `pair/${id}`, value: id },
          ],
        ),
      );
      writeSync(1, `${id} ${revision}\n`);
    }
  }),
);
