// /livez, /readyz and /metrics: for orchestrators and monitors, without credentials and without secrets.
import type { Logger } from '../domain/ports.ts';
import type { HealthReport, HealthService } from '../services/index.ts';
import { type Endpoint, type Exchange, respond } from './exchange.ts';

export interface MetricsText {
  /** The metrics in the format that `contentType` names. */
  text(): Promise<string> | string;
  readonly contentType: string;
}

export interface ProbeDependencies {
  readonly health: HealthService;
  readonly metrics: MetricsText;
  readonly logger: Logger;
}

/** By path. */
export function createProbes({ health, metrics, logger }: ProbeDependencies): ReadonlyMap<string, Endpoint> {
  return new Map<string, Endpoint>([
    ['/livez', async (exchange) => report(exchange, health.live())],
    ['/readyz', async (exchange) => report(exchange, await health.ready().catch((error) => unready(error, logger)))],
    [
      '/metrics',
      async (exchange) => {
        if (refusedMethod(exchange)) return;
        respond(exchange, {
          status: 200,
          headers: { 'Content-Type': metrics.contentType },
          body: await metrics.text(),
        });
      },
    ],
  ]);
}

/** Stands for REST and GraphQL in a process that has no role `api`. */
export async function withoutApi(exchange: Exchange): Promise<void> {
  const explanation =
    'This process does not serve the API: it has no role api. It answers /livez, /readyz and /metrics.';
  respond(exchange, {
    status: 404,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ explanation, code: 404 }),
  });
}

function unready(error: unknown, logger: Logger): HealthReport {
  logger.error({ err: error }, 'readiness check failed');
  return { ok: false, checks: [] };
}

/** `?verbose` lists the checks, one a line. */
function report(exchange: Exchange, { ok, checks }: HealthReport): void {
  if (refusedMethod(exchange)) return;
  const verdict = ok ? 'ok' : 'not ready';
  const verbose = new URLSearchParams(exchange.query).has('verbose');
  const lines = verbose ? checks.map((check) => `[${mark(check)}] ${check.name}: ${check.detail}`) : [];
  respond(exchange, {
    status: ok ? 200 : 503,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
    body: `${[...lines, verdict].join('\n')}\n`,
  });
}

function mark(check: HealthReport['checks'][number]): string {
  if (check.ok) return '+';
  return check.informative ? '!' : '-';
}

function refusedMethod(exchange: Exchange): boolean {
  if (exchange.method === 'GET' || exchange.method === 'HEAD') return false;
  respond(exchange, { status: 405, headers: { Allow: 'GET,HEAD' }, body: null });
  return true;
}
