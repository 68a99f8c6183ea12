// The command line of `conductor`: words and flags in, a command or a usage error out. Pure; says nothing and does nothing.
import { parseArgs } from 'node:util';

export type Command =
  | { readonly name: 'help' | 'version' }
  | { readonly name: 'usage'; readonly problem: string }
  | { readonly name: 'serve' | 'check-config' | 'encrypt'; readonly sources: SourceFlags }
  | { readonly name: 'config-sample' }
  | {
      readonly name: 'validate';
      readonly templates: readonly string[];
      /** Folder with the contents for `get_file`. */
      readonly folder: string | null;
      readonly sources: SourceFlags;
    }
  | {
      readonly name: 'watch';
      readonly planId: string;
      readonly urls: readonly string[];
      readonly after: string | null;
      /** Tell how far the search is, too. */
      readonly progress: boolean;
      readonly json: boolean;
      /** For the credentials. */
      readonly sources: SourceFlags;
    }
  | {
      readonly name: 'status';
      readonly url: string;
      readonly json: boolean;
      /** For the credentials. */
      readonly sources: SourceFlags;
    }
  | {
      readonly name: 'migrate';
      readonly from: readonly string[];
      readonly keyspace: string;
      readonly dryRun: boolean;
      readonly json: boolean;
      readonly sources: SourceFlags;
    }
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
  conductor validate FILE... [--files D]
                                     check templates (or plan requests), JSON or YAML; prints file:line: path: message
  conductor watch PLAN_ID [--url U[,U...]] [--after CURSOR] [--progress] [--json]
                                     print the changes of a plan until it ends; goes on by itself after a disconnect
  conductor status [--url U] [--json]
                                     who works on the store, in what version, and what waits
  conductor migrate --from URL[,URL] [--keyspace K] [--dry-run] [--json] [options]
                                     take the plans of an OOF-HAS etcd over into the configured store
  conductor encrypt [options]        read a password from standard input and print it encrypted under [auth] appkey
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

Options of encrypt:
  --config-file, --config-dir   the app key, which OS_AUTH__APPKEY gives too

Options of validate:
  --files D                  folder with the files that get_file may name
  --config-file, --config-dir   as above: the zone categories that this installation can resolve

Options of watch:
  --url U                    gateways, separated by commas (default http://127.0.0.1:8091)
  --after CURSOR             begin after this event instead of at the present state
  --progress                 print how far the search is, too: objective, bound, gap
  --json                     one JSON object a line, with the cursor of each event
  --config-file, --config-dir   user name and password of [conductor_api], which the environment can give, too

Options of status:
  --url U                    a gateway with the role api (default http://127.0.0.1:8091)
  --json                     the answer as one JSON object
  --config-file, --config-dir   as of watch

Options of migrate:
  --from URL[,URL]           etcd of OOF-HAS; user, password and certificates are those of [etcd_api]
  --keyspace K               its keyspace (default conductor)
  --dry-run                  write nothing, print what would be done
  --json                     one JSON object a line: the plans, then the summary
  --config-file, --config-dir, --store, --data-dir   the store to import into, as of serve

Every option can also be set by environment: OS_<GROUP>__<OPTION>, for example OS_AAI__PASSWORD. Passwords have no flag.

Exit codes: 0 ok, 1 error, 2 usage, 3 no such plan, 4 plan without a solution (watch), 5 not ready, 10 configuration, 11 port in use, 12 certificate, 13 store unreachable,
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
  files: { type: 'string' },
  sample: { type: 'boolean' },
  url: { type: 'string' },
  after: { type: 'string' },
  progress: { type: 'boolean' },
  json: { type: 'boolean' },
  from: { type: 'string' },
  keyspace: { type: 'string' },
  'dry-run': { type: 'boolean' },
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
  validate: ['files', 'config-file', 'config-dir'],
  watch: ['url', 'after', 'progress', 'json', 'config-file', 'config-dir'],
  status: ['url', 'json', 'config-file', 'config-dir'],
  migrate: ['from', 'keyspace', 'dry-run', 'json', 'config-file', 'config-dir', 'store', 'data-dir'],
  encrypt: ['config-file', 'config-dir'],
  healthcheck: ['url'],
};

/** Words after the command at the most, where there may be any. */
const MOST_WORDS: Readonly<Record<string, number>> = { validate: Number.POSITIVE_INFINITY, watch: 1 };
const DEFAULT_URL = 'http://127.0.0.1:8091';

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
  if (rest.length > (MOST_WORDS[word] ?? 0)) return { name: 'usage', problem: `unexpected "${rest.at(-1)}"` };
  const foreign = Object.keys(values).find((flag) => !allowed.includes(flag));
  if (foreign) return { name: 'usage', problem: `--${foreign} does not go with ${word}` };
  return command(word, rest, values);
}

function command(word: string, rest: readonly string[], values: Values): Command {
  if (word === 'healthcheck') return { name: 'healthcheck', url: values.url ?? DEFAULT_URL };
  if (word === 'config') {
    return values.sample ? { name: 'config-sample' } : { name: 'usage', problem: 'config needs --sample' };
  }
  const sources = sourcesOf(values);
  if (word === 'validate') {
    if (rest.length === 0) return { name: 'usage', problem: 'validate needs a file' };
    return { name: 'validate', templates: rest, folder: values.files ?? null, sources };
  }
  if (word === 'watch') return watchCommand(rest[0], values, sources);
  if (word === 'status') return statusCommand(values, sources);
  if (word === 'migrate') return migrateCommand(values, sources);
  if (word === 'encrypt') return { name: 'encrypt', sources };
  return { name: word === 'serve' ? 'serve' : 'check-config', sources };
}

function watchCommand(planId: string | undefined, values: Values, sources: SourceFlags): Command {
  if (planId === undefined) return { name: 'usage', problem: 'watch needs the id of a plan' };
  const urls = (values.url ?? DEFAULT_URL).split(',').map((url) => url.trim());
  const wrong = urls.find((url) => !/^https?:\/\//.test(url) || !URL.canParse(url));
  if (wrong !== undefined)
    return { name: 'usage', problem: `--url needs a URL such as ${DEFAULT_URL}, not "${wrong}"` };
  const { after = null } = values;
  if (after !== null && !/^[\w-]+$/.test(after)) return { name: 'usage', problem: '--after needs a cursor' };
  const { progress = false, json = false } = values;
  return { name: 'watch', planId, urls, after, progress, json, sources };
}

function sourcesOf(values: Values): SourceFlags {
  const overrides = new Map<string, string>();
  for (const [flag, key] of Object.entries(SETTERS) as [keyof typeof SETTERS, string][]) {
    const value = values[flag];
    if (value !== undefined) overrides.set(key, value);
  }
  return { files: values['config-file'] ?? [], dirs: values['config-dir'] ?? [], overrides };
}

function statusCommand({ url = DEFAULT_URL, json = false }: Values, sources: SourceFlags): Command {
  if (!isHttpUrl(url)) return { name: 'usage', problem: `--url needs a URL such as ${DEFAULT_URL}, not "${url}"` };
  return { name: 'status', url, json, sources };
}

function migrateCommand(values: Values, sources: SourceFlags): Command {
  const { from = '', keyspace = 'conductor', json = false, 'dry-run': dryRun = false } = values;
  const endpoints = from.split(',').flatMap((one) => one.trim() || []);
  if (endpoints.length === 0) return { name: 'usage', problem: 'migrate needs --from with the etcd of OOF-HAS' };
  const wrong = endpoints.find((one) => !isHttpUrl(/^https?:\/\//.test(one) ? one : `http://${one}`));
  if (wrong !== undefined)
    return { name: 'usage', problem: `--from needs URLs such as http://etcd:2379, not "${wrong}"` };
  if (!/^[\w.-]+$/.test(keyspace)) return { name: 'usage', problem: `--keyspace cannot be "${keyspace}"` };
  return { name: 'migrate', from: endpoints, keyspace, dryRun, json, sources };
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
