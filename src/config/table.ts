// The one table of settings. Sections and names that OOF-HAS knows keep their names, defaults and units; new ones say so.
import { AAF_API, AAF_SMS, AUTH } from './aaf-table.ts';
import { API_LIMITS, EXPLANATION, RETENTION } from './limits-table.ts';
import { bool, choice, float, integer, list, type OptionTable, secret, someOf, text, url } from './option.ts';

const UPSTREAM_TLS = {
  certificate_file: text(
    '',
    'Client certificate (PEM) for two-way TLS. Empty: none is sent. A named file that is missing stops the start.',
  ),
  certificate_key_file: text('', 'Private key (PEM) of the client certificate.'),
  certificate_authority_bundle_file: text(
    '',
    'Certificates (PEM) that the server is verified with. Empty: the system store. Verification is never switched off by leaving this empty.',
  ),
  certificate_revocation_list_file: text(
    '',
    'New. Revocation lists (PEM) of every authority that stands above the server certificate, read at start: a revoked certificate is refused, and every one when a list is missing or out of date. Empty: revocation is not checked.',
  ),
  insecure: bool(
    false,
    'New. True accepts any server certificate. For a laboratory only; a warning is logged at start.',
  ),
} as const;

export const OPTIONS = {
  DEFAULT: {
    keyspace: text(
      'conductor',
      'Prefix of every key in etcd. The gateway adds `/gateway/`, so that rows of OOF-HAS are never touched.',
    ),
    HPA_enabled: bool(
      true,
      'Reads flavors of cloud regions for demands with an hpa constraint; without it no region has flavors, so such demands find nothing.',
    ),
    debug: bool(false, 'Logs at level debug instead of info.'),
    log_dir: text(
      '',
      'Folder for log files. Empty: logs go to standard output only. Put it on its own volume if logs may fill a disk.',
    ),
    log_file: text('', 'Log file name, relative to log_dir. @default application.log when log_dir is set.'),
  },
  gateway: {
    roles: someOf(
      ['api', 'controller', 'solver', 'reservation'],
      'New. What this process does: api serves requests; controller translates, solver solves, reservation reserves. Several processes need etcd.',
    ),
    instance_name: text('', 'New. Name of this process in plans and logs. Empty: host name and process id.'),
    lease_ttl: integer(10, 'New. Seconds after which plans of a dead worker are taken over.', 2, 600),
    drain_notice: integer(
      0,
      'New. Seconds between SIGTERM, from when on /readyz says not ready, and the first refused request. Set it to the period of the readiness probe.',
      0,
      600,
    ),
    document_cache: integer(
      64,
      'New. Megabytes of templates, translations and solutions kept in memory, counted uncompressed; as objects they take a few times as much. The least recently used go first.',
      1,
      4096,
    ),
    drain_timeout: integer(20, 'New. Seconds that requests and work in hand may take after SIGTERM.', 0, 600),
  },
  listener: {
    host: text(
      '127.0.0.1',
      'New. Address to listen on. 0.0.0.0 or :: for all interfaces; then end TLS here or in front.',
    ),
    port: integer(8091, 'New. TCP port; 0 takes a free one.', 0, 65535),
    tls_certificate_file: text(
      '',
      'New. Server certificate chain (PEM). Empty: plain HTTP, for use behind nginx or apache2.',
    ),
    tls_key_file: text('', 'New. Private key (PEM) of the server certificate.'),
    body_limit: integer(10_485_760, 'New. Largest request body in bytes; above it 413.', 1024),
  },
  graphql: {
    graphiql: bool(true, 'New. Serves the GraphiQL page on GET /graphql.'),
    introspection: bool(true, 'New. Answers introspection queries and suggests names in errors. GraphiQL needs it.'),
    max_depth: integer(20, 'New. Deepest nesting of a document.', 3),
    max_aliases: integer(50, 'New. Aliases in one document.', 0),
    max_tokens: integer(10_000, 'New. Lexical tokens in one document.', 100),
    max_directives: integer(50, 'New. Directives in one document.', 0),
    max_subscriptions_per_socket: integer(100, 'New. Subscriptions on one WebSocket.', 1),
  },
  api_limits: API_LIMITS,
  retention: RETENTION,
  conductor_api: {
    username: text('', 'User name that clients must send. With basic_auth_secure and no name set, nobody is let in.'),
    password: secret('Password that clients must send.'),
    basic_auth_secure: bool(
      true,
      'Requires HTTP Basic credentials on plans, triage and GraphQL. Releases of orders and latency rules always require them over REST.',
    ),
    strict_unauthorized: bool(
      false,
      'New. Answers 401 with WWW-Authenticate instead of 417 when credentials are missing. Clients of OOF-HAS may match on 417.',
    ),
    triage_list_limit: integer(
      1000,
      'New. Plans in the answer of GET /v1/triage_tool at the most, the newest first. Of very large plans fewer are listed.',
      1,
      10_000,
    ),
    translator_message_form: choice(
      'list',
      ['list', 'text'],
      'New. REST form of messages found while translating: a one-element list, which OSDF looks into, or plain text.',
    ),
  },
  auth: AUTH,
  aaf_api: AAF_API,
  aaf_sms: AAF_SMS,
  version_auth: {
    version_auth_flag: bool(false, 'Sends the version headers only to holders of the token.'),
    version_auth_token: secret('The token (request header version-auth-token).'),
  },
  oslo_middleware: {
    enable_proxy_headers_parsing: bool(
      false,
      'Honours Forwarded and X-Forwarded-* for the links in answers. Set it only behind a front server that sets them.',
    ),
  },
  cors: {
    allowed_origin: list([], 'Origins that browsers may call from. Empty: none.'),
  },
  controller: {
    timeout: integer(10, "Default of a plan's timeout, seconds; informative.", 1),
    limit: integer(1, 'Default number of solutions.', 1),
    workers: integer(4, 'Plans translated at once by this process.', 1, 256),
    max_translation_counter: integer(
      3,
      'Failed attempts to translate (an upstream that does not answer) before the plan ends in error. A worker that dies counts nothing. The reference has 1.',
      1,
    ),
  },
  data: {
    existing_placement_cost: float(-8000, 'Cost of the candidate that a demand is placed on already.'),
    cloud_candidate_cost: float(2, 'Cost of a cloud candidate.'),
    service_candidate_cost: float(1, 'Cost of a service or vfmodule candidate.'),
    transport_candidate_cost: float(1, 'New. Cost of a transport candidate.'),
    nssi_candidate_cost: float(1, 'Cost of a slice subnet instance.'),
    nsi_candidate_cost: float(1, 'Cost of a slice instance.'),
    nst_candidate_cost: float(1, 'Cost of a slice template.'),
    nsst_candidate_cost: float(1, 'Cost of a slice subnet template.'),
  },
  solver: {
    workers: integer(1, 'Worker threads that search; plans solved at once by this process.', 1, 64),
    search: choice(
      'optimal',
      ['optimal', 'fit_first'],
      'New. optimal proves its answers best; fit_first makes the greedy choice of OOF-HAS, for comparison with it.',
    ),
    without_objective: choice(
      'first',
      ['first', 'random'],
      'New. Which of all that fit a plan without optimization gets: first takes the cheapest, in the order of the inventory, and the same each time; random draws for each plan, as OOF-HAS does, which spreads load.',
    ),
    solver_timeout: integer(480, 'Seconds after which a search ends with the best answer found so far.', 1),
    max_solver_counter: integer(3, 'Failed attempts to solve before the plan ends in error. The reference has 1.', 1),
    max_recommendations: integer(100, 'New. Bound of num_solution, and of `all`.', 1, 10_000),
    max_memory: integer(
      512,
      'New. Megabytes of heap of one search thread; a search that needs more ends its plan in error.',
      32,
    ),
    ...EXPLANATION,
    zone_disaster: text(
      '',
      'New. Candidate field that holds the zone of category `disaster`, for example `complex_name`. Empty: templates with this category are refused.',
    ),
    zone_time: text(
      '',
      'New. Candidate field that holds the zone of category `time`, for example `region`. Empty: templates with this category are refused.',
    ),
    zone_maintenance: text(
      '',
      'New. Candidate field that holds the zone of category `maintenance`, for example `physical_location_id`. Empty: templates with this category are refused.',
    ),
  },
  reservation: {
    workers: integer(4, 'Plans reserved at once by this process.', 1, 256),
    reserve_retries: integer(1, 'Tries of one reserve call that was refused.', 1, 10),
    max_reservation_counter: integer(
      1,
      'Failed attempts to reserve before the plan ends in error; below it the plan is solved again.',
      1,
    ),
    service_models: list(
      ['ADIOD', 'DHV'],
      'New. Service models that are reserved through the service controller; others pass without a call.',
    ),
    reserve_all: bool(
      true,
      'New. Reserves every recommendation, as the reference does; false reserves the first only.',
    ),
    hold_seconds: integer(
      600,
      'New. A reservation whose plan was deleted while it was being made, or failed without releasing it, is released this many seconds after its last change; one whose call may have come after its release is released once more. Longer than any call to the controller takes.',
      1,
      86_400,
    ),
    release_retry_initial: integer(5, 'New. Seconds until a release that failed is tried again; doubles.', 1, 3_600),
    release_retry_max: integer(600, 'New. Longest pause in seconds between two tries of a release.', 1, 86_400),
  },
  inventory_provider: {
    extensions: list(
      ['aai', 'generator'],
      'Inventory providers that are asked, in this order. Known: aai (cloud, service, vfmodule, transport, nssi, nsi, nst, nsst) and generator (slice_profiles). sdc is accepted: what SDC knows comes with the nst and nsst candidates of aai.',
    ),
  },
  generator: {
    max_combinations: integer(
      100_000,
      'New. Combinations of subnet values that the slice_profiles demands of one plan may ask for; above it the plan ends in error before any is made.',
      1,
      10_000_000,
    ),
  },
  service_controller: {
    extensions: list(['sdnc'], 'Service controllers. Known: sdnc.'),
  },
  vim_controller: {
    extensions: list(['multicloud'], 'VIM controllers, asked by vim_fit. Known: multicloud.'),
  },
  aai: {
    server_url: url('https://controller:8443/aai', 'Base URL without version.'),
    server_url_version: text('v10', 'API version of requests, v9 to v32. Links of any version are understood.'),
    ...UPSTREAM_TLS,
    username: text('', 'HTTP Basic user name. Empty: no Basic authentication.'),
    password: secret('HTTP Basic password.'),
    aai_rest_timeout: integer(30, 'Seconds that one try may take in all.', 1),
    aai_retries: integer(3, 'Tries of a read in all.', 1, 10),
    cache_refresh_interval: integer(1440, 'Minutes between background refreshes of the cloud regions.', 1),
    complex_cache_refresh_interval: integer(1440, 'Minutes after which a complex is read again.', 1),
    batch_size: integer(100, 'New. Keys in one batched read.', 1, 200),
    connections: integer(8, 'New. Connections to A&AI at the most.', 1, 64),
    batch_strategy: choice(
      'auto',
      ['auto', 'multi-get', 'query', 'dsl', 'single'],
      'New. How many objects are read at once. auto tries the cheapest and falls back by itself.',
    ),
    filter_substring: bool(
      false,
      'New. True: a plain text in filtering_attributes matches as a substring, as in the reference; false: equality.',
    ),
    vfmodule_vnf_vservers: bool(
      false,
      "New. True: a vfmodule candidate lists all vservers of its VNF, as in the reference; false: the module's own.",
    ),
  },
  sdnc: {
    server_url: url(
      'https://controller:8443/restconf/',
      'Base URL of RESTCONF: ends in /restconf (old form) or /rests (RFC 8040).',
    ),
    ...UPSTREAM_TLS,
    username: text('', 'HTTP Basic user name.'),
    password: secret('HTTP Basic password.'),
    sdnc_rest_timeout: integer(30, 'Seconds that one try may take in all.', 1),
    sdnc_retries: integer(3, 'Tries of a check or release in all; reserve is never repeated blindly.', 1, 10),
    preset: choice('capacity-api', ['capacity-api', 'dhv-capacity'], 'New. Contract of the capacity operations.'),
    check_operation: text('', "New. RPC (MODULE:name) of the check; empty: the preset's."),
    reserve_operation: text('', "New. RPC of the reservation; empty: the preset's."),
    release_operation: text('', "New. RPC of the release; empty: the preset's."),
    get_operation: text('', "New. RPC that reads capacity; empty: the preset's."),
    input_form: choice('plain', ['plain', 'qualified'], 'New. {"input": …} or {"MODULE:input": …}.'),
    per_candidate: bool(
      true,
      'New. One question per candidate; false sends all in one, which needs per-target answers.',
    ),
    on_unsupported: choice(
      'fail',
      ['fail', 'keep', 'drop'],
      'New. What it means when the controller has no such operation: the plan fails, the candidates stay, or they are dropped.',
    ),
  },
  dcae: {
    server_url: url('https://controller:8443/dcae', 'Base URL of the slice analysis service, without path.'),
    get_slice_config_url: text('', 'Path of the capacity question. Empty: /api/v1/slices-config.'),
    ...UPSTREAM_TLS,
    username: text('', 'HTTP Basic user name. Empty: no Basic authentication.'),
    password: secret('HTTP Basic password.'),
    dcae_rest_timeout: integer(30, 'Seconds that one try may take in all.', 1),
    dcae_retries: integer(3, 'Tries in all.', 1, 10),
    on_failure: choice(
      'unknown',
      ['unknown', 'fail'],
      'New. What it means for nsi and nssi when DCAE gives no usable answer: capacity is unknown (differences of 2, as in the reference, with a warning), or the translation fails naming DCAE.',
    ),
  },
  sdc: {
    server_url: url('https://controller:8443/sdc', 'Base URL of the external API, without version.'),
    server_url_version: text('v1', 'Version of the external API.'),
    ...UPSTREAM_TLS,
    username: text('', 'HTTP Basic user name. Empty: no Basic authentication.'),
    password: secret('HTTP Basic password.'),
    sdc_rest_timeout: integer(30, 'Seconds that one try may take in all.', 1),
    sdc_retries: integer(3, 'Tries in all.', 1, 10),
    max_archive_size: integer(32, 'New. Megabytes of the largest model archive (CSAR) that is read.', 1, 256),
  },
  cps: {
    server_url: url('https://controller:8443/cps', 'Base URL of CPS-TBDMT, without path.'),
    get_ta_list_url: text(
      '',
      'Path of the tracking area question. Empty: /api/v1/execute/ran-coverage-area/get_ta_list.',
    ),
    ...UPSTREAM_TLS,
    username: text('', 'HTTP Basic user name. Empty: no Basic authentication.'),
    password: secret('HTTP Basic password.'),
    cps_rest_timeout: integer(30, 'Seconds that one try may take in all.', 1),
    cps_retries: integer(3, 'Tries in all.', 1, 10),
  },
  multicloud: {
    server_url: url('http://msb.onap.org/api/multicloud', 'Base URL without version; its scheme counts.'),
    server_url_version: text(
      'v0',
      'API version. v0 asks about cloud regions by vim-id, v1 and later by owner and region id; both forms of answers are understood.',
    ),
    ...UPSTREAM_TLS,
    multicloud_rest_timeout: integer(30, 'Seconds that one try may take in all.', 1),
    multicloud_retries: integer(3, 'Tries in all.', 1, 10),
    enable_https_mode: bool(false, 'True makes an http server_url https. (The reference breaks one that is https.)'),
    on_failure: choice(
      'fail',
      ['fail', 'keep', 'drop'],
      'New. What it means for vim_fit when MultiCloud gives no clear answer: the plan fails naming it, the candidates stay (as in the reference, with a warning), or they are dropped. An empty answer is clear: no region has room.',
    ),
    units: choice(
      'as_given',
      ['as_given', 'convert'],
      'New. as_given sends the quantities of the template whatever their unit, as the reference does; convert makes them GB first.',
    ),
    memory_unit: choice(
      'GB',
      ['GB', 'MB'],
      'New. What this MultiCloud counts memory in, for units = convert. Its documents say GB; its OpenStack plug-ins compare MB.',
    ),
  },
  db_options: {
    db_backend: choice(
      'embedded',
      ['embedded', 'etcd'],
      'Where state lives: embedded (this process alone, default) or etcd. MUSIC is retired and not offered.',
    ),
    layout: choice(
      'gateway',
      ['gateway', 'has'],
      'New. gateway: this program does all the work, under its own prefix. has: it stands in front of running OOF-HAS services and works on their rows in etcd; [gateway] roles must then be api.',
    ),
  },
  embedded_store: {
    data_dir: text(
      'conductor-data',
      'New. Folder of the embedded store; made when absent. Relative to the working directory.',
    ),
    history: integer(100_000, 'New. Revisions kept for resuming watches.', 1000),
  },
  etcd_api: {
    host: text('localhost', 'Host name, or a comma-separated list of host or host:port.'),
    port: text('2379', 'Port for hosts given without one.'),
    username: text('', 'User name. Empty: no authentication. (The reference defaults to root.)'),
    password: secret('Password.'),
    ca_certificate_file: text('', 'New. Certificates (PEM) that etcd is verified with; turns TLS on.'),
    certificate_file: text('', 'New. Client certificate (PEM).'),
    certificate_key_file: text('', 'New. Private key (PEM) of the client certificate.'),
    request_timeout: integer(5, 'New. Seconds that one request may take.', 1, 60),
  },
} as const satisfies OptionTable;
