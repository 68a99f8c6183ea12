// Process entry of `conductor`: picks the command, prints for people, maps failures to exit codes. No logic of its own.
import { type App, createApp } from './app.ts';
import { runMigration } from './app-migrate.ts';
import { withSmsSecrets } from './app-secrets.ts';
import { templateOptions } from './app-settings.ts';
import { checkRoles } from './app-store.ts';
import { type Command, HELP, parseCommand, type SourceFlags } from './cli/args.ts';
import { askReadiness } from './cli/healthcheck.ts';
import { migratedLockLine, migratedPlanLine, migrationSummary } from './cli/migrate.ts';
import { askStatus, statusTable } from './cli/status.ts';
import { validateFiles } from './cli/validate.ts';
import { watchPlan } from './cli/watch.ts';
import { sealPassword } from './config/cipher.ts';
import { sampleConfig } from './config/document.ts';
import { type LoadedConfig, loadConfig } from './config/index.ts';
import { ConductorError, errorInfo, toConductorError } from './domain/errors.ts';
import { checkTemplateText } from './engine/template/index.ts';
import { VERSION } from './version.ts';

async function main(argv: readonly string[]): Promise<number> {
  const command = parseCommand(argv);
  switch (command.name) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'version':
      process.stdout.write(`conductor ${VERSION}\n`);
      return 0;
    case 'usage':
      process.stderr.write(`conductor: ${command.problem}. See conductor --help.\n`);
      return 2;
    case 'config-sample':
      process.stdout.write(sampleConfig());
      return 0;
    case 'check-config':
      return checkConfig(read(command.sources));
    case 'encrypt':
      return encrypt(read(command.sources));
    case 'healthcheck':
      return healthcheck(command.url);
    case 'validate': {
      const options = templateOptions(read(command.sources).config);
      return validateFiles(command.templates, command.folder, {
        check: (text, files) => checkTemplateText(text, files, options),
        print: (line) => process.stdout.write(`${line}\n`),
        complain: (line) => process.stderr.write(`${line}\n`),
      });
    }
    case 'watch':
      return watch(command);
    case 'status':
      return status(command);
    case 'migrate':
      return migrate(command);
    case 'serve':
      return serve(await withSmsSecrets((secrets) => read(command.sources, secrets)), () => read(command.sources));
  }
}

function read(flags: SourceFlags, secrets: ReadonlyMap<string, string> = new Map()): LoadedConfig {
  return loadConfig({ ...flags, env: process.env, secrets });
}

function checkConfig({ config, warnings, origins }: LoadedConfig): number {
  checkRoles(config);
  for (const warning of warnings) process.stdout.write(`warning: ${warning}\n`);
  process.stdout.write(`The configuration is valid: ${origins.size} options set, ${warnings.length} warnings.\n`);
  return 0;
}

/** From standard input, because other users of the machine see what stands on a command line. */
async function encrypt({ config }: LoadedConfig): Promise<number> {
  const { appkey } = config.auth;
  if (appkey === '') throw new ConductorError('CONFIG_INVALID', 'encrypt needs [auth] appkey (OS_AUTH__APPKEY).');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const password = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (password === '') {
    process.stderr.write('conductor: encrypt needs a password on standard input\n');
    return 2;
  }
  process.stdout.write(`${sealPassword(password, appkey)}\n`);
  return 0;
}

async function watch({ sources, ...command }: Extract<Command, { name: 'watch' }>): Promise<number> {
  const { username, password } = read(sources).config.conductor_api;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return watchPlan({
    ...command,
    authorization: username ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : null,
    signal: stop.signal,
    print: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
  });
}

async function status({ url, json, sources }: Extract<Command, { name: 'status' }>): Promise<number> {
  const { username, password } = read(sources).config.conductor_api;
  try {
    const answer = await askStatus({ url, username, password });
    process.stdout.write(`${json ? JSON.stringify(answer) : statusTable(answer, Date.now())}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`conductor: ${error instanceof Error ? error.message : String(error)}\n`);
    return 5;
  }
}

async function migrate({ sources, json, ...request }: Extract<Command, { name: 'migrate' }>): Promise<number> {
  const report = await runMigration(read(sources).config, {
    ...request,
    onPlan: (plan) => process.stdout.write(`${migratedPlanLine(plan, json)}\n`),
    onLock: (lock) => process.stdout.write(`${migratedLockLine(lock, json)}\n`),
  });
  process.stdout.write(`${migrationSummary(report, json)}\n`);
  return report.plans.refused > 0 ? 1 : 0;
}

async function healthcheck(url: string): Promise<number> {
  if (!URL.canParse(url)) {
    process.stderr.write(`conductor: --url needs a URL such as http://127.0.0.1:8091\n`);
    return 2;
  }
  const status = await askReadiness(url);
  if (status === 200) return 0;
  process.stderr.write(status === 0 ? `conductor: nothing answers at ${url}\n` : `conductor: ${url} is not ready\n`);
  return 5;
}

async function serve({ config, warnings }: LoadedConfig, readAgain: () => LoadedConfig): Promise<number> {
  const app = await createApp(config);
  for (const warning of warnings) app.logger.warn({ option: warning }, 'configuration');
  const stopped = new Promise<void>((resolve, reject) => {
    const onSignal = (signal: NodeJS.Signals) => {
      // A second signal means: now.
      process.once(signal, () => void leaveNow(app));
      app.logger.info({ signal }, 'draining');
      app.stop().then(resolve, reject);
    };
    process.once('SIGTERM', onSignal);
    process.once('SIGINT', onSignal);
  });
  process.on('SIGHUP', () => {
    try {
      app.reload(readAgain().config);
    } catch (error) {
      app.logger.error({ err: error }, 'the configuration could not be read anew: nothing has changed');
    }
  });
  const { url } = await app.start().catch(async (error) => {
    await app.stop();
    throw error;
  });
  app.logger.info({ url, store: config.db_options.db_backend, roles: config.gateway.roles }, 'listening');
  await stopped;
  return 0;
}

/** LMDB's threads wait for the event loop within a write, and `exit` for LMDB's threads: never between the two. */
async function leaveNow(app: App): Promise<void> {
  if (!(await app.abandon())) process.kill(process.pid, 'SIGKILL');
  process.exit(1);
}

// Timers of the parts never keep the process alive; the command itself does, until it has an outcome.
const alive = setInterval(() => {}, 2 ** 30);

main(process.argv.slice(2))
  .then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const known = toConductorError(error);
      process.stderr.write(`conductor: ${known.code === 'INTERNAL' ? String(known.cause ?? known) : known.message}\n`);
      process.exit(errorInfo(known.code).exit);
    },
  )
  .finally(() => clearInterval(alive));
