// The MultiCloud simulator: the broker's `check_vim_capacity` in its v0 and v1 forms over a table of free room per cloud region.
import type { Answer } from './faults.ts';
import { isObject, type Json, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { type Exchange, type SimulatorServer, type SimulatorTls, startServer } from './server.ts';

/** What a region has left: cores, and memory and storage in the simulator's units. */
export interface Room {
  readonly vCPU: number;
  readonly Memory: number;
  readonly Storage: number;
}

export interface MultiCloudSimulatorOptions {
  /** Absent: plain HTTP. */
  readonly tls?: SimulatorTls;
  /** Default 0: a free port. */
  readonly port?: number;
  /** Wait before every answer, in ms. */
  readonly delayMs?: number;
  /** Free room by vim-id (`owner_region`) as `{"vCPU", "Memory", "Storage"}`. */
  readonly room?: JsonObject;
  /** Room of a region that is not in `room`; absent: such a region is not managed and never listed. */
  readonly otherwise?: Room;
  /** A request with all these values is answered 500. */
  readonly failsWhen?: JsonObject;
}

export interface MultiCloudSimulator extends Omit<SimulatorServer, 'origin'> {
  /** Base for `[multicloud] server_url`. */
  readonly url: string;
  /** Replaces what a region has left; null: the region is not managed any more. */
  setRoom(vimId: string, room: Room | null): void;
  /** The bodies of all checks so far, as sent. */
  questions(): Json[];
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function answer(status: number, body: Json): Answer {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

/** A region fails, and is left out, when its plug-in cannot read a number: it does not take numeric texts. */
function numberAt(body: JsonObject, key: string): number {
  const value = body[key];
  return typeof value === 'number' ? value : Number.NaN;
}

function hasRoom(room: Room | undefined, body: JsonObject): boolean {
  if (room === undefined) return false;
  return (['vCPU', 'Memory', 'Storage'] as const).every((key) => numberAt(body, key) <= room[key]);
}

/** vim-id of an element of `VIMs`: a text in v0, owner and region from v1 on. */
function vimIdOf(version: string, vim: Json): string | null {
  if (version === 'v0') return typeof vim === 'string' ? vim : null;
  const [owner, region] = [textAt(vim, 'cloud-owner'), textAt(vim, 'cloud-region-id')];
  return owner === null || region === null ? null : `${owner}_${region}`;
}

function listed(version: string, vim: Json, room: Room): Json {
  if (version === 'v0' || !isObject(vim)) return vim;
  const zone: JsonObject = {
    'availability-zone-name': 'nova',
    vCPUAvail: room.vCPU,
    MemoryAvail: room.Memory,
    StorageAvail: room.Storage,
    vCPUTotal: 2 * room.vCPU,
    MemoryTotal: 2 * room.Memory,
    StorageTotal: 2 * room.Storage,
  };
  return { ...vim, AZs: [zone] };
}

type RoomOf = (vimId: string) => Room | undefined;

function check(version: string, body: string, roomOf: RoomOf, failsWhen: JsonObject | undefined): Answer {
  const parsed = parseJson(body);
  if (!isObject(parsed)) return answer(400, { error: 'Invalidate JSON data' });
  const spoilt = Object.entries(failsWhen ?? {});
  if (spoilt.length > 0 && spoilt.every(([key, value]) => parsed[key] === value)) {
    return answer(500, { error: 'The broker failed' });
  }
  const fitting = listAt(parsed, 'VIMs').flatMap((vim) => {
    const vimId = vimIdOf(version, vim);
    const room = vimId === null ? undefined : roomOf(vimId);
    return room !== undefined && hasRoom(room, parsed) ? [listed(version, vim, room)] : [];
  });
  return answer(200, { VIMs: fitting });
}

function handle({ method, path, body }: Exchange, roomOf: RoomOf, failsWhen: JsonObject | undefined): Answer {
  const found = /^\/api\/multicloud\/(v\d+)\/check_vim_capacity\/?$/.exec(path);
  const [, version] = found ?? [];
  if (version === undefined) return answer(404, { error: `No such resource: ${path}` });
  if (method !== 'POST') return answer(405, { detail: `Method "${method}" not allowed.` });
  return check(version, body, roomOf, failsWhen);
}

function roomAt(table: JsonObject): Map<string, Room> {
  const rooms = new Map<string, Room>();
  for (const [vimId, entry] of Object.entries(table)) {
    if (!isObject(entry)) continue;
    const [vCPU, Memory, Storage] = ['vCPU', 'Memory', 'Storage'].map((key) => numberAt(entry, key));
    rooms.set(vimId, { vCPU: vCPU ?? 0, Memory: Memory ?? 0, Storage: Storage ?? 0 });
  }
  return rooms;
}

/** Starts the simulator on 127.0.0.1. Rejects when the port is taken or a certificate file cannot be read. */
export async function startMultiCloudSimulator(options: MultiCloudSimulatorOptions = {}): Promise<MultiCloudSimulator> {
  const rooms = roomAt(options.room ?? {});
  const unmanaged = new Set<string>();
  const roomOf = (vimId: string) => (unmanaged.has(vimId) ? undefined : (rooms.get(vimId) ?? options.otherwise));
  const server = await startServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.delayMs === undefined ? {} : { delayMs: options.delayMs }),
    handle: (exchange) => handle(exchange, roomOf, options.failsWhen),
    failure: (status) => answer(status, { error: `simulated failure ${status}` }),
  });
  return {
    url: `${server.origin}/api/multicloud`,
    port: server.port,
    get calls() {
      return server.calls;
    },
    clearCalls: server.clearCalls,
    callsReached: server.callsReached,
    faults: server.faults,
    get peakConcurrency() {
      return server.peakConcurrency;
    },
    setDelay: server.setDelay,
    hold: server.hold,
    stop: server.stop,
    setRoom(vimId, room) {
      if (room === null) unmanaged.add(vimId);
      else {
        unmanaged.delete(vimId);
        rooms.set(vimId, room);
      }
    },
    questions: () => server.calls.map((call) => parseJson(call.body) ?? null),
  };
}
