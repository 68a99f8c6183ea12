// Settings of load, explanation and retention: how much the API takes on at once, and how long the store keeps what is finished.
import { integer } from './option.ts';

export const API_LIMITS = {
  max_queued_plans: integer(
    10_000,
    'New. Plans that may wait for a stage or be in one; above it new plans answer 429 with Retry-After. 0: no limit.',
    0,
  ),
  max_store_latency: integer(
    2000,
    'New. Milliseconds that an operation on the store may take; above it, and when the store then does not answer a question in this time, new plans answer 503 with Retry-After before anything is written. 0: no limit.',
    0,
    60_000,
  ),
  max_subscriptions_per_principal: integer(
    20_000,
    'New. Subscriptions, event streams and long polls of one principal on this process, over all transports; above it 429. 0: no limit.',
    0,
  ),
  max_wait: integer(60, 'New. Longest wait of a long poll in seconds; a longer one asked for is cut to it.', 1, 600),
  stream_heartbeat: integer(
    15,
    'New. Seconds after which a quiet event stream of the REST API gets a comment, so that proxies keep it open.',
    1,
    600,
  ),
} as const;

export const RETENTION = {
  finished_plans_days: integer(
    0,
    'New. Days after which a finished plan is removed with its documents, history, triage, idempotency key and places in order locks, and released order locks with their history. 0: they are kept for ever. Plans that are not finished, or whose order builds something still, are never removed.',
    0,
  ),
  orphan_parts_hours: integer(
    24,
    'New. Hours after which documents that no plan names are removed: those of a writer that died. 0: they are kept.',
    0,
  ),
  interval_minutes: integer(60, 'New. Minutes between two rounds of removing; one process of all does a round.', 1),
  batch: integer(500, 'New. Plans, and rows of anything else, that one round removes at the most.', 1, 10_000),
} as const;

export const EXPLANATION = {
  explain_timeout: integer(
    10,
    'New. Seconds that an explanation, a what-if or a replay may search; what is not known then is left out, and said to be.',
    1,
    600,
  ),
  explain_workers: integer(
    1,
    'New. Threads for explanations, and as many for what-ifs and replays, beside those that solve plans. They start when first needed.',
    1,
    64,
  ),
} as const;
