// The program `npm run sim`: all simulators until Ctrl-C, with the lines of a conductor.conf that use them.
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { withSlices } from './aai-slices.ts';
import { exampleWorld } from './example-world.ts';
import { startSimulators } from './start.ts';
import { makeWorld } from './world.ts';

export { type Simulators, type SimulatorsOptions, startSimulators } from './start.ts';

const HELP = `Simulators of A&AI, SDN-C, MultiCloud, DCAE, CPS and SDC, for trying out Conductor Gateway.

  --aai-port <port>    port of A&AI (default: a free one)
  --sdnc-port <port>   port of SDN-C (default: a free one)
  --multicloud-port <port>  port of MultiCloud (default: a free one)
  --dir <folder>       where the certificates go (default: a temporary folder, removed at the end)
  --delay <ms>         wait before every answer (default: 0)
  --seed <number>      a generated world instead of the fixed one of examples/
  --help               this text
`;

function numberOf(name: string, text: string | undefined, highest: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > highest)
    throw new Error(`--${name} needs a whole number up to ${highest}, not ${text}`);
  return value;
}

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      'aai-port': text,
      'sdnc-port': text,
      'multicloud-port': text,
      dir: text,
      delay: text,
      seed: text,
      help: { type: 'boolean' },
    },
  });
  return {
    help: values.help === true,
    dir: values.dir,
    aaiPort: numberOf('aai-port', values['aai-port'], 65_535),
    sdncPort: numberOf('sdnc-port', values['sdnc-port'], 65_535),
    multicloudPort: numberOf('multicloud-port', values['multicloud-port'], 65_535),
    delayMs: numberOf('delay', values.delay, 600_000),
    seed: numberOf('seed', values.seed, 0xffffffff),
  };
}

/** Runs until SIGINT or SIGTERM. Resolves with the exit code. */
export async function runSimulators(args: readonly string[], print: (text: string) => void): Promise<number> {
  const flags = readFlags(args);
  if (flags.help) {
    print(HELP);
    return 0;
  }
  const simulators = await startSimulators({
    ...(flags.dir === undefined ? {} : { dir: resolve(flags.dir) }),
    aaiPort: flags.aaiPort ?? 0,
    sdncPort: flags.sdncPort ?? 0,
    multicloudPort: flags.multicloudPort ?? 0,
    delayMs: flags.delayMs ?? 0,
    world: flags.seed === undefined ? exampleWorld() : withSlices(makeWorld({ seed: flags.seed })),
  });
  const { aai, sdnc, multicloud, dcae, cps, sdc } = simulators;
  print(
    `A&AI   ${aai.url}\nSDN-C  ${sdnc.restsUrl} and ${sdnc.restconfUrl}\nMultiCloud ${multicloud.url}\nDCAE   ${dcae.origin}\nCPS    ${cps.origin}\nSDC    ${sdc.url}\nCertificates in ${dirname(simulators.certificates.ca)}\n\n`,
  );
  print(`For conductor.conf:\n\n${simulators.configLines.join('\n')}\n\nCtrl-C ends all.\n`);
  await new Promise<void>((stop) => {
    process.once('SIGINT', () => stop());
    process.once('SIGTERM', () => stop());
  });
  await simulators.stop();
  return 0;
}

// Also bundled into other programs (the demo), which must not start it: only `dist/sim.js` and this file are the program.
if (/[\\/](dist[\\/]sim\.js|test[\\/]sim[\\/]main\.ts)$/.test(process.argv[1] ?? '')) {
  runSimulators(process.argv.slice(2), (text) => void process.stdout.write(text)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
