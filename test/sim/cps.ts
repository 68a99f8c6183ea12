// The simulator of CPS-TBDMT: the template `ran-coverage-area/get_ta_list`, one zone a question.
import { objectAt, parseJson, textAt } from './json.ts';
import { extended, json, type PeerOptions, startPeer } from './peer.ts';
import type { Exchange, SimulatorServer } from './server.ts';

export const GET_TA_LIST = '/api/v1/execute/ran-coverage-area/get_ta_list';

export interface CpsSimulator extends SimulatorServer {
  /** Tracking areas by zone; may be changed while it runs. */
  readonly zones: Map<string, readonly number[]>;
}

/** Starts the simulator; a zone that it does not know has no tracking areas. */
export async function startCpsSimulator(
  options: PeerOptions & { readonly zones?: ReadonlyMap<string, readonly number[]> },
): Promise<CpsSimulator> {
  const zones = new Map(options.zones ?? []);
  const server = await startPeer(options, (exchange) => answer(exchange, zones));
  return extended(server, { zones });
}

function answer(exchange: Exchange, zones: ReadonlyMap<string, readonly number[]>) {
  if (exchange.path !== GET_TA_LIST) return json(404, { responseCode: '404', message: 'Template not found' });
  if (exchange.method !== 'POST') return json(405, { responseCode: '405', message: 'Method not allowed' });
  const zone = textAt(objectAt(parseJson(exchange.body), 'inputParameters') ?? {}, 'zone_id');
  if (zone === null) return json(400, { responseCode: '400', message: 'Input parameter zone_id is missing' });
  const areas = zones.get(zone) ?? [];
  const cells = (area: number) => [{ cellLocalId: area * 10 + 1 }, { cellLocalId: area * 10 + 2 }];
  return json(200, { coverageAreaTAList: areas.map((nRTAC) => ({ nRTAC, taCellsList: cells(nRTAC) })) });
}
