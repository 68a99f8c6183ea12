// `npm run bench`: what the gateway costs beside the cheapest thing that could do the same, side by side in one run.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { aaiCalls } from './aai-calls.ts';
import { fanOutDelays } from './cluster-fan-out.ts';
import { operations } from './cluster-operations.ts';
import { planRate } from './cluster-rate.ts';
import { demandCalls } from './demand-calls.ts';
import { fanOut } from './fan-out.ts';
import { type BenchSettings, PROGRAM } from './gateway.ts';
import { planLatency } from './plan-latency.ts';
import { queryRate } from './query-rate.ts';
import { type Findings, machine, markdown, type Report, textTable } from './report.ts';

const HELP = `npm run bench -- [cluster] [options]
  cluster           the sections e, f and g instead of a to d
  --only a,b,…      sections to run (default a,b,c,d)
                      a  plan to done, beside its upstream requests     b  GraphQL query, beside bare node:http
                      c  number of upstream requests                    d  subscription events, beside bare ws
                      e  plans a second with 1, 2, 3 workers on etcd    f  events to 1,000 and 10,000 subscribers
                      g  etcd operations and bytes of a plan
  --rounds N        rounds of b, d and f, tens of plans of a and g, 2 s each of e (default 7, 9 for figures to be quoted)
  --json FILE       write the findings as JSON
  --markdown FILE   write the table of docs/performance.md
  --program FILE    measure another build (default dist/main.js)
  --profile DIR     write CPU profiles of the gateway there (figures are then higher)
A missed goal does not fail the run: the exit code is 1 only when something could not be measured.
`;

type Section = (settings: BenchSettings, rounds: number, progress: (text: string) => void) => Promise<Findings>;

async function requestCounts(...args: Parameters<Section>): Promise<Findings> {
  const parts = [await aaiCalls(...args), await demandCalls(...args)];
  return { rows: parts.flatMap(({ rows }) => rows), notes: parts.flatMap(({ notes }) => notes) };
}

const SECTIONS: ReadonlyMap<string, Section> = new Map<string, Section>([
  ['a', (settings, rounds, progress) => planLatency(settings, rounds * 10, progress)],
  ['b', queryRate],
  ['c', requestCounts],
  ['d', fanOut],
  ['e', planRate],
  ['f', fanOutDelays],
  ['g', operations],
]);
const BESIDE = 'a,b,c,d';
const CLUSTER = 'e,f,g';

interface Options {
  readonly only: readonly string[];
  readonly rounds: number;
  readonly settings: BenchSettings;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
}

/** null when help was asked for. Throws for unknown words. */
function readOptions(): Options | null {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '7' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      program: { type: 'string', default: PROGRAM },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const word = positionals.find((one) => one !== 'cluster');
  if (word !== undefined) throw new Error(`"${word}" is not known; see --help`);
  const only = (values.only ?? (positionals.length > 0 ? CLUSTER : BESIDE)).split(',').map((name) => name.trim());
  const strange = only.find((name) => !SECTIONS.has(name));
  if (strange !== undefined) throw new Error(`--only knows ${[...SECTIONS.keys()].join(', ')}, not "${strange}"`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds needs a whole number from 1');
  const { json, markdown, program } = values;
  return { only, rounds, settings: { program, profiles: values.profile ?? null }, json, markdown };
}

async function measure({ only, rounds, settings }: Options): Promise<Report> {
  const began = performance.now();
  const at = new Date().toISOString().slice(0, 10);
  const where = machine();
  const findings: Findings[] = [];
  for (const [name, section] of SECTIONS) {
    if (!only.includes(name)) continue;
    const progress = (text: string) => {
      process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  (${name}) ${text}\n`);
    };
    findings.push(await section(settings, rounds, progress));
  }
  return {
    at,
    machine: where,
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    seconds: (performance.now() - began) / 1000,
    rows: findings.flatMap(({ rows }) => rows),
    notes: findings.flatMap(({ notes }) => notes),
  };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) return void process.stdout.write(HELP);
  const report = await measure(options);
  process.stdout.write(`\n${textTable(report.rows)}\n\n${report.notes.join('\n')}\n${report.machine}\n`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.markdown !== undefined) await writeFile(options.markdown, markdown(report));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
