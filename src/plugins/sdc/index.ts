// SDC: properties of network slice templates. One download per model version; a version never changes, so what was read is kept.
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext } from '../../domain/ports.ts';
import type { ModelPropertySource } from '../../domain/slice-ports.ts';
import { limiter } from '../../lib/concurrency.ts';
import type { JsonObject } from '../../lib/json.ts';
import { pathOf } from '../aai/links.ts';
import type { HttpClient } from '../http.ts';
import { statusError } from '../http-status.ts';
import { CsarError, readProperties } from './csar.ts';

export interface SdcOptions {
  /** Base URL without version; its `maxResponseBytes` bounds an archive. Closed with the client. */
  readonly http: HttpClient;
  /** Version of the external API, for example `v1`. */
  readonly version: string;
  /** Downloads at once. @default 4 */
  readonly concurrency?: number;
  /** Models whose properties are kept. @default 500 */
  readonly keep?: number;
}

export interface Sdc extends ModelPropertySource {
  close(): Promise<void>;
}

type Model = Parameters<ModelPropertySource['properties']>[0][number];

export function createSdc(options: SdcOptions): Sdc {
  const gate = limiter(options.concurrency ?? 4);
  const kept = new Map<string, JsonObject>();
  const most = options.keep ?? 500;
  async function read(model: Model, ctx: CallContext): Promise<JsonObject | Error> {
    const key = JSON.stringify([model.modelVersionId, model.modelName]);
    const known = kept.get(key);
    if (known) return known;
    try {
      const properties = await gate(() => download(options, model, ctx));
      const oldest = kept.size >= most ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(key, properties);
      return properties;
    } catch (error) {
      ctx.signal?.throwIfAborted();
      if (error instanceof ConductorError) return error;
      throw error;
    }
  }
  return {
    properties: (models, ctx) => Promise.all(models.map((model) => read(model, ctx))),
    close: () => options.http.close(),
  };
}

async function download({ http, version }: SdcOptions, model: Model, ctx: CallContext): Promise<JsonObject> {
  ctx.signal?.throwIfAborted();
  const path = `/${version}/catalog/services${pathOf(model.modelVersionId)}/toscaModel`;
  const { status, bytes } = await http.request({
    method: 'GET',
    path,
    answer: 'bytes',
    headers: {
      accept: 'application/octet-stream',
      'content-type': 'application/octet-stream',
      'x-fromappid': 'AAI',
      'x-ecomp-instanceid': 'AAI',
    },
    ctx,
  });
  if (!bytes) throw statusError('SDC', `GET ${path}`, status);
  try {
    return await readProperties(bytes, model.modelName);
  } catch (error) {
    if (error instanceof CsarError) throw new ConductorError('UPSTREAM_BAD_DATA', `SDC model: ${error.message}`);
    throw error;
  }
}
