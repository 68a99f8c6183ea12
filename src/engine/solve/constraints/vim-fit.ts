// vim_fit: the VIM controller (MultiCloud) says which cloud regions have room for one instance of the demand. Each region is
// asked about once per plan and request; other candidates than cloud ones pass.
import type { Candidate } from '../../../domain/candidate.ts';
import type { VimCapacityRequest, VimController } from '../../../domain/controller-ports.ts';
import { ConductorError, type Issue } from '../../../domain/errors.ts';
import { canonicalJson, isJsonObject, type JsonValue, own } from '../../../lib/json.ts';
import { type CheckContext, type Constraint, FIT, NOT_ASKED, reject, type Verdict } from '../framework/constraint.ts';
import { topReasons } from '../framework/words.ts';

interface Params {
  readonly request: VimCapacityRequest;
}

export const vimFit: Constraint<Params> = {
  name: 'vim_fit',
  rank: 6,
  cost: 'remote',
  scope: 'unary',

  /** The property `controller` is accepted and not used: the controller that is configured is asked. */
  parse(properties) {
    const request = own(properties, 'request');
    if (!isJsonObject(request)) return [{ path: 'request', message: "No value specified for property 'request'" }];
    const issues: Issue[] = [];
    const quantity = (value: JsonValue | undefined, path: string): number => {
      const read = readQuantity(value);
      if (read === null) issues.push({ path, message: `Property '${path}' must be a number of at least 0` });
      return read ?? 0;
    };
    const amount = (name: 'Memory' | 'Storage') => {
      const given = own(request, name);
      const path = `request > ${name}`;
      const unit = own(given, 'unit') ?? '';
      if (!isJsonObject(given)) return { quantity: quantity(given, path), unit: '' };
      if (typeof unit !== 'string')
        issues.push({ path: `${path} > unit`, message: `The unit of '${path}' must be a text` });
      return {
        quantity: quantity(own(given, 'quantity'), `${path} > quantity`),
        unit: typeof unit === 'string' ? unit : '',
      };
    };
    const vCPU = quantity(own(request, 'vCPU'), 'request > vCPU');
    const needs = { vCPU, memory: amount('Memory'), storage: amount('Storage') };
    return issues.length > 0 ? issues : { request: needs };
  },

  async check(ctx, { request }, candidates) {
    const vims = candidates.map((candidate) => (candidate.inventory_type === 'cloud' ? vimOf(candidate) : null));
    const asked = vims.filter((vim) => vim !== null);
    const answers = asked.length > 0 ? await ask(ctx, request, asked) : [];
    const byVim = new Map(asked.map((vim, index) => [vim, answers[index]]));
    return candidates.map((candidate, index): Verdict => {
      if (candidate.inventory_type !== 'cloud') return FIT;
      const vim = vims[index] ?? null;
      if (vim === null) return reject('the candidate has no vim-id');
      return byVim.get(vim) ?? NOT_ASKED;
    });
  },

  summarize(_params, refused) {
    // The regions are named one by one elsewhere; here they would only hide that it is one reason.
    return topReasons(refused.map((one) => ({ ...one, reason: one.reason.replace(NO_ROOM_IN, '$1') })));
  },
};

const NO_ROOM_IN = /( reports no room) in .*$/s;

/** A number or numeric text; nothing, as OSDF sends for what it does not restrict, is 0. Null for anything else. */
function readQuantity(value: JsonValue | undefined): number | null {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : null;
}

function vimOf(candidate: Candidate): string | null {
  const vim = own(candidate, 'vim-id');
  return typeof vim === 'string' && vim !== '' ? vim : null;
}

/** One verdict a VIM, in order. What is not clear is judged as the controller's setting says. */
async function ask(
  { remote }: CheckContext,
  request: VimCapacityRequest,
  vims: readonly string[],
): Promise<readonly (Verdict | undefined)[]> {
  const question = canonicalJson(['vim_fit', request]);
  return remote.questions.ask<Verdict>(question, vims, async (missing) => {
    const [controller] = remote.vims;
    if (!controller) return missing.map(() => ({ kind: 'unknown', reason: 'no VIM controller is configured' }));
    try {
      const room = await controller.withCapacity(request, missing, remote.call);
      return missing.map((vim) => (room.has(vim) ? FIT : reject(`${controller.name} reports no room in ${vim}`)));
    } catch (error) {
      if (!(error instanceof ConductorError) || !error.code.startsWith('UPSTREAM_')) throw error;
      const verdict = withoutAnswer(controller, error.message);
      return missing.map(() => verdict);
    }
  });
}

function withoutAnswer({ name, onFailure = 'fail' }: VimController, message: string): Verdict {
  const reason = message.startsWith(name) ? message : `${name}: ${message}`;
  if (onFailure === 'keep') return FIT;
  return onFailure === 'drop' ? reject(reason) : { kind: 'unknown', reason };
}
