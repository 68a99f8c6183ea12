// Client TLS material for upstream systems: certificate, key and CA bundle are read and tried once, at construction,
// so that a wrong file ends the start with its name and not the first plan.
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConductorError } from '../domain/errors.ts';

/** PEM files towards one system. Empty text counts as not set; without a bundle the runtime's own CA store counts. */
export interface HttpTlsOptions {
  readonly certificateFile?: string;
  /** May be left out when the certificate file holds the key too. */
  readonly keyFile?: string;
  readonly bundleFile?: string;
  /** Revocation lists; with one, a certificate that no list covers is refused too. */
  readonly revocationFile?: string;
  /** The server's certificate is not verified: for test installations only. */
  readonly insecure?: boolean;
}

export interface TlsMaterial {
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly ca?: Buffer;
  readonly crl?: Buffer;
  readonly rejectUnauthorized: boolean;
}

/** Reads and checks the files. Throws CERTIFICATE_INVALID naming the file. */
export function loadTls(system: string, options: HttpTlsOptions): TlsMaterial {
  const { certificateFile, keyFile, bundleFile, revocationFile } = options;
  const cert = read(system, 'certificate', certificateFile);
  const ownKey = read(system, 'key', keyFile);
  const ca = read(system, 'CA bundle', bundleFile);
  const crl = read(system, 'revocation list', revocationFile);
  if (ownKey && !cert) {
    throw new ConductorError('CERTIFICATE_INVALID', `${system}: the key ${keyFile} has no certificate beside it.`);
  }
  const key = ownKey ?? cert;
  if (cert && key) {
    check(system, { cert, key }, keyFile ? `${certificateFile} with key ${keyFile}` : `${certificateFile}`);
  }
  if (ca) {
    // OpenSSL takes a bundle without any certificate silently; then nothing could ever be verified.
    if (!ca.includes('-----BEGIN')) throw invalid(system, `${bundleFile}`, undefined);
    check(system, { ca }, `${bundleFile}`);
  }
  if (crl) check(system, { crl }, `${revocationFile}`);
  return {
    ...(cert && key ? { cert, key } : {}),
    ...(ca ? { ca } : {}),
    ...(crl ? { crl } : {}),
    rejectUnauthorized: options.insecure !== true,
  };
}

function read(system: string, what: string, file: string | undefined): Buffer | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw new ConductorError('CERTIFICATE_INVALID', `${system}: the ${what} ${file} cannot be read (${code}).`, {
      cause,
    });
  }
}

function check(system: string, parts: { cert?: Buffer; key?: Buffer; ca?: Buffer; crl?: Buffer }, names: string): void {
  try {
    createSecureContext(parts);
  } catch (cause) {
    throw invalid(system, names, cause);
  }
}

function invalid(system: string, names: string, cause: unknown): ConductorError {
  const message = `${system}: ${names} cannot be used as PEM certificate, key, bundle or revocation list.`;
  return new ConductorError('CERTIFICATE_INVALID', message, { cause });
}
