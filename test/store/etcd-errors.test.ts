// Which failures of etcd leave a write's outcome open: a wrong "certainly not applied" makes a caller repeat what was done.
import { castGrpcError } from 'etcd3';
import { expect, it } from 'vitest';
import { type CallKind, isNotSent, toStoreError } from '../../src/store/etcd/errors.ts';

const failure = (text: string) => castGrpcError(new Error(text));
const judged = (text: string, kind: CallKind) => {
  const error = failure(text);
  return [toStoreError(error, kind).code, isNotSent(error, kind) ? 'again' : 'not again'];
};

it.each([
  '14 UNAVAILABLE: etcdserver: no leader',
  '8 RESOURCE_EXHAUSTED: etcdserver: too many requests',
  '9 FAILED_PRECONDITION: etcdserver: not capable',
  '14 UNAVAILABLE: No connection established',
])('before a proposal is made: %s', (text) => {
  for (const kind of ['read', 'write'] as const) expect(judged(text, kind)).toEqual(['STORE_UNAVAILABLE', 'again']);
});

it.each([
  // The member that was asked has proposed the write and stops before it learns what became of it.
  '14 UNAVAILABLE: etcdserver: server stopped',
])('a read is repeated, a write may have been applied: %s', (text) => {
  expect(judged(text, 'read')).toEqual(['STORE_UNAVAILABLE', 'again']);
  expect(judged(text, 'write')).toEqual(['STORE_OUTCOME_UNKNOWN', 'not again']);
});

it.each([
  '14 UNAVAILABLE: etcdserver: request timed out',
  '14 UNAVAILABLE: etcdserver: request timed out, possibly due to previous leader failure',
  '14 UNAVAILABLE: etcdserver: leader changed',
  '14 UNAVAILABLE: Connection dropped',
  '4 DEADLINE_EXCEEDED: Deadline exceeded',
])('while a write is under way: %s', (text) => {
  expect(judged(text, 'read')).toEqual(['STORE_UNAVAILABLE', 'not again']);
  expect(judged(text, 'write')).toEqual(['STORE_OUTCOME_UNKNOWN', 'not again']);
});
