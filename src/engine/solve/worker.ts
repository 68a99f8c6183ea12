// Entry of the search thread (dist/solver-worker.js): answers search requests one after the other until it is ended.
import { parentPort } from 'node:worker_threads';
import { systemClock } from '../../lib/clock.ts';
import type { SearchState } from './search/model.ts';
import { runSearch } from './search/search.ts';
import type { SearchReply, SearchTask } from './worker-protocol.ts';

const port = parentPort;
const tell = (state: SearchState) => port?.postMessage({ kind: 'at', state } satisfies SearchReply);
port?.on('message', ({ job, tells }: SearchTask) => {
  let reply: SearchReply;
  try {
    reply = { kind: 'done', outcome: runSearch(job, () => systemClock.monotonic(), tells ? tell : undefined) };
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    reply = { kind: 'failed', message, stack };
  }
  port.postMessage(reply);
});
