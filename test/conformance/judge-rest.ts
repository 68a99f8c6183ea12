// Compares the answer to one recorded REST request with the recording, or with what the table of deviations says instead.
import { differences, show } from './differences.ts';
import type { RestRecord } from './records.ts';
import type { RestDeviation } from './rest-deviations.ts';
import { fails, type Verdict } from './verdict.ts';

export interface RestOutcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Parsed; the empty text when there was none. */
  readonly body: unknown;
  /** Base URL of the gateway that answered. */
  readonly base: string;
}

const HEADERS = ['allow', 'content-type', 'x-minorversion', 'x-patchversion', 'x-latestversion'];
const RECORDED_BASE = 'http://127.0.0.1:8092';

export function judgeRest(record: RestRecord, outcome: RestOutcome, deviation: RestDeviation | undefined): Verdict {
  if (deviation) return judgeDeviation(outcome, deviation);
  const recorded = record.intended ?? record.observed;
  const wanted = Object.fromEntries(HEADERS.flatMap((name) => pair(name, recorded.headers?.[name])));
  const given = Object.fromEntries(Object.keys(wanted).map((name) => [name, outcome.headers[name]]));
  const wrong = [
    ...differences(recorded.status, outcome.status, 'status'),
    ...differences(wanted, given, 'header'),
    ...differences(normalised(recorded.body, RECORDED_BASE), normalised(outcome.body, outcome.base), 'body'),
  ];
  if (wrong.length > 0) return fails(...wrong);
  return { kind: 'same' };
}

function pair(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

function judgeDeviation({ status, body }: RestOutcome, deviation: RestDeviation): Verdict {
  const { entry, why, explanation, keys = [] } = deviation;
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const wrong = [
    ...differences(deviation.status, status, 'status'),
    ...(explanation === undefined ? [] : differences(explanation, fields['explanation'], 'explanation')),
    ...(deviation.body === undefined ? [] : differences(deviation.body, body, 'body')),
    ...keys.filter((key) => !Object.hasOwn(fields, key)).map((key) => `no key ${key} in ${show(body)}`),
  ];
  if (wrong.length > 0) return fails(...wrong.map((text) => `${text} (expected by ${entry})`));
  return { kind: 'deviates', entries: [entry], note: why };
}

/** Without the four keys that every error repeats at the top, ids of plans, how far a plan came, and our own address. */
function normalised(body: unknown, base: string): unknown {
  const error = typeof body === 'object' && body !== null && 'error_message' in body;
  const plain = error ? { error_message: body.error_message } : (body ?? '');
  return JSON.parse(
    JSON.stringify(plain)
      .replaceAll(base, '{base}')
      .replaceAll(/[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g, '{id}'),
    (key, value) => (key === 'plans' && Array.isArray(value) ? value.map(withoutProgress) : value),
  );
}

function withoutProgress(plan: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { id, name, links, status } = plan;
  return id === 'healthcheck' ? plan : { id, name, links, hasStatus: typeof status === 'string' };
}
