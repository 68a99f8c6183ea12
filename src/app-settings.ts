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
    ...(etcd.ca_certificate_file || etcd.certificate_file || etcd.certificate_key_file
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

type TlsSection = 'aai' | 'sdnc' | 'multicloud' | 'dcae' | 'sdc' | 'cps';

export function aafHttp({ aaf_api: aaf }: Config) {
  return {
    system: 'AAF',
    baseUrl: aaf.aaf_url,
    username: aaf.username,
    password: aaf.password,
    tls: {
      certificateFile: aaf.aaf_cert_file,
      keyFile: aaf.aaf_cert_key_file,
      bundleFile: aaf.aaf_ca_bundle_file,
      insecure: aaf.insecure,
    },
    timeoutMs: aaf.aaf_timeout * 1000,
    tries: aaf.aaf_retries,
  };
}

export function smsHttp({ aaf_sms: sms }: Config) {
  return {
    system: 'AAF SMS',
    baseUrl: sms.aaf_sms_url,
    tls: { bundleFile: sms.aaf_ca_certs, insecure: sms.insecure },
    timeoutMs: sms.aaf_sms_timeout * 1000,
    tries: 3,
  };
}

export function aafOptions({ aaf_api: aaf }: Config) {
  return {
    user: aaf.aaf_conductor_user,
    accepted: aaf.aaf_permissions,
    keepMs: aaf.aaf_cache_expiry_hrs * 60 * MINUTE,
  };
}

function tls(options: Config[TlsSection]) {
  return {
    certificateFile: options.certificate_file,
    keyFile: options.certificate_key_file,
    bundleFile: options.certificate_authority_bundle_file,
    revocationFile: options.certificate_revocation_list_file,
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
      transport: data.transport_candidate_cost,
      existingPlacement: data.existing_placement_cost,
    },
    regionRefreshMs: aai.cache_refresh_interval * MINUTE,
    complexRefreshMs: aai.complex_cache_refresh_interval * MINUTE,
    hpaEnabled: DEFAULT.HPA_enabled,
    filterSubstring: aai.filter_substring,
    vnfVservers: aai.vfmodule_vnf_vservers,
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

/** What the deployment adds to the template language: zone categories that candidates have a field for. */
export function templateOptions({ solver }: Config) {
  const { zone_disaster: disaster, zone_time: time, zone_maintenance: maintenance } = solver;
  const fields = Object.entries({ disaster, time, maintenance }).filter(([, field]) => field !== '');
  return { zoneFields: new Map(fields) };
}

export function multicloudHttp({ multicloud }: Config) {
  const { server_url: url, enable_https_mode: https } = multicloud;
  return {
    system: 'MultiCloud',
    baseUrl: https ? url.replace(/^http:/i, 'https:') : url,
    tls: tls(multicloud),
    timeoutMs: multicloud.multicloud_rest_timeout * 1000,
    tries: multicloud.multicloud_retries,
  };
}

export function multicloudOptions({ multicloud }: Config) {
  return {
    version: multicloud.server_url_version,
    tries: multicloud.multicloud_retries,
    onFailure: multicloud.on_failure,
    units: multicloud.units,
    memoryUnit: multicloud.memory_unit,
  };
}

export function dcaeHttp({ dcae }: Config) {
  const { server_url: baseUrl, username, password } = dcae;
  const { dcae_rest_timeout: seconds, dcae_retries: tries } = dcae;
  return { system: 'DCAE', baseUrl, username, password, tls: tls(dcae), timeoutMs: seconds * 1000, tries };
}

/** An empty path means the one that the reference ships. */
export function dcaeOptions({ dcae }: Config) {
  return { path: dcae.get_slice_config_url || '/api/v1/slices-config' };
}

export function sdcHttp({ sdc }: Config) {
  const { server_url: baseUrl, username, password, sdc_rest_timeout: seconds, sdc_retries: tries } = sdc;
  const maxResponseBytes = sdc.max_archive_size * 1024 * 1024;
  return {
    system: 'SDC',
    baseUrl,
    username,
    password,
    tls: tls(sdc),
    timeoutMs: seconds * 1000,
    tries,
    maxResponseBytes,
  };
}

export function sdcOptions({ sdc }: Config) {
  return { version: sdc.server_url_version };
}

export function cpsHttp({ cps }: Config) {
  const { server_url: baseUrl, username, password, cps_rest_timeout: seconds, cps_retries: tries } = cps;
  return { system: 'CPS', baseUrl, username, password, tls: tls(cps), timeoutMs: seconds * 1000, tries };
}

/** An empty path means the one that the reference ships. */
export function cpsOptions({ cps }: Config) {
  return { path: cps.get_ta_list_url || '/api/v1/execute/ran-coverage-area/get_ta_list', tries: cps.cps_retries };
}

export function sliceCosts({ data }: Config) {
  return {
    nssi: data.nssi_candidate_cost,
    nsi: data.nsi_candidate_cost,
    nst: data.nst_candidate_cost,
    nsst: data.nsst_candidate_cost,
  };
}

export function generatorOptions({ generator }: Config) {
  return { maxCombinations: generator.max_combinations };
}

export function admissionLimits({ api_limits: limits }: Config) {
  return { maxQueuedPlans: limits.max_queued_plans, maxStoreLatencyMs: limits.max_store_latency };
}

/** 0 keeps for ever. */
export function retentionOptions({ retention }: Config) {
  return {
    finishedPlansMs: retention.finished_plans_days * 24 * 60 * MINUTE,
    orphanPartsMs: retention.orphan_parts_hours * 60 * MINUTE,
    intervalMs: retention.interval_minutes * MINUTE,
    batch: retention.batch,
  };
}

export function compensationOptions({ reservation }: Config) {
  const { hold_seconds: hold, release_retry_initial: initial, release_retry_max: max } = reservation;
  return { holdMs: hold * 1000, initialMs: initial * 1000, maxMs: Math.max(initial, max) * 1000 };
}

export function serverSettings(config: Config): ServerSettings {
  const { listener, graphql, conductor_api: api, version_auth: versionAuth, api_limits: streams } = config;
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
      required: api.basic_auth_secure || config.aaf_api.is_aaf_enabled,
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
    streams: {
      maxPerPrincipal: streams.max_subscriptions_per_principal,
      maxWaitMs: streams.max_wait * 1000,
      heartbeatMs: streams.stream_heartbeat * 1000,
    },
    webSocket: { ...webSocket, maxSubscriptions: graphql.max_subscriptions_per_socket },
  };
}
