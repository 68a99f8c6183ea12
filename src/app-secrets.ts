// What guards the gateway, put together: the permission that AAF must give, and the secrets that SMS keeps, read before anything starts.
import type { Base } from './app-base.ts';
import { aafHttp, aafOptions, smsHttp } from './app-settings.ts';
import type { Config, LoadedConfig } from './config/index.ts';
import { ConductorError } from './domain/errors.ts';
import type { Logger, Metrics } from './domain/ports.ts';
import { systemClock } from './lib/clock.ts';
import { randomIds } from './lib/ids.ts';
import { systemRandom } from './lib/random.ts';
import { type Aaf, createAaf } from './plugins/aaf/index.ts';
import { createHttpClient } from './plugins/http.ts';
import { createSms, SMS_SECRETS, type SmsSecret } from './plugins/sms/index.ts';

/** null where AAF is off or this process serves no API. Opens no connection. Throws CONFIG_INVALID and CERTIFICATE_INVALID. */
export function createPermission(base: Base): Aaf | null {
  const { aaf_api: aaf, gateway } = base.config;
  if (!aaf.is_aaf_enabled || !gateway.roles.includes('api')) return null;
  if (aaf.aaf_conductor_user === '') {
    throw new ConductorError('CONFIG_INVALID', '[aaf_api] is_aaf_enabled needs aaf_conductor_user.');
  }
  return createAaf({
    ...base,
    ...aafOptions(base.config),
    http: createHttpClient({ ...base, ...aafHttp(base.config) }),
  });
}

/**
 * The configuration with the credentials that SMS gives, when it is on. `read` reads all other sources, with these on top. Throws
 * as `read` does, UPSTREAM_UNAVAILABLE and its like naming SMS, and CONFIG_INVALID naming each secret that is needed and absent.
 */
export async function withSmsSecrets(
  read: (secrets?: ReadonlyMap<string, string>) => LoadedConfig,
): Promise<LoadedConfig> {
  const plain = read();
  if (!plain.config.aaf_sms.is_enabled) return plain;
  const warnings: string[] = [];
  const logger = collecting(warnings);
  const parts = { clock: systemClock, ids: randomIds, random: systemRandom, logger, metrics: NO_METRICS };
  const http = createHttpClient({ ...parts, ...smsHttp(plain.config) });
  const sms = createSms({ http, domain: plain.config.aaf_sms.secret_domain });
  try {
    const given = await sms.read({ requestId: randomIds.uuid() });
    const absent = SMS_SECRETS.filter((name) => !given.has(name));
    const missing = absent.filter((name) => needed(name, plain.config));
    if (missing.length > 0) throw new ConductorError('CONFIG_INVALID', missingText(missing, plain.config));
    warnings.push(...absent.map((name) => `AAF SMS has no secret ${name}: [${name}] stays as configured`));
    const secrets = new Map([...given].flatMap(([name, values]) => named(name, values)));
    const loaded = read(secrets);
    return { ...loaded, warnings: [...loaded.warnings, ...warnings] };
  } finally {
    await sms.close();
  }
}

function named(secret: string, values: ReadonlyMap<string, string>): [string, string][] {
  return [...values].map(([key, value]) => [`${secret}.${key}`, value]);
}

/** Whether this process uses the system, and nothing else says how to get in. */
function needed(secret: SmsSecret, config: Config): boolean {
  const { aai, sdnc, conductor_api: api, aaf_api: aaf, gateway } = config;
  const serves = gateway.roles.includes('api');
  switch (secret) {
    case 'conductor_api':
      return serves && (api.basic_auth_secure || aaf.is_aaf_enabled) && (api.username === '' || api.password === '');
    case 'aaf_api':
      return serves && aaf.is_aaf_enabled && (aaf.aaf_conductor_user === '' || !(aaf.username || aaf.aaf_cert_file));
    case 'aai':
      return config.inventory_provider.extensions.includes('aai') && !(aai.username || aai.certificate_file);
    case 'sdnc':
      return config.service_controller.extensions.includes('sdnc') && !(sdnc.username || sdnc.certificate_file);
    default:
      return false;
  }
}

function missingText(missing: readonly SmsSecret[], { aaf_sms: sms }: Config): string {
  const names = missing.map((name) => `${name} (or [${name}] in the configuration)`).join(', ');
  return `AAF SMS lacks secrets in domain ${sms.secret_domain}: ${names}.`;
}

/** Nothing logs yet; what the client has to say goes with the warnings of the configuration. */
function collecting(warnings: string[]): Logger {
  const keep = (fields: object, message: string) =>
    void warnings.push(`${message}: ${Object.values(fields).map(String).join(' ')}`);
  const logger: Logger = { debug: () => {}, info: () => {}, warn: keep, error: keep, child: () => logger };
  return logger;
}

const NO_METRICS: Metrics = { count: () => {}, observe: () => {}, gauge: () => {} };
