// Reads server-sent events from an answer.

export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** `alive` is called whenever bytes come, comments too. */
export async function* readEvents(answer: Response, alive: () => void): AsyncGenerator<ServerEvent> {
  if (!answer.body) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    alive();
    rest += decoder.decode(chunk, { stream: true });
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const found = parse(rest.slice(0, end));
      rest = rest.slice(end + 2);
      if (found) yield found;
    }
  }
}

function parse(frame: string): ServerEvent | null {
  const fields = new Map<string, string>();
  for (const line of frame.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  const data = fields.get('data');
  if (data === undefined || data === '') return null;
  return { event: fields.get('event') ?? 'message', id: fields.get('id') ?? '', data };
}
