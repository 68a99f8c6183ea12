// A plan is told to stop while it waits for its solver: the word outlives the process that took it, and counts in the next one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Gateway } from '../support/gateway.ts';
import { startGateway } from '../support/gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: the operation's text, beside the assertion, says what is in it
async function ask(gateway: Gateway, query: string, variables: Record<string, unknown>): Promise<any> {
  const { body } = await gateway.rest('POST', '/graphql', { query, variables });
  return (body as { data: unknown }).data;
}

const CREATE =
  'mutation($input: CreatePlanInput!) { createPlan(input: $input) { ... on CreatePlanSuccess { plan { id } } } }';
const STOP =
  'mutation($id: ID!) { stopPlan(id: $id) { ... on StopPlanSuccess { plan { id status } } ... on Error { code } } }';
const PLAN = 'query($id: ID!) { plan(id: $id) { recommendations { objective } diagnosis { status summary } } }';

test('a stop is kept for the solver of another process, which ends its search at once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'stop-plan-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const first = await startGateway({ store: { dir }, lines: ['[gateway]', 'roles = api'] });
  const templateText = readFileSync(new URL('../../examples/vcpe.yaml', import.meta.url), 'utf8');
  const { id } = (await ask(first, CREATE, { input: { templateText } })).createPlan.plan;
  const { stopPlan } = await ask(first, STOP, { id });
  await first.stop();
  expect(stopPlan).toEqual({ plan: { id, status: 'TEMPLATE' } });
  const second = await startGateway({ store: { dir } });
  onTestFinished(() => second.stop());
  expect((await second.finished(id)).status).toBe('not found');
  const { plan } = await ask(second, PLAN, { id });
  expect(plan).toMatchObject({ recommendations: [], diagnosis: { status: 'STOPPED' } });
  expect(plan.diagnosis.summary.join()).toContain('stopped');
  expect((await ask(second, STOP, { id })).stopPlan).toEqual({ code: 'PLAN_NOT_STOPPABLE' });
}, 60_000);
