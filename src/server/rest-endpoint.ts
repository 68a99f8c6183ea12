// Hands HTTP requests to the REST table: reads the body where a method has one, and gives the answer back.
import { ConductorError, toConductorError } from '../domain/errors.ts';
import { createRestHandler, type RestDependencies, type RestSettings } from '../rest/index.ts';
import { readBody } from './body.ts';
import { sendEvents } from './event-stream.ts';
import { type Endpoint, type Exchange, hostOf, protocolOf, respond } from './exchange.ts';
import type { ServerSettings } from './settings.ts';

/** Methods whose bodies no route looks at. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'COPY', 'LOCK']);

export function createRestEndpoint(
  settings: ServerSettings,
  dependencies: Omit<RestDependencies, 'settings'>,
): Endpoint {
  const handle = createRestHandler({ ...dependencies, settings: restSettings(settings) });
  return async (exchange) => {
    const { req, method, path, query, signal } = exchange;
    const request = {
      method,
      path,
      query,
      headers: req.headers,
      protocol: protocolOf(req),
      host: hostOf(req),
      remoteAddress: req.socket.remoteAddress ?? '',
      signal,
    };
    const body = BODILESS.has(method) ? '' : await bodyOrError(exchange, settings.bodyLimitBytes);
    const read = body instanceof ConductorError ? { body: '', bodyError: body } : { body };
    const { stream, ...answer } = await handle({ ...request, ...read });
    if (stream) await sendEvents(exchange, { ...answer, stream }, settings.streams.heartbeatMs);
    else respond(exchange, answer);
  };
}

async function bodyOrError({ req, onContinue }: Exchange, limit: number): Promise<Buffer | ConductorError> {
  try {
    return await readBody(req, limit, onContinue);
  } catch (error) {
    return toConductorError(error);
  }
}

function restSettings(settings: ServerSettings): RestSettings {
  const { basicAuth, versionAuth, version, trustProxy, messageForm } = settings;
  return {
    username: basicAuth.username,
    password: basicAuth.password,
    basicAuthSecure: basicAuth.required,
    strict401: basicAuth.strict401,
    bodyLimit: settings.bodyLimitBytes,
    versionAuth,
    version,
    trustProxy,
    messageForm,
    maxWaitMs: settings.streams.maxWaitMs,
  };
}
