// Starts both simulators over one world with certificates made on the spot: for the demo, the tests and `npm run sim`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AaiSimulator, type RefusedStrategy, startAaiSimulator } from './aai.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import type { SimWorld } from './load-world.ts';
import { type RestconfForm, type SdncSimulator, startSdncSimulator } from './sdnc.ts';
import { vcpeWorld } from './world.ts';

export interface SimulatorsOptions {
  /** Default: `vcpeWorld()`. */
  readonly world?: SimWorld;
  /** Where certificates go; default: a temporary folder that `stop` removes. */
  readonly dir?: string;
  /** Default 0: a free port. */
  readonly aaiPort?: number;
  readonly sdncPort?: number;
  /** Wait before every answer, in ms. */
  readonly delayMs?: number;
  /** A&AI asks for a client certificate; default true. */
  readonly requireClientCert?: boolean;
  /** Schema version written to `server_url_version`; default 32. */
  readonly version?: number;
  readonly versions?: readonly [number, number];
  readonly refuse?: readonly RefusedStrategy[];
  /** RESTCONF forms of SDN-C; default both. */
  readonly forms?: RestconfForm | 'both';
  /** Form written to `[sdnc] server_url`; default `rests`. */
  readonly sdncForm?: RestconfForm;
}

export interface Simulators {
  readonly aai: AaiSimulator;
  readonly sdnc: SdncSimulator;
  readonly certificates: Certificates;
  /** Basic credentials of both. */
  readonly username: string;
  readonly password: string;
  /** The sections `[aai]` and `[sdnc]` of a conductor.conf that point here. */
  readonly configLines: string[];
  /** Stops both and removes the temporary folder. */
  stop(): Promise<void>;
}

/** Invented for the simulators; they are no secret and open nothing else. */
const USERNAME = 'conductor';
const PASSWORD = 'simulated';

function configLines(aai: AaiSimulator, sdnc: SdncSimulator, own: Certificates, options: SimulatorsOptions): string[] {
  const form = options.sdncForm ?? (options.forms === 'restconf' ? 'restconf' : 'rests');
  return [
    '[aai]',
    `server_url = ${aai.url}`,
    `server_url_version = v${options.version ?? 32}`,
    `certificate_file = ${own.clientCert}`,
    `certificate_key_file = ${own.clientKey}`,
    `certificate_authority_bundle_file = ${own.ca}`,
    `username = ${USERNAME}`,
    `password = ${PASSWORD}`,
    '',
    '[sdnc]',
    `server_url = ${form === 'rests' ? sdnc.restsUrl : sdnc.restconfUrl}`,
    `certificate_authority_bundle_file = ${own.ca}`,
    `username = ${USERNAME}`,
    `password = ${PASSWORD}`,
  ];
}

/** Starts A&AI (two-way TLS and Basic) and SDN-C (TLS and Basic) on 127.0.0.1. Needs the program openssl. */
export async function startSimulators(options: SimulatorsOptions = {}): Promise<Simulators> {
  const temporary = options.dir === undefined ? await mkdtemp(join(tmpdir(), 'conductor-sim-')) : null;
  const certificates = await makeCertificates(options.dir ?? temporary ?? '.');
  const world = options.world ?? vcpeWorld();
  const { serverCert: cert, serverKey: key, ca } = certificates;
  const common = { username: USERNAME, password: PASSWORD, delayMs: options.delayMs ?? 0 };
  const aai = await startAaiSimulator({
    ...common,
    world,
    tls: { cert, key, ca, requireClientCert: options.requireClientCert ?? true },
    port: options.aaiPort ?? 0,
    versions: options.versions ?? [10, 32],
    refuse: options.refuse ?? [],
  });
  try {
    const sdnc = await startSdncSimulator({
      ...common,
      tls: { cert, key, ca },
      port: options.sdncPort ?? 0,
      capacity: world.capacity,
      forms: options.forms ?? 'both',
    });
    return {
      aai,
      sdnc,
      certificates,
      username: USERNAME,
      password: PASSWORD,
      configLines: configLines(aai, sdnc, certificates, options),
      async stop() {
        await Promise.all([aai.stop(), sdnc.stop()]);
        if (temporary !== null) await rm(temporary, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await aai.stop();
    throw error;
  }
}
