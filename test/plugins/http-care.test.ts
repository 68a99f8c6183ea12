// How the HTTP client spares the systems it asks, and warns of certificates that run out.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRetryBudget } from '../../src/plugins/http-budget.ts';
import { watchExpiry } from '../../src/plugins/http-expiry.ts';
import { makeCertificates } from '../sim/certificates.ts';
import { quiet } from '../store/rigs.ts';

it('retries are a tenth of the requests, and a few are free', () => {
  const budget = createRetryBudget();
  let retries = 0;
  for (let request = 0; request < 1_000; request += 1) {
    budget.earn();
    while (budget.spend()) retries += 1;
  }
  expect(retries).toBeGreaterThanOrEqual(105);
  expect(retries).toBeLessThanOrEqual(110);
});

it.each([
  [-1, 'error', 'the client certificate has expired'],
  [3, 'error', 'the client certificate expires within days'],
  [20, 'warn', 'the client certificate expires soon'],
  [300, null, null],
] as const)('a certificate with %i days left', async (days, level, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-expiry-'));
  const { clientCert } = await makeCertificates(folder);
  const said: unknown[] = [];
  const logger = {
    ...quiet,
    warn: (_: object, text: string) => said.push(['warn', text]),
    error: (_: object, text: string) => said.push(['error', text]),
  };
  let again = () => undefined as unknown;
  let stopped = 0;
  const clock = {
    // Made for 365 days.
    now: () => Date.now() + (365 - days) * 86_400_000 - 3_600_000,
    monotonic: () => 0,
    after: (_: number, fn: () => void) => {
      again = fn;
      return () => {
        stopped += 1;
      };
    },
  };
  const stop = watchExpiry('A&AI', readFileSync(clientCert), clock, logger);
  expect(said).toEqual(level === null ? [] : [[level, message]]);
  again();
  expect(said).toHaveLength(level === null ? 0 : 2);
  stop();
  expect(stopped).toBe(1);
  rmSync(folder, { recursive: true, force: true });
});
