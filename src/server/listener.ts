// The listening socket: plain or TLS, its time-outs against slow clients, and clear words when it cannot be opened.
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConductorError } from '../domain/errors.ts';
import type { ServerSettings, TlsSettings } from './settings.ts';

/** A server that is not listening yet. Throws CERTIFICATE_INVALID. */
export function createListener({ tls, timeouts, maxHeaderBytes }: ServerSettings): HttpServer {
  const options: ServerOptions = {
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    // How often the time-outs above are looked at.
    connectionsCheckingInterval: Math.max(50, Math.min(5000, timeouts.headersMs / 2)),
    maxHeaderSize: maxHeaderBytes,
  };
  if (!tls) return createHttpServer(options);
  return createHttpsServer({ ...options, ...secureOptions(tls), handshakeTimeout: timeouts.headersMs });
}

/** Reads certificate and key anew; connections that are open keep theirs. Throws CERTIFICATE_INVALID, and then nothing has changed. */
export function renewCertificate(server: HttpServer, { tls }: ServerSettings): void {
  if (tls && server instanceof HttpsServer) server.setSecureContext(secureOptions(tls));
}

function secureOptions(
  tls: TlsSettings,
): SecureContextOptions & { requestCert?: boolean; rejectUnauthorized?: boolean } {
  const options = {
    cert: readPem(tls.certFile, 'certificate'),
    key: readPem(tls.keyFile, 'key'),
    minVersion: 'TLSv1.2',
    ...(tls.clientCaFile !== undefined && {
      ca: readPem(tls.clientCaFile, 'client CA bundle'),
      requestCert: true,
      rejectUnauthorized: true,
    }),
  } as const;
  try {
    createSecureContext(options);
  } catch (cause) {
    const files = [tls.certFile, tls.keyFile, tls.clientCaFile].filter((file) => file !== undefined).join(', ');
    throw new ConductorError(
      'CERTIFICATE_INVALID',
      `The listener's certificate and key cannot be used (${files}): ${reasonOf(cause)}. Both must be PEM and belong together.`,
      { cause },
    );
  }
  return options;
}

function readPem(file: string, what: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConductorError(
      'CERTIFICATE_INVALID',
      `The listener's ${what} ${file} cannot be read: ${codeOf(cause)}.`,
      {
        cause,
      },
    );
  }
}

/** Opens the port. Throws PORT_IN_USE, or CONFIG_INVALID for an address that this machine or user may not open. */
export async function open(
  server: HttpServer,
  { host, port, tls }: ServerSettings,
): Promise<{ url: string; port: number }> {
  await new Promise<void>((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => reject(explain(error, host, port));
    server.once('error', refused);
    server.listen({ host, port }, () => {
      server.removeListener('error', refused);
      resolve();
    });
  });
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return { url: `${tls ? 'https' : 'http'}://${reachable(host)}:${bound}`, port: bound };
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): ConductorError {
  const place = `Port ${port} on ${host}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConductorError(
        'PORT_IN_USE',
        `${place} is in use by another program. Stop that program or choose another port with --port.`,
        { cause: error },
      );
    case 'EACCES':
      return new ConductorError(
        'CONFIG_INVALID',
        `${place} may not be opened by this user. Choose a port above 1023.`,
        {
          cause: error,
        },
      );
    default:
      return new ConductorError('CONFIG_INVALID', `${place} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
}

/** An address that a client on this machine can use. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? reasonOf(error);
}
