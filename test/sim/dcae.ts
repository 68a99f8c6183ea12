// The simulator of DCAE slice analysis: `GET /api/v1/slices-config` with a JSON body, any number of slices in one question.
import { isObject, type Json, type JsonObject, listAt, parseJson } from './json.ts';
import { extended, json, type PeerOptions, startPeer } from './peer.ts';
import type { Exchange, SimulatorServer } from './server.ts';
import type { SliceFigures } from './slices.ts';

export const SLICES_CONFIG = '/api/v1/slices-config';

export interface DcaeSimulator extends SimulatorServer {
  /** The figures by instance id; may be changed while it runs. */
  readonly figures: Map<string, SliceFigures>;
  /** The instance ids of each question so far. */
  questions(): readonly (readonly string[])[];
}

/** Starts the simulator; a slice without figures is left out of the answer. */
export async function startDcaeSimulator(
  options: PeerOptions & { readonly figures?: ReadonlyMap<string, SliceFigures> },
): Promise<DcaeSimulator> {
  const figures = new Map(options.figures ?? []);
  const server = await startPeer(options, (exchange) => answer(exchange, figures));
  return extended(server, {
    figures,
    questions: () => server.calls.map((call) => listAt(parseJson(call.body), 'sliceIdentifiers').map(String)),
  });
}

function answer(exchange: Exchange, figures: ReadonlyMap<string, SliceFigures>) {
  if (exchange.path !== SLICES_CONFIG) return json(404, { status: 404, error: 'Not Found', path: exchange.path });
  if (exchange.method !== 'GET') return json(405, { status: 405, error: 'Method Not Allowed' });
  const body = parseJson(exchange.body);
  const ids = listAt(body, 'sliceIdentifiers');
  if (!isObject(body) || ids.length === 0 || !ids.every((id) => typeof id === 'string')) {
    return json(400, { status: 400, error: 'Bad Request', message: 'Required request body is missing' });
  }
  const asked = new Set(listAt(body, 'configParams').map((name) => String(name).toLowerCase()));
  const details = ids.flatMap((id): Json[] => {
    const known = figures.get(String(id));
    return known === undefined ? [] : [{ sliceIdentifiers: id, aggregatedConfig: configOf(known, asked) }];
  });
  return json(200, { sliceConfigDetails: details });
}

/** The service spells its members in lower case, other than the parameters it is asked for. */
function configOf(known: SliceFigures, asked: ReadonlySet<string>): JsonObject {
  return {
    maxNumberOfConns: asked.has('maxnumberofconns') ? known.maxNumberOfConns : null,
    dlthptPerSlice: asked.has('dlthptperslice') ? known.dlthptPerSlice : null,
    ulthptPerSlice: asked.has('ulthptperslice') ? known.ulthptPerSlice : null,
  };
}
