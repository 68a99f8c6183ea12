// Errors that are data: members of result unions, each with a code and a message that is safe to show.
import type { ConductorError, Issue } from '../domain/errors.ts';
import { ERRORS, TemplateInvalidError } from '../domain/errors.ts';
import {
  IdempotencyConflictError,
  InvalidInputError,
  PayloadTooLargeError,
  PlanNotFoundError,
  PlanNotStoppableError,
} from '../resolvers/errors.ts';
import { builder } from './builder.ts';

const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description:
    'Codes of every error that the gateway can answer with. A code never changes its meaning; new ones may be added. Top-level errors carry the same codes in `extensions.code`.',
  values: Object.fromEntries(Object.entries(ERRORS).map(([code, { doc }]) => [code, { description: doc }])),
});

const ErrorInterface = builder.interfaceRef<ConductorError>('Error').implement({
  description: 'Why a call did not do what was asked, in a form that the caller is expected to handle.',
  fields: (t) => ({
    code: t.field({
      type: ErrorCodeEnum,
      description: 'Match on this; it never changes its meaning.',
      resolve: (error) => error.code,
    }),
    message: t.exposeString('message', { description: 'For people; safe to show.' }),
    retryable: t.exposeBoolean('retryable', {
      description: 'Whether the same call may succeed later without a change.',
    }),
  }),
});

export const TemplateIssue = builder.objectRef<Issue>('TemplateIssue').implement({
  description: 'One broken rule of a homing template.',
  fields: (t) => ({
    path: t.exposeString('path', {
      description:
        'Place in the template, for example `demands > vG[0] > inventory_type`; empty for the whole document.',
    }),
    message: t.exposeString('message', { description: 'Which rule is broken and how.' }),
    line: t.int({
      nullable: true,
      description: 'Line, counted from 1, when the template was sent as text.',
      resolve: (issue) => issue.line ?? null,
    }),
  }),
});

builder.objectType(TemplateInvalidError, {
  name: 'TemplateInvalidError',
  description:
    'The template cannot be read: not YAML or JSON, a repeated key, or nested too deeply. Nothing was created.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [TemplateIssue],
      description: 'Every problem found, in the order of the template.',
      resolve: (error) => [...error.issues],
    }),
  }),
});

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'An argument breaks a rule; the message names it. Nothing was done.',
  interfaces: [ErrorInterface],
});

builder.objectType(IdempotencyConflictError, {
  name: 'IdempotencyConflictError',
  description: 'The idempotency key was used before with another request. Nothing was created; use a new key.',
  interfaces: [ErrorInterface],
});

builder.objectType(PayloadTooLargeError, {
  name: 'PayloadTooLargeError',
  description: 'The template with its files is larger than the gateway or its store takes. Nothing was created.',
  interfaces: [ErrorInterface],
});

builder.objectType(PlanNotStoppableError, {
  name: 'PlanNotStoppableError',
  description:
    'The plan is solved, waits for another order, or has ended: there is no search to stop. Nothing was done.',
  interfaces: [ErrorInterface],
});

builder.objectType(PlanNotFoundError, {
  name: 'PlanNotFoundError',
  description: 'No plan has this id, or it was deleted.',
  interfaces: [ErrorInterface],
});
