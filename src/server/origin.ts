// Which web pages may call this server: its own, and the configured origins. Requests without Origin are not from pages.
import { header, type RequestHeaders } from '../rest/index.ts';

export interface OriginPolicy {
  readonly corsOrigins: readonly string[];
  readonly trustProxy: boolean;
}

/** `same` covers requests without an Origin header; `listed` ones get CORS headers. */
export function judgeOrigin(headers: RequestHeaders, policy: OriginPolicy): 'same' | 'listed' | 'foreign' {
  const origin = header(headers, 'origin');
  if (origin === undefined) return 'same';
  if (policy.corsOrigins.includes(origin)) return 'listed';
  const forwarded = policy.trustProxy ? header(headers, 'x-forwarded-host')?.split(',')[0]?.trim() : undefined;
  const own = withoutDefaultPort((forwarded ?? header(headers, 'host') ?? '').toLowerCase());
  return URL.canParse(origin) && withoutDefaultPort(new URL(origin).host) === own ? 'same' : 'foreign';
}

function withoutDefaultPort(host: string): string {
  return host.replace(/:(80|443)$/, '');
}

/** CORS headers for a listed origin. Credentials are sent in Authorization by the page itself, never by the browser. */
export function corsHeaders(origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'GET, POST',
    'Access-Control-Allow-Headers': 'authorization, content-type, transaction-id, x-transactionid',
    'Access-Control-Expose-Headers': 'transaction-id',
    'Access-Control-Max-Age': '600',
    Vary: 'Origin',
  };
}
