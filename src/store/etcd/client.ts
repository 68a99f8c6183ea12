// The etcd client: connection, credentials and fault policies. The client's own retries and circuit breaker are switched off,
// because they count errors of the caller (a value too large) as failures of the server and then refuse everybody.
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { Etcd3, type IOptions } from 'etcd3';
import { ConductorError } from '../../domain/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { HostHealth, policyOf } from './hosts.ts';
import { shareLogins } from './login.ts';

export interface ConnectionOptions {
  /** `host:port`, with or without `http://` or `https://`; all of one kind. */
  readonly endpoints: readonly string[];
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Files in PEM; an empty name is none. The certificate's file may hold its key, too. */
  readonly tls?: {
    readonly caFile?: string | undefined;
    readonly certFile?: string | undefined;
    readonly keyFile?: string | undefined;
  };
  /** Deadline of every call that is not a stream, in milliseconds. */
  readonly timeoutMs: number;
  /** A connection that is silent for this long is pinged, in milliseconds. */
  readonly keepaliveMs: number;
  readonly clock: Clock;
}

/** Deadline of a plain read: with several members there is time to ask another one when the first does not answer. */
export function readDeadlineMs({ endpoints, timeoutMs }: Pick<ConnectionOptions, 'endpoints' | 'timeoutMs'>): number {
  return endpoints.length > 1 ? timeoutMs / 2 : timeoutMs;
}

/** etcd closes connections that ping more often than every five seconds. */
const MIN_PING_MS = 6_000;
const RECEIVE_BYTES = 64 * 1024 * 1024;

/** Throws CONFIG_INVALID for endpoints that cannot be used, CERTIFICATE_INVALID for files that cannot be read or do not belong together. */
export function createClient(options: ConnectionOptions): Etcd3 {
  const { username, password = '', timeoutMs, keepaliveMs } = options;
  const hosts = endpointHosts(options);
  const credentials = tlsCredentials(options);
  const health = new HostHealth(options.clock);
  const readMs = readDeadlineMs(options);
  const client = new Etcd3({
    hosts,
    ...(credentials ? { credentials } : {}),
    ...(username ? { auth: { username, password } } : {}),
    // gRPC compares deadlines with the wall clock, so that is what they are made of.
    defaultCallOptions: ({ isStream, method }) =>
      isStream ? {} : { deadline: Date.now() + (method === 'range' ? readMs : timeoutMs) },
    faultHandling: { global: policyOf((call) => call()), host: (host) => health.policy(host) },
    grpcOptions: {
      'grpc.max_receive_message_length': RECEIVE_BYTES,
      'grpc.keepalive_time_ms': Math.max(keepaliveMs, MIN_PING_MS),
      'grpc.keepalive_timeout_ms': 5_000,
      // etcd takes pings without a call under way for abuse and hangs up.
      'grpc.keepalive_permit_without_calls': 0,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      // Each client has its own connection: dropping the client then really drops a connection that went silent.
      'grpc.use_local_subchannel_pool': 1,
    },
  });
  return username ? shareLogins(client) : client;
}

function endpointHosts({ endpoints, tls }: ConnectionOptions): string[] {
  const parsed = endpoints.map((endpoint) => {
    const url = /^https?:\/\//.test(endpoint) ? endpoint : `${tls?.caFile ? 'https' : 'http'}://${endpoint}`;
    if (!URL.canParse(url)) throw new ConductorError('CONFIG_INVALID', `"${endpoint}" is no etcd endpoint.`);
    const { protocol, hostname, port } = new URL(url);
    return { protocol, host: `${hostname}:${port || '2379'}` };
  });
  const schemes = new Set(parsed.map(({ protocol }) => protocol));
  if (schemes.size === 0) throw new ConductorError('CONFIG_INVALID', 'No etcd endpoint is configured.');
  if (schemes.size > 1) throw new ConductorError('CONFIG_INVALID', 'The etcd endpoints mix http and https.');
  return parsed.map(({ protocol, host }) => `${protocol}//${host}`);
}

function tlsCredentials({ tls }: ConnectionOptions): IOptions['credentials'] {
  const { caFile, certFile, keyFile } = tls ?? {};
  if (!caFile) {
    // Never in clear what was meant to be encrypted.
    if (certFile || keyFile) throw new ConductorError('CONFIG_INVALID', CA_NEEDED);
    return undefined;
  }
  const ca = readPem(caFile);
  checkMaterial([caFile], { ca });
  if (!certFile) {
    if (!keyFile) return { rootCertificate: ca };
    throw new ConductorError('CERTIFICATE_INVALID', `etcd: the key ${keyFile} has no certificate beside it.`);
  }
  const cert = readPem(certFile);
  const key = keyFile ? readPem(keyFile) : cert;
  checkMaterial([certFile, ...(keyFile ? [keyFile] : [])], { cert, key });
  return { rootCertificate: ca, certChain: cert, privateKey: key };
}

const CA_NEEDED =
  'etcd: a client certificate is for TLS; set [etcd_api] ca_certificate_file to the certificates that etcd is verified with.';

/** The client itself would say what is wrong without saying where. */
function checkMaterial(files: readonly string[], material: SecureContextOptions): void {
  try {
    createSecureContext(material);
  } catch (error) {
    const why = error instanceof Error ? `: ${error.message}` : '';
    const message = `etcd: ${files.join(' with key ')} cannot be used as PEM${why}.`;
    throw new ConductorError('CERTIFICATE_INVALID', message, { cause: error });
  }
}

function readPem(file: string): Buffer {
  let data: Buffer;
  try {
    data = readFileSync(file);
  } catch (error) {
    throw new ConductorError('CERTIFICATE_INVALID', `${file} cannot be read.`, { cause: error });
  }
  if (data.includes('-----BEGIN ')) return data;
  throw new ConductorError('CERTIFICATE_INVALID', `${file} is not in PEM format.`);
}
