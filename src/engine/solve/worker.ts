// Entry of the search thread (dist/solver-worker.js): answers search requests one after the other until it is ended.
import { parentPort } from 'node:worker_threads';
import { systemClock } from '../../lib/clock.ts';
import type { SearchJob } from './search/model.ts';
import { runSearch } from './search/search.ts';
import type { SearchReply } from './worker-protocol.ts';

const port = parentPort;
port?.on('message', (job: SearchJob) => {
  let reply: SearchReply;
  try {
    reply = { kind: 'done', outcome: runSearch(job, () => systemClock.monotonic()) };
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    reply = { kind: 'failed', message, stack };
  }
  port.postMessage(reply);
});
