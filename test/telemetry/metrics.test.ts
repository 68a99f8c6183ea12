// The metrics' promises: declared names only, the reference's names and labels, bounded series, a readable text.
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { METRICS } from '../../src/telemetry/metrics-table.ts';

/** Labels for each declared name, with one value for all. */
function labelsOf(name: string, value: string): Record<string, string> {
  return Object.fromEntries((METRICS.get(name)?.labels ?? []).map((label) => [label, value]));
}

describe('metrics', () => {
  test('every declared metric takes a value and appears in the text with help and type', async () => {
    const metrics = createMetrics();
    for (const [name, { type }] of METRICS) {
      const labels = labelsOf(name, 'x');
      if (type === 'counter') metrics.count(name, labels, 2);
      else if (type === 'gauge') metrics.gauge(name, 7, labels);
      else metrics.observe(name, 0.2, labels);
    }
    const text = await metrics.text();
    for (const [name, { type, exposedAs }] of METRICS) {
      const shown = exposedAs ?? name;
      expect(text).toContain(`# TYPE ${shown} ${type}`);
      expect(text).toMatch(new RegExp(`^# HELP ${shown} \\S`, 'm'));
      if (type === 'counter') expect(text).toMatch(new RegExp(`^${shown}(\\{.*\\})? 2$`, 'm'));
    }
    expect(metrics.contentType).toMatch(/^text\/plain/);
  });

  test('the text has the process’s own metrics and the delay of the event loop', async () => {
    const text = await createMetrics().text();
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
    expect(text).toMatch(/^nodejs_heap_size_used_bytes \d/m);
    expect(text).toMatch(/^conductor_event_loop_delay_seconds \d/m);
  });

  test('values add up by label', async () => {
    const metrics = createMetrics();
    metrics.count('conductor_claims_total', { stage: 'solver', outcome: 'won' });
    metrics.count('conductor_claims_total', { outcome: 'won', stage: 'solver' }, 3);
    metrics.count('conductor_claims_total', { stage: 'solver', outcome: 'lost' });
    metrics.gauge('conductor_subscriptions', 4, { transport: 'sse' });
    metrics.gauge('conductor_subscriptions', 2, { transport: 'sse' });
    metrics.observe('conductor_store_seconds', 0.003, { operation: 'txn' });
    const text = await metrics.text();
    expect(text).toContain('conductor_claims_total{stage="solver",outcome="won"} 4');
    expect(text).toContain('conductor_claims_total{stage="solver",outcome="lost"} 1');
    expect(text).toContain('conductor_subscriptions{transport="sse"} 2');
    expect(text).toContain('conductor_store_seconds_bucket{le="0.0025",operation="txn"} 0');
    expect(text).toContain('conductor_store_seconds_bucket{le="0.005",operation="txn"} 1');
  });

  test('names and labels of the reference are kept, with the suffix its library adds', async () => {
    const metrics = createMetrics();
    metrics.count('vnf_no_solution', { customer_name: 'ONAP', service_name: 'vCPE' });
    expect(await metrics.text()).toContain('vnf_no_solution_total{customer_name="ONAP",service_name="vCPE"} 1');
  });

  test.each<[string, (metrics: ReturnType<typeof createMetrics>) => void]>([
    ['an undeclared name', (metrics) => metrics.count('conductor_nothing_total')],
    ['a name of objects', (metrics) => metrics.count('constructor')],
    ['a missing label', (metrics) => metrics.count('conductor_claims_total', { stage: 'solver' })],
    ['a foreign label', (metrics) => metrics.gauge('conductor_subscriptions', 1, { kind: 'sse' })],
    ['a label too many', (metrics) => metrics.count('conductor_feed_events_total', { x: 'y' })],
    ['another kind', (metrics) => metrics.observe('conductor_feed_events_total', 1)],
  ])('%s is a bug that shows', (_, use) => {
    expect(() => use(createMetrics())).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  test('label values that users choose cannot fill the memory', async () => {
    const metrics = createMetrics({ maxSeries: 10 });
    for (let n = 0; n < 1000; n += 1) {
      metrics.count('vnf_no_solution', { customer_name: 'ONAP', service_name: `s${n}${'x'.repeat(1000)}` });
    }
    const series = (await metrics.text()).split('\n').filter((line) => line.startsWith('vnf_no_solution_total{'));
    expect(series).toHaveLength(11);
    expect(series).toContain('vnf_no_solution_total{customer_name="other",service_name="other"} 990');
    for (const line of series) expect(line.length).toBeLessThan(250);
  });

  test('a label value cannot forge a line', async () => {
    const metrics = createMetrics();
    metrics.count('vnf_no_solution', { customer_name: 'ONAP', service_name: 'a"} 1\nforged_total 9\n\\' });
    expect(await metrics.text()).not.toMatch(/^forged_total/m);
  });

  test('two registries know nothing of each other', async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.count('conductor_plans_created_total');
    expect(await one.text()).toContain('conductor_plans_created_total 1');
    expect(await two.text()).toContain('conductor_plans_created_total 0');
  });
});
