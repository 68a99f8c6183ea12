// `conductor healthcheck`: asks a running gateway whether it is ready, for container and service managers.
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

/** Status of `/readyz`, or 0 when nothing answers within five seconds. TLS is not verified: nothing is sent or believed. */
export function askReadiness(baseUrl: string): Promise<number> {
  return new Promise((resolve) => {
    const url = new URL('/readyz', baseUrl);
    const get = url.protocol === 'https:' ? getHttps : getHttp;
    const request = get(url, { timeout: 5000, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(0));
  });
}
