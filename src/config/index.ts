// Settings from conductor.conf, environment and command line, with oslo.config's precedence:
// AAF SMS > command line > environment (OS_<GROUP>__<OPTION>) > --config-dir > --config-file > default. All problems at once.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConductorError } from '../domain/errors.ts';
import { unsealPassword } from './cipher.ts';
import { type IniEntry, parseIni } from './ini.ts';
import { MEANINGLESS_GROUPS, MEANINGLESS_OPTIONS } from './meaningless.ts';
import { type Option, parseOption, type ValueOf } from './option.ts';
import { OPTIONS } from './table.ts';

export { OPTIONS } from './table.ts';

export type Config = {
  readonly [G in keyof typeof OPTIONS]: { readonly [O in keyof (typeof OPTIONS)[G]]: ValueOf<(typeof OPTIONS)[G][O]> };
};

export interface ConfigSources {
  /** Later files win. */
  readonly files?: readonly string[];
  /** Folders whose `*.conf` files are read in alphabetical order, after the files. */
  readonly dirs?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Values from the command line: `group.option` → text. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Credentials from AAF SMS: `group.option` → text. */
  readonly secrets?: ReadonlyMap<string, string>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Unknown and meaningless options, one line each; for the log at start. */
  readonly warnings: readonly string[];
  /** `group.option` → where its value comes from. */
  readonly origins: ReadonlyMap<string, string>;
}

interface Setting {
  readonly raw: string;
  /** `file:line`, `environment OS_…`, `command line` or `AAF SMS`. */
  readonly origin: string;
}

/** All problems of a configuration, each with its place. */
export class ConfigError extends ConductorError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('CONFIG_INVALID', `The configuration is not valid:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Sections whose passwords OOF-HAS encrypts. */
const ENCRYPTED_BEFORE = new Set(['aai', 'sdnc', 'sdc', 'conductor_api', 'aaf_api']);

const table: Readonly<Record<string, Readonly<Record<string, Option>>>> = OPTIONS;

/** Reads and checks every source. Throws ConfigError with all problems. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const problems: string[] = [];
  const warnings: string[] = [];
  const settings = new Map<string, Setting>();
  for (const file of [...(sources.files ?? []), ...(sources.dirs ?? []).flatMap((dir) => confFiles(dir, problems))]) {
    readFile(file, settings, problems, warnings);
  }
  readEnvironment(sources.env ?? {}, settings);
  for (const [key, raw] of sources.overrides ?? []) settings.set(key, { raw, origin: 'command line' });
  for (const [key, raw] of sources.secrets ?? []) settings.set(key, { raw, origin: 'AAF SMS' });
  const config = resolve(settings, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const origins = new Map([...settings].map(([key, setting]) => [key, setting.origin]));
  return { config, warnings: [...new Set(warnings)], origins };
}

function confFiles(dir: string, problems: string[]): string[] {
  try {
    const names = readdirSync(dir).filter((name) => name.endsWith('.conf'));
    return names.sort().map((name) => join(dir, name));
  } catch {
    problems.push(`${dir}: the folder cannot be read`);
    return [];
  }
}

function readFile(file: string, settings: Map<string, Setting>, problems: string[], warnings: string[]): void {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch {
    problems.push(`${file}: the file cannot be read`);
    return;
  }
  const ini = parseIni(source);
  problems.push(...ini.problems.map(({ line, message }) => `${file}:${line}: ${message}`));
  const seen = new Set<string>();
  for (const entry of ini.entries) {
    const group = groupName(entry.group);
    const name = entry.name.replaceAll('-', '_');
    const option = table[group]?.[name];
    const origin = `${file}:${entry.line}`;
    if (!option) {
      warnings.push(strangeOption(entry, group, name, origin));
      continue;
    }
    const key = `${group}.${name}`;
    // A repeated key within one file makes a list; for other types the last one wins.
    const before = option.type === 'list' && seen.has(key) ? settings.get(key) : undefined;
    settings.set(key, { raw: before ? `${before.raw},${entry.value}` : entry.value, origin });
    seen.add(key);
  }
}

function groupName(name: string): string {
  return name.toUpperCase() === 'DEFAULT' ? 'DEFAULT' : name.toLowerCase();
}

function strangeOption(entry: IniEntry, group: string, name: string, origin: string): string {
  const reason = MEANINGLESS_OPTIONS.get(`${group}.${name}`) ?? MEANINGLESS_GROUPS.get(group);
  if (reason) return `${origin}: [${entry.group}] ${entry.name} has no meaning here: ${reason}`;
  return `${origin}: [${entry.group}] ${entry.name} is not a known option and is ignored`;
}

function readEnvironment(env: Readonly<Record<string, string | undefined>>, settings: Map<string, Setting>): void {
  for (const [group, options] of Object.entries(table)) {
    for (const name of Object.keys(options)) {
      const variable = `OS_${group}__${name}`.toUpperCase();
      const raw = env[variable];
      if (raw !== undefined) settings.set(`${group}.${name}`, { raw, origin: `environment ${variable}` });
    }
  }
}

function resolve(settings: ReadonlyMap<string, Setting>, problems: string[]): Config {
  const out: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [group, options] of Object.entries(table)) {
    const values: Record<string, unknown> = {};
    for (const [name, option] of Object.entries(options)) {
      const setting = settings.get(`${group}.${name}`);
      values[name] = setting ? settingValue(group, name, option, setting, settings, problems) : option.default;
    }
    out[group] = Object.freeze(values);
  }
  return Object.freeze(out) as unknown as Config;
}

function settingValue(
  group: string,
  name: string,
  option: Option,
  setting: Setting,
  settings: ReadonlyMap<string, Setting>,
  problems: string[],
): unknown {
  if (option.secret) return secretValue(group, name, setting, settings, problems);
  const text = interpolate(setting.raw, group, settings, 0);
  const parsed = parseOption(option, text);
  if ('value' in parsed) return parsed.value;
  problems.push(`${setting.origin}: [${group}] ${name} ${parsed.problem} (it is "${setting.raw}")`);
  return option.default;
}

/** Secrets are never shown, hold no references, and may be encrypted. */
function secretValue(
  group: string,
  name: string,
  setting: Setting,
  settings: ReadonlyMap<string, Setting>,
  problems: string[],
): string {
  const text = setting.raw.trim();
  if (group === 'auth') return text;
  const appkey = settings.get('auth.appkey')?.raw.trim() ?? '';
  const read = unsealPassword(text, appkey, name === 'password' && ENCRYPTED_BEFORE.has(group));
  if ('opened' in read) return read.opened;
  problems.push(`${setting.origin}: [${group}] ${name} ${read.closed}`);
  return '';
}

/** `$name` (own section, then DEFAULT), `${name}`, `${group.name}` and `$$`; an unknown name stays as it is. */
function interpolate(raw: string, group: string, settings: ReadonlyMap<string, Setting>, depth: number): string {
  if (depth > 8) return raw;
  return raw.replaceAll(/\$(?:\$|\{([\w.]+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const [first = '', second] = (braced ?? bare ?? '').split('.');
    const keys = second === undefined ? [`${group}.${first}`, `DEFAULT.${first}`] : [`${groupName(first)}.${second}`];
    for (const key of keys) {
      const [in_ = '', name = ''] = key.split('.');
      const found = settings.get(key)?.raw ?? table[in_]?.[name]?.default;
      if (found !== undefined) return interpolate(String(found), in_, settings, depth + 1);
    }
    return whole;
  });
}
