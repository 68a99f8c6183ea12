// Metrics by name on a registry of their own (prom-client): the table declares them, the process's own come on top.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ConductorError } from '../domain/errors.ts';
import type { Labels, Metrics } from '../domain/ports.ts';
import { METRICS, type MetricInfo } from './metrics-table.ts';

export interface MetricsOptions {
  /** Label combinations of one metric; further ones are counted together under `other`. @default 500 */
  readonly maxSeries?: number;
}

export type MetricsRegistry = Metrics & {
  /** The exposition text for a scrape. */
  text(): Promise<string>;
  /** Content type of `text()`. */
  readonly contentType: string;
};

type Kind = MetricInfo['type'];
interface Declared {
  readonly info: MetricInfo;
  readonly metric: Counter | Gauge | Histogram;
  /** Label values met so far, as they are counted. */
  readonly series: Map<string, Labels>;
}

const LONGEST_LABEL = 120;
const EVENT_LOOP = 'conductor_event_loop_delay_seconds';

/** Each value throws INTERNAL when its name, kind or label names are not those of the table: a bug that any test shows. */
export function createMetrics(options: MetricsOptions = {}): MetricsRegistry {
  const { maxSeries = 500 } = options;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const declared = new Map([...METRICS].map(([name, info]) => [name, declare(registry, name, info)]));
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();

  const find = (name: string, kind: Kind, labels: Labels): { metric: Declared['metric']; labels: Labels } => {
    const found = declared.get(name);
    if (!found) throw new ConductorError('INTERNAL', `Metric ${name} is not declared.`);
    const { type, labels: wanted = [] } = found.info;
    const given = Object.keys(labels);
    if (type !== kind || given.length !== wanted.length || !wanted.every((label) => Object.hasOwn(labels, label))) {
      throw new ConductorError('INTERNAL', `Metric ${name} is a ${type} with labels (${wanted.join(', ')}).`);
    }
    return { metric: found.metric, labels: bounded(found, wanted, labels, maxSeries) };
  };
  return {
    contentType: registry.contentType,
    count(name, labels = {}, by = 1) {
      const { metric, labels: kept } = find(name, 'counter', labels);
      if (metric instanceof Counter) metric.inc(kept, by);
    },
    observe(name, value, labels = {}) {
      const { metric, labels: kept } = find(name, 'histogram', labels);
      if (metric instanceof Histogram) metric.observe(kept, value);
    },
    gauge(name, value, labels = {}) {
      const { metric, labels: kept } = find(name, 'gauge', labels);
      if (metric instanceof Gauge) metric.set(kept, value);
    },
    text() {
      const { metric } = find(EVENT_LOOP, 'gauge', {});
      // Nothing measured yet gives NaN.
      const seconds = delay.percentile(99) / 1e9;
      if (metric instanceof Gauge) metric.set(Number.isFinite(seconds) ? seconds : 0);
      delay.reset();
      return registry.metrics();
    },
  };
}

function declare(registry: Registry, name: string, info: MetricInfo): Declared {
  const shared = {
    name: info.exposedAs ?? name,
    help: info.help,
    labelNames: info.labels ?? [],
    registers: [registry],
  };
  return { info, metric: create(info, shared), series: new Map() };
}

function create(
  info: MetricInfo,
  shared: { name: string; help: string; labelNames: readonly string[]; registers: Registry[] },
): Declared['metric'] {
  switch (info.type) {
    case 'counter':
      return new Counter(shared);
    case 'gauge':
      return new Gauge(shared);
    default:
      return new Histogram({ ...shared, buckets: [...(info.buckets ?? [])] });
  }
}

/** Label values come from users too (service names): their number and length must not fill the memory. */
function bounded(found: Declared, names: readonly string[], labels: Labels, maxSeries: number): Labels {
  if (names.length === 0) return labels;
  const values = names.map((name) => (labels[name] ?? '').slice(0, LONGEST_LABEL));
  const key = values.length === 1 ? (values[0] ?? '') : values.map((value) => `${value.length}:${value}`).join('');
  const known = found.series.get(key);
  if (known) return known;
  const full = found.series.size >= maxSeries;
  const kept = Object.fromEntries(names.map((name, at) => [name, full ? 'other' : (values[at] ?? '')]));
  if (!full) found.series.set(key, kept);
  return kept;
}
