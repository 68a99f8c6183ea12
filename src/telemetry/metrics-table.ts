// Every metric of the program, declared once: what it means, its labels, its kind. A name that is not here does not count.
// The names without `conductor_` are those of OOF-HAS and keep its labels, so that its dashboards go on working.

export interface MetricInfo {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Exactly these are given with each value. @default none */
  readonly labels?: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  readonly buckets?: readonly number[];
  /** Name in the exposed text where it differs: the reference's client library adds `_total` to counters. */
  readonly exposedAs?: string;
}

/** Seconds of a call within one machine or cluster. */
const SHORT = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Seconds of calls to other systems. */
const CALL = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds of work on one plan. */
const WORK = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

const counter = (help: string, ...labels: string[]): MetricInfo => ({ type: 'counter', help, labels });
const gauge = (help: string, ...labels: string[]): MetricInfo => ({ type: 'gauge', help, labels });
const histogram = (help: string, buckets: readonly number[], ...labels: string[]): MetricInfo => ({
  type: 'histogram',
  help,
  buckets,
  labels,
});
const ofReference = (name: string, help: string, ...labels: string[]): [string, MetricInfo] => [
  name,
  { type: 'counter', help, labels, exposedAs: `${name}_total` },
];

export const METRICS: ReadonlyMap<string, MetricInfo> = new Map<string, MetricInfo>([
  ['conductor_http_requests_total', counter('HTTP requests answered.', 'route', 'method', 'status')],
  ['conductor_http_request_seconds', histogram('Time to answer an HTTP request.', SHORT, 'route')],

  ['conductor_plans_created_total', counter('Plans created; replays of an idempotency key not counted.')],
  ['conductor_plan_transitions_total', counter('Status changes of plans written by this process.', 'from', 'to')],
  ['conductor_plan_stage_seconds', histogram('Time a claimed plan was worked on.', WORK, 'stage')],
  ['conductor_claims_total', counter('Attempts to claim a plan.', 'stage', 'outcome')],

  ['conductor_upstream_requests_total', counter('Requests to upstream systems, each try.', 'system', 'outcome')],
  ['conductor_upstream_seconds', histogram('Time of one try of an upstream request.', CALL, 'system')],
  ['conductor_upstream_breaker_open', gauge('1 while calls to the system are paused.', 'system')],
  ['conductor_capacity_checks_total', counter('Candidates checked by a service controller.', 'outcome')],

  ['conductor_lease_lost_total', counter('Times the lease of this process was lost; its plans are offered to others.')],
  ['conductor_store_operations_total', counter('Operations on the store.', 'operation', 'outcome')],
  ['conductor_store_seconds', histogram('Time of a store operation.', SHORT, 'operation')],

  ['conductor_feed_events_total', counter('Plan events received from the store.')],
  [
    'conductor_store_relists_total',
    counter('Times a watch of the store had to read everything anew.', 'prefix', 'reason'),
  ],
  ['conductor_feed_lag_seconds', gauge('Time since the feed last heard from the store while it should have.')],
  ['conductor_subscriptions', gauge('Subscriptions open now.', 'transport')],
  ['conductor_subscription_drops_total', counter('Items not delivered because a subscriber was slow.')],
  [
    'conductor_subscription_catch_ups_total',
    counter(
      'Times a subscriber lost what waited for it, and what it missed was read: stored events of its plan, or what has changed.',
    ),
  ],
  ['conductor_subscriptions_refused_total', counter('Subscriptions refused because a quota was full.', 'quota')],

  ['conductor_plans_refused_total', counter('Plans refused before anything was written.', 'reason')],
  ['conductor_queued_plans', gauge('Plans that wait for a stage or are in one.')],
  ['conductor_store_latency_seconds', gauge('Time that store operations take now, as admission sees it.')],
  ['conductor_retention_removed_total', counter('Things removed from the store because of their age.', 'kind')],

  ['conductor_solver_nodes_total', counter('Nodes of the search tree visited.')],
  ['conductor_solver_seconds', histogram('Time of one solve, constraints and search.', WORK, 'result')],
  ['conductor_search_progress_writes_total', counter('Writes of how far a search is.', 'outcome')],
  ['conductor_inventory_refresh_total', counter('Refreshes of inventory caches.', 'cache', 'outcome')],
  ['conductor_inventory_stale', gauge('1 while a cache serves data past its refresh time.', 'cache')],
  ['conductor_reservations_total', counter('Outcomes of reservation steps.', 'outcome')],
  ['conductor_compensations_pending', gauge('Reservations held for nobody whose release keeps failing.')],
  ['conductor_compensation_oldest_seconds', gauge('Time since the first failure of the oldest of them; 0 for none.')],
  ['conductor_compensation_attempts_total', counter('Releases tried by the compensation queue.', 'outcome')],
  [
    'conductor_reservations_orphaned_total',
    counter('Reservations held for plans that the store no longer knew after it was set back.', 'outcome'),
  ],

  ['conductor_event_loop_delay_seconds', gauge('99th percentile of event-loop delay since it was last read.')],

  ofReference('vnf_no_solution', 'Plans that ended without a solution.', 'customer_name', 'service_name'),
  ofReference(
    'vnf_compute_profile',
    'Flavors of recommended cloud candidates.',
    'customer_name',
    'service_name',
    'vnf_name',
    'vnfc_name',
    'flavor',
    'cloud_region',
  ),
  ofReference(
    'vnf_scores',
    'Recommended cloud candidates by platform-awareness score.',
    'customer_name',
    'service_name',
    'vnf_name',
    'hpa_score',
  ),
  ofReference(
    'flavor_match_successful',
    'Flavors that met the requirements.',
    'customer_name',
    'service_name',
    'vnf_name',
    'vnfc_name',
    'cloud_region',
    'flavor',
  ),
  ofReference(
    'flavor_match_unsuccessful',
    'Flavors that did not meet the requirements.',
    'customer_name',
    'service_name',
    'vnf_name',
    'vnfc_name',
    'cloud_region',
    'flavor',
  ),
  ofReference(
    'cloud_region_successful',
    'Cloud regions with a flavor that met the requirements.',
    'customer_name',
    'service_name',
    'cloud_region',
  ),
  ofReference(
    'cloud_region_unsuccessful',
    'Cloud regions without a flavor that met the requirements.',
    'customer_name',
    'service_name',
    'cloud_region',
  ),
]);
