// What the tests of bad input share: raw HTTP that can break its own rules, a plan that is good, and the two checks that every
// file ends with: nothing that was accepted is lost, and the gateway still does its work.
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { isFinal } from '../../../src/domain/plan.ts';
import type { Gateway, RestAnswer, RestPlan } from '../../support/gateway.ts';

/** A template that has one best answer in the vCPE world: the region next to the customer. */
export const GOOD_TEMPLATE = {
  homing_template_version: '2017-10-10',
  locations: { customer: { latitude: 41.85, longitude: -87.65 } },
  demands: { vG: [{ inventory_provider: 'aai', inventory_type: 'cloud' }] },
  constraints: {
    near: {
      type: 'distance_to_location',
      demands: ['vG'],
      properties: { distance: '< 2000 km', location: 'customer' },
    },
  },
  optimization: { minimize: { sum: [{ distance_between: ['customer', 'vG'] }] } },
};

export const goodBody = (name = 'good') => ({ name, template: GOOD_TEMPLATE });

/** The good template with other sections. */
export const template = (changes: object) => ({ name: 'bad', template: { ...GOOD_TEMPLATE, ...changes } });

/** A plan like any other is solved, and every plan that was accepted before has ended. `known`: errors that may be logged. */
export async function stillWorks(gateway: Gateway, known?: RegExp): Promise<void> {
  const plan = await gateway.solved(goodBody());
  expect([plan.status, plan.message]).toEqual(['done', undefined]);
  expect(plan.recommendations?.[0]?.['vG']?.candidate['candidate_id']).toBe('chi-01');
  const { body, status } = await gateway.rest('GET', '/v1/plans');
  expect(status).toBe(200);
  const { plans } = body as { readonly plans: readonly RestPlan[] };
  expect(plans.filter((one) => !isFinal(one.status))).toEqual([]);
  const errors = (await gateway.log()).filter(({ level, message }) => level === 'error' && !known?.test(message));
  expect(errors.map(({ message, code }) => [message, code])).toEqual([]);
}

/** 400 (or the given status) with an explanation that names the cause. */
export function expectRefusal({ status, body }: RestAnswer, explanation: RegExp, expected = 400): void {
  expect([status, body]).toEqual([expected, expect.objectContaining({ error_message: expect.anything() })]);
  const { error_message: message } = body as { readonly error_message: { readonly explanation: string } };
  expect(message.explanation).toMatch(explanation);
}

/** Accepted, then ended in `error` with a message that names the cause. */
export async function expectError(gateway: Gateway, body: unknown, cause: RegExp): Promise<RestPlan> {
  const plan = await gateway.solved(body);
  expect(plan.status).toBe('error');
  const message = String(plan.message);
  expect(message).toMatch(cause);
  expect(message.length).toBeLessThan(2000);
  return plan;
}

/** Sends bytes as they are and gives everything that comes back until the server closes the connection. */
export async function raw(gateway: Gateway, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (piece) => received.push(piece));
  // A server that has refused may reset the connection while we still send.
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  for (const piece of pieces) {
    if (socket.destroyed) break;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), closed]);
  }
  await closed;
  return Buffer.concat(received).toString('utf8');
}

/** The head of a POST of a plan; without an own `Connection` the server closes after its answer. */
export function head(gateway: Gateway, ...headers: readonly string[]): string {
  const lines = [
    'POST /v1/plans HTTP/1.1',
    'Host: gateway',
    `Authorization: ${gateway.authorization}`,
    'Content-Type: application/json',
    'Connection: close',
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

export async function planCount(gateway: Gateway): Promise<number> {
  const { body } = await gateway.rest('GET', '/v1/plans');
  return (body as { readonly plans: readonly RestPlan[] }).plans.length;
}
