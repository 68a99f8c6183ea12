// Sends a stream of server-sent events: waits for a client that reads slowly, and writes a comment when nothing was said for a
// while, so that neither proxies nor clients take the connection for dead.
import { once } from 'node:events';
import type { Exchange } from './exchange.ts';

const COMMENT = ':\n\n';

/** Ends with the stream or with the client, whichever is first. */
export async function sendEvents(
  { res, signal, clock }: Exchange,
  {
    status,
    headers,
    stream,
  }: { status: number; headers: Readonly<Record<string, string>>; stream: AsyncIterable<string> },
  heartbeatMs: number,
): Promise<void> {
  res.writeHead(status, {
    'X-Content-Type-Options': 'nosniff',
    // Proxies such as nginx would otherwise hold events back until their buffer is full.
    'X-Accel-Buffering': 'no',
    ...headers,
    'Content-Type': 'text/event-stream',
  });
  let cancel = () => {};
  const beat = () => {
    // A client that does not read gets no more to read.
    if (!res.writableNeedDrain) res.write(COMMENT);
    cancel = clock.after(heartbeatMs, beat);
  };
  try {
    for await (const frame of stream) {
      if (signal.aborted) break;
      cancel();
      if (!res.write(frame)) await once(res, 'drain', { signal });
      cancel = clock.after(heartbeatMs, beat);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    cancel();
    res.end();
  }
}
