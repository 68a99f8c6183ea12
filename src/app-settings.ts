// From settings to the options of each part: names and units change here and nowhere else.
import { hostname } from 'node:os';
import type { Config } from './config/index.ts';
import { DEFAULT_SERVER_SETTINGS, type ServerSettings } from './server/settings.ts';

const MINUTE = 60_000;

/** Name of this process in plans, claims and logs. */
export function instanceName(config: Config): string {
  return config.gateway.instance_name || `${hostname()}-${process.pid}`;
}

/** Each `host` with its own port or the common one. */
export function etcdOptions(config: Config) {
  const { etcd_api: etcd, DEFAULT } = config;
  const scheme = etcd.ca_certificate_file ? 'https' : 'http';
  const hosts = etcd.host.split(',').map((host) => host.trim());
  return {
    endpoints: hosts.filter(Boolean).map((host) => `${scheme}://${/:\d+$/.test(host) ? host : `${host}:${etcd.port}`}`),
    prefix: `${DEFAULT.keyspace}/gateway/`,
    timeoutMs: etcd.request_timeout * 1000,
    ...(etcd.username ? { username: etcd.username, password: etcd.password } : {}),
    ...(etcd.ca_certificate_file
      ? {
          tls: {
            caFile: etcd.ca_certificate_file,
            certFile: etcd.certificate_file,
            keyFile: etcd.certificate_key_file,
          },
        }
      : {}),
  };
}

function tls(options: Config['aai'] | Config['sdnc']) {
  return {
    certificateFile: options.certificate_file,
    keyFile: options.certificate_key_file,
    bundleFile: options.certificate_authority_bundle_file,
    insecure: options.insecure,
  };
}

export function aaiHttp({ aai }: Config) {
  return {
    system: 'A&AI',
    baseUrl: aai.server_url,
    username: aai.username,
    password: aai.password,
    tls: tls(aai),
    timeoutMs: aai.aai_rest_timeout * 1000,
    tries: aai.aai_retries,
    connections: aai.connections,
  };
}

export function aaiOptions({ aai, data, DEFAULT }: Config) {
  return {
    version: aai.server_url_version,
    costs: {
      cloud: data.cloud_candidate_cost,
      service: data.service_candidate_cost,
      existingPlacement: data.existing_placement_cost,
    },
    regionRefreshMs: aai.cache_refresh_interval * MINUTE,
    complexRefreshMs: aai.complex_cache_refresh_interval * MINUTE,
    hpaEnabled: DEFAULT.HPA_enabled,
    filterSubstring: aai.filter_substring,
    strategies: aai.batch_strategy,
    chunkSize: aai.batch_size,
    concurrency: aai.connections,
  };
}

export function sdncHttp({ sdnc }: Config) {
  return {
    system: 'SDN-C',
    baseUrl: sdnc.server_url,
    username: sdnc.username,
    password: sdnc.password,
    tls: tls(sdnc),
    timeoutMs: sdnc.sdnc_rest_timeout * 1000,
    tries: sdnc.sdnc_retries,
  };
}

export function sdncOptions({ sdnc }: Config) {
  const named = {
    check: sdnc.check_operation,
    reserve: sdnc.reserve_operation,
    release: sdnc.release_operation,
    get: sdnc.get_operation,
  };
  return {
    preset: sdnc.preset,
    operations: Object.fromEntries(Object.entries(named).filter(([, operation]) => operation !== '')),
    inputForm: sdnc.input_form,
    perCandidate: sdnc.per_candidate,
    onUnsupported: sdnc.on_unsupported,
    tries: { check: sdnc.sdnc_retries, release: sdnc.sdnc_retries, reserve: 1 },
  };
}

export function serverSettings(config: Config): ServerSettings {
  const { listener, graphql, conductor_api: api, version_auth: versionAuth } = config;
  const { limits, webSocket } = DEFAULT_SERVER_SETTINGS;
  return {
    ...DEFAULT_SERVER_SETTINGS,
    api: config.gateway.roles.includes('api'),
    host: listener.host,
    port: listener.port,
    ...(listener.tls_certificate_file
      ? { tls: { certFile: listener.tls_certificate_file, keyFile: listener.tls_key_file } }
      : {}),
    basicAuth: {
      required: api.basic_auth_secure,
      username: api.username,
      password: api.password,
      strict401: api.strict_unauthorized,
    },
    versionAuth: { flag: versionAuth.version_auth_flag, token: versionAuth.version_auth_token },
    messageForm: api.translator_message_form === 'text' ? 'text' : 'stored',
    bodyLimitBytes: listener.body_limit,
    trustProxy: config.oslo_middleware.enable_proxy_headers_parsing,
    corsOrigins: config.cors.allowed_origin,
    graphiql: graphql.graphiql,
    introspection: graphql.introspection,
    limits: {
      ...limits,
      depth: graphql.max_depth,
      aliases: graphql.max_aliases,
      tokens: graphql.max_tokens,
      directives: graphql.max_directives,
    },
    webSocket: { ...webSocket, maxSubscriptions: graphql.max_subscriptions_per_socket },
  };
}
