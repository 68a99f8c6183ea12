// Writes a Fetch answer of Yoga to the socket: results whole and with their length, event streams piece by piece.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Exchange, respond } from './exchange.ts';

/** The part of a Fetch Response that is used here. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { forEach(visit: (value: string, name: string) => void): void; get(name: string): string | null };
  readonly body: ByteStream | null;
  text(): Promise<string>;
}

interface ByteStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
}

export async function sendResponse(exchange: Exchange, response: FetchResponse): Promise<void> {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  response.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value;
  });
  if (response.body !== null && headers['content-type']?.startsWith('text/event-stream')) {
    // Proxies such as nginx would otherwise hold events back until their buffer is full.
    const streaming = { ...headers, 'X-Accel-Buffering': 'no', 'X-Content-Type-Options': 'nosniff' };
    exchange.res.writeHead(response.status, streaming);
    await pump(response.body, exchange.res, exchange.signal);
    return;
  }
  respond(exchange, { status: response.status, headers, body: await response.text() });
}

/** Ends with the stream or with the client, whichever is first; waits for a client that reads slowly. */
async function pump(body: ByteStream, res: ServerResponse, signal: AbortSignal): Promise<void> {
  const reader = body.getReader();
  const cancel = () => {
    reader.cancel().catch(() => {});
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read();
      if (done || value === undefined) break;
      if (!res.write(value)) await once(res, 'drain', { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
    res.end();
  }
}
