// The command line of `conductor`: words and flags in, a command or a usage error out. Pure; says nothing and does nothing.
import { parseArgs } from 'node:util';

export type Command =
  | { readonly name: 'help' | 'version' }
  | { readonly name: 'usage'; readonly problem: string }
  | { readonly name: 'serve' | 'check-config'; readonly sources: SourceFlags }
  | { readonly name: 'config-sample' }
  | { readonly name: 'healthcheck'; readonly url: string };

export interface SourceFlags {
  readonly files: readonly string[];
  readonly dirs: readonly string[];
  /** `group.option` → text. */
  readonly overrides: ReadonlyMap<string, string>;
}

export const HELP = `conductor: GraphQL and REST gateway with the whole ONAP Conductor (OOF-HAS) homing engine inside

Usage:
  conductor serve [options]          run the gateway until SIGTERM or Ctrl-C
  conductor check-config [options]   read the configuration as serve would, report every problem, start nothing
  conductor config --sample          print a conductor.conf with every option, its default and meaning
  conductor healthcheck [--url U]    exit 0 when the gateway at U is ready (default http://127.0.0.1:8091)
  conductor --help | --version

Options of serve and check-config:
  --config-file F            read this conductor.conf; may be repeated, the last one wins
  --config-dir D             read every *.conf of this folder, after the files; may be repeated
  --port N                   TCP port ([listener] port, default 8091; 0 takes a free one)
  --host H                   address to listen on ([listener] host, default 127.0.0.1)
  --store embedded|etcd      where state lives ([db_options] db_backend, default embedded)
  --data-dir D               folder of the embedded store ([embedded_store] data_dir)
  --roles a,b                of api, controller, solver, reservation ([gateway] roles, default all)

Every option can also be set by environment: OS_<GROUP>__<OPTION>, for example OS_AAI__PASSWORD. Passwords have no flag.

Exit codes: 0 ok, 1 error, 2 usage, 5 not ready, 10 configuration, 11 port in use, 12 certificate, 13 store unreachable,
14 embedded store open in another process.
`;

const FLAGS = {
  'config-file': { type: 'string', multiple: true },
  'config-dir': { type: 'string', multiple: true },
  port: { type: 'string' },
  host: { type: 'string' },
  store: { type: 'string' },
  'data-dir': { type: 'string' },
  roles: { type: 'string' },
  sample: { type: 'boolean' },
  url: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Flags that set one option each. */
const SETTERS = {
  port: 'listener.port',
  host: 'listener.host',
  store: 'db_options.db_backend',
  'data-dir': 'embedded_store.data_dir',
  roles: 'gateway.roles',
} as const;

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  serve: ['config-file', 'config-dir', ...Object.keys(SETTERS)],
  'check-config': ['config-file', 'config-dir', ...Object.keys(SETTERS)],
  config: ['sample'],
  healthcheck: ['url'],
};

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true, strict: true });
}

/** Reads the words after the program's name. */
export function parseCommand(argv: readonly string[]): Command {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    return { name: 'usage', problem: error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help) return { name: 'help' };
  if (values.version) return { name: 'version' };
  const [word, ...rest] = positionals;
  if (word === undefined) return { name: 'usage', problem: 'a command is needed' };
  const allowed = Object.hasOwn(ALLOWED, word) ? ALLOWED[word] : undefined;
  if (!allowed) return { name: 'usage', problem: `unknown command "${word}"` };
  if (rest.length > 0) return { name: 'usage', problem: `unexpected "${rest[0]}"` };
  const foreign = Object.keys(values).find((flag) => !allowed.includes(flag));
  if (foreign) return { name: 'usage', problem: `--${foreign} does not go with ${word}` };
  return command(word, values);
}

function command(word: string, values: Values): Command {
  if (word === 'healthcheck') return { name: 'healthcheck', url: values.url ?? 'http://127.0.0.1:8091' };
  if (word === 'config') {
    return values.sample ? { name: 'config-sample' } : { name: 'usage', problem: 'config needs --sample' };
  }
  const overrides = new Map<string, string>();
  for (const [flag, key] of Object.entries(SETTERS) as [keyof typeof SETTERS, string][]) {
    const value = values[flag];
    if (value !== undefined) overrides.set(key, value);
  }
  const sources = { files: values['config-file'] ?? [], dirs: values['config-dir'] ?? [], overrides };
  return { name: word === 'serve' ? 'serve' : 'check-config', sources };
}
