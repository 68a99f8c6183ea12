// Starts all simulators over one world with certificates made on the spot: for the demo, the tests and `npm run sim`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AaiSimulator, type RefusedStrategy, startAaiSimulator } from './aai.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { type CpsSimulator, GET_TA_LIST, startCpsSimulator } from './cps.ts';
import { type DcaeSimulator, SLICES_CONFIG, startDcaeSimulator } from './dcae.ts';
import type { SimWorld } from './load-world.ts';
import {
  type MultiCloudSimulator,
  type MultiCloudSimulatorOptions,
  type Room,
  startMultiCloudSimulator,
} from './multicloud.ts';
import { type SdcSimulator, startSdcSimulator } from './sdc.ts';
import { type RestconfForm, type SdncSimulator, startSdncSimulator } from './sdnc.ts';
import type { SimulatorTls } from './server.ts';
import { NO_SLICES } from './slices.ts';
import { vcpeWorld } from './world.ts';

export interface SimulatorsOptions {
  /** Default: `vcpeWorld()`. */
  readonly world?: SimWorld;
  /** Where certificates go; default: a temporary folder that `stop` removes. */
  readonly dir?: string;
  /** Default 0: a free port. */
  readonly aaiPort?: number;
  readonly sdncPort?: number;
  readonly multicloudPort?: number;
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
  /** API version written to `[multicloud] server_url_version`; default `v0`. */
  readonly multicloudVersion?: string;
}

export interface Simulators {
  readonly aai: AaiSimulator;
  readonly sdnc: SdncSimulator;
  /** Over TLS. A world without a table of free room has room for `AMPLE` in every region. */
  readonly multicloud: MultiCloudSimulator;
  /** DCAE, CPS and SDC over TLS and Basic; they know what the world's `slices` say. */
  readonly dcae: DcaeSimulator;
  readonly cps: CpsSimulator;
  readonly sdc: SdcSimulator;
  readonly certificates: Certificates;
  /** Basic credentials of those that ask for them. */
  readonly username: string;
  readonly password: string;
  /** The sections `[aai]`, `[sdnc]`, … of a conductor.conf that point here. */
  readonly configLines: string[];
  /** Stops all and removes the temporary folder. */
  stop(): Promise<void>;
}

/** Free room of every region of a world that says nothing about it. */
const AMPLE: Room = { vCPU: 64, Memory: 256, Storage: 4000 };

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

function multicloudLines(multicloud: MultiCloudSimulator, own: Certificates, options: SimulatorsOptions): string[] {
  return [
    '',
    '[multicloud]',
    `server_url = ${multicloud.url}`,
    `server_url_version = ${options.multicloudVersion ?? 'v0'}`,
    `certificate_authority_bundle_file = ${own.ca}`,
  ];
}

function sliceLines({ dcae, cps, sdc }: Pick<Simulators, 'dcae' | 'cps' | 'sdc'>, own: Certificates): string[] {
  const section = (name: string, url: string, ...more: string[]) => [
    '',
    `[${name}]`,
    `server_url = ${url}`,
    ...more,
    `certificate_authority_bundle_file = ${own.ca}`,
    `username = ${USERNAME}`,
    `password = ${PASSWORD}`,
  ];
  return [
    ...section('dcae', dcae.origin, `get_slice_config_url = ${SLICES_CONFIG}`),
    ...section('cps', cps.origin, `get_ta_list_url = ${GET_TA_LIST}`),
    ...section('sdc', sdc.url),
  ];
}

function multicloudOptions(world: SimWorld, tls: SimulatorTls, options: SimulatorsOptions): MultiCloudSimulatorOptions {
  const known = Object.keys(world.multicloud).length > 0;
  return {
    tls,
    port: options.multicloudPort ?? 0,
    delayMs: options.delayMs ?? 0,
    room: world.multicloud,
    ...(known ? {} : { otherwise: AMPLE }),
    ...(world.multicloudFailsWhen === undefined ? {} : { failsWhen: world.multicloudFailsWhen }),
  };
}

/** Starts A&AI (two-way TLS and Basic), SDN-C, DCAE, CPS, SDC (TLS and Basic) and MultiCloud (TLS) on 127.0.0.1. Needs the program openssl. */
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
  const running: { stop(): Promise<void> }[] = [aai];
  const up = <Simulator extends { stop(): Promise<void> }>(simulator: Simulator): Simulator => {
    running.push(simulator);
    return simulator;
  };
  try {
    const sdnc = up(
      await startSdncSimulator({
        ...common,
        tls: { cert, key, ca },
        port: options.sdncPort ?? 0,
        capacity: world.capacity,
        forms: options.forms ?? 'both',
      }),
    );
    const multicloud = up(await startMultiCloudSimulator(multicloudOptions(world, { cert, key, ca }, options)));
    const { figures, zones, models } = world.slices ?? NO_SLICES;
    const peer = { ...common, tls: { cert, key, ca } };
    const dcae = up(await startDcaeSimulator({ ...peer, figures }));
    const cps = up(await startCpsSimulator({ ...peer, zones }));
    const sdc = up(await startSdcSimulator({ ...peer, models }));
    return {
      aai,
      sdnc,
      multicloud,
      dcae,
      cps,
      sdc,
      certificates,
      username: USERNAME,
      password: PASSWORD,
      configLines: [
        ...configLines(aai, sdnc, certificates, options),
        ...multicloudLines(multicloud, certificates, options),
        ...sliceLines({ dcae, cps, sdc }, certificates),
      ],
      async stop() {
        await Promise.all(running.map((simulator) => simulator.stop()));
        if (temporary !== null) await rm(temporary, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await Promise.all(running.map((simulator) => simulator.stop()));
    throw error;
  }
}
