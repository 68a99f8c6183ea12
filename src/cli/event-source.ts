// Reads server-sent events from a response, piece by piece as they come, by the rules of the HTML standard that matter here.

export interface ServerEvent {
  readonly type: string;
  /** null when the event has none. */
  readonly id: string | null;
  readonly data: string;
  /** Milliseconds, when this block sets the pause before a new connection. */
  readonly retry: number | null;
}

/** Events and blocks that only set `retry`; ends with the stream, throws when it breaks. A block that is cut off is not told. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body) {
    rest += decoder.decode(piece, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = readBlock(block);
      if (event.data !== '' || event.retry !== null) yield event;
    }
  }
}

function readBlock(block: string): ServerEvent {
  let event: ServerEvent = { type: 'message', id: null, data: '', retry: null };
  for (const line of block.split('\n')) {
    const at = line.indexOf(':');
    const value = line.slice(at + 1).replace(/^ /, '');
    switch (at < 0 ? line : line.slice(0, at)) {
      case 'event':
        event = { ...event, type: value };
        break;
      case 'id':
        event = { ...event, id: value };
        break;
      case 'data':
        event = { ...event, data: event.data === '' ? value : `${event.data}\n${value}` };
        break;
      case 'retry':
        event = { ...event, retry: /^\d+$/.test(value) ? Number(value) : null };
        break;
    }
  }
  return event;
}
