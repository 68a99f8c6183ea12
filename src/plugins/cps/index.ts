// CPS-TBDMT: the tracking areas that cover a zone. The service knows one zone a call, so calls run a few at a time.
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext } from '../../domain/ports.ts';
import type { TrackingAreaSource } from '../../domain/slice-ports.ts';
import { limiter } from '../../lib/concurrency.ts';
import { own } from '../../lib/json.ts';
import { distinct } from '../aai/links.ts';
import { number, objects } from '../aai/wire.ts';
import type { HttpClient } from '../http.ts';
import { statusError } from '../http-status.ts';

export interface CpsOptions {
  /** Base URL without path; closed with the client. */
  readonly http: HttpClient;
  /** Path of the tracking area template, with or without the first slash. */
  readonly path: string;
  /** Tries in all of one question; it only reads. */
  readonly tries: number;
  /** Questions under way at once. @default 4 */
  readonly concurrency?: number;
}

export interface Cps extends TrackingAreaSource {
  close(): Promise<void>;
}

export function createCps(options: CpsOptions): Cps {
  const path = options.path.startsWith('/') ? options.path : `/${options.path}`;
  const gate = limiter(options.concurrency ?? 4);
  return {
    async trackingAreas(zoneIds, ctx) {
      // One question a zone, however often it is named; the first failure in zone order is the one that is told.
      const questions = new Map(
        distinct(zoneIds).map((zone) => [zone, gate(() => readZone({ ...options, path }, zone, ctx))]),
      );
      await Promise.allSettled(questions.values());
      return Promise.all(zoneIds.map((zone) => questions.get(zone) ?? []));
    },
    close: () => options.http.close(),
  };
}

async function readZone({ http, path, tries }: CpsOptions, zone: string, ctx: CallContext): Promise<readonly number[]> {
  ctx.signal?.throwIfAborted();
  const { status, body } = await http.request({
    method: 'POST',
    path,
    headers: { 'x-fromappid': 'CONDUCTOR' },
    body: { inputParameters: { zone_id: zone } },
    tries,
    ctx,
  });
  if (status < 200 || status >= 300) throw statusError('CPS', `POST ${path}`, status);
  const areas = own(body, 'coverageAreaTAList');
  if (!Array.isArray(areas)) {
    throw new ConductorError('UPSTREAM_BAD_DATA', `CPS sent an answer without coverageAreaTAList: POST ${path}.`);
  }
  return distinct(objects(areas).map((area) => number(own(area, 'nRTAC'))));
}
