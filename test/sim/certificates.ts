// Certificates for two-way TLS, made on the spot with the openssl program: nothing secret is kept in the repository.
import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

function openssl(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('openssl', [...args], { encoding: 'utf8' }, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      if (error.code === 'ENOENT') {
        return reject(
          new Error('The program openssl was not found; install it to make certificates for the simulators.'),
        );
      }
      reject(new Error(`openssl ${args[0] ?? ''} failed: ${stderr.trim()}`));
    });
  });
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const DAYS = ['-days', '365'];

async function makeSigned(dir: string, name: string, subject: string, extensions: string): Promise<void> {
  const file = (suffix: string): string => join(dir, `${name}${suffix}`);
  await writeFile(file('.ext'), extensions);
  await openssl(['req', ...NEW_KEY, '-keyout', file('.key'), '-out', file('.csr'), '-subj', subject]);
  const signer = [
    '-CA',
    join(dir, 'ca.pem'),
    '-CAkey',
    join(dir, 'ca.key'),
    '-set_serial',
    `0x${name === 'server' ? 2 : 3}`,
  ];
  await openssl([
    'x509',
    '-req',
    '-in',
    file('.csr'),
    ...signer,
    ...DAYS,
    '-extfile',
    file('.ext'),
    '-out',
    file('.pem'),
  ]);
  await chmod(file('.key'), 0o600);
}

/**
 * Makes a certificate authority, a server certificate for `localhost` and 127.0.0.1, and a client certificate, valid one
 * year, in `dir` (made when missing; earlier files are replaced). Throws a plain Error when openssl is missing or fails.
 */
export async function makeCertificates(dir: string): Promise<Certificates> {
  await mkdir(dir, { recursive: true });
  const ca = join(dir, 'ca.pem');
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  const authority = ['-subj', '/O=Conductor simulators/CN=Simulator CA', ...usage];
  await openssl(['req', '-x509', ...NEW_KEY, '-keyout', join(dir, 'ca.key'), '-out', ca, ...DAYS, ...authority]);
  await chmod(join(dir, 'ca.key'), 0o600);
  await Promise.all([
    makeSigned(
      dir,
      'server',
      '/O=Conductor simulators/CN=localhost',
      'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n',
    ),
    makeSigned(
      dir,
      'client',
      '/O=Conductor simulators/CN=conductor',
      'subjectAltName=DNS:conductor\nextendedKeyUsage=clientAuth\nbasicConstraints=CA:FALSE\n',
    ),
  ]);
  return {
    ca,
    serverCert: join(dir, 'server.pem'),
    serverKey: join(dir, 'server.key'),
    clientCert: join(dir, 'client.pem'),
    clientKey: join(dir, 'client.key'),
  };
}
