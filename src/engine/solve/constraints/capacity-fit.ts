// region_fit and instance_fit: a service controller says whether a cloud region, or a service instance, can take the request.
// Only candidates of that type are asked about, all of one demand in one call and each only once a plan.
import type { Candidate } from '../../../domain/candidate.ts';
import type { CapacityCheck, CapacityVerdict } from '../../../domain/controller-ports.ts';
import { canonicalJson, isJsonObject, type JsonObject, own } from '../../../lib/json.ts';
import { type CheckContext, type Constraint, FIT, NOT_ASKED, reject, type Verdict } from '../framework/constraint.ts';
import { topReasons } from '../framework/words.ts';

interface Params {
  readonly controller: string;
  readonly request: JsonObject;
}

/** A constraint type that asks the controller named in its properties about candidates of one inventory type. */
export function capacityFit(name: 'region_fit' | 'instance_fit', rank: number, asked: string): Constraint<Params> {
  return {
    name,
    rank,
    cost: 'remote',
    scope: 'unary',

    parse(properties) {
      const controller = own(properties, 'controller');
      const request = own(properties, 'request');
      if (typeof controller !== 'string' || controller === '') {
        return [{ path: 'controller', message: "No value specified for property 'controller'" }];
      }
      return { controller, request: isJsonObject(request) ? request : {} };
    },

    async check(ctx, params, candidates) {
      const concerned = candidates.filter((candidate) => candidate.inventory_type === asked);
      if (concerned.length === 0) return candidates.map(() => FIT);
      const verdicts = await ask(name, ctx, params, concerned);
      const silent = ctx.remote.questions.sealed
        ? NOT_ASKED
        : ({ kind: 'unknown', reason: `${params.controller} gave no verdict` } as const);
      const byCandidate = new Map(concerned.map((candidate, index) => [candidate, verdicts[index]]));
      return candidates.map((candidate): Verdict => {
        if (candidate.inventory_type !== asked) return FIT;
        return byCandidate.get(candidate) ?? silent;
      });
    },

    summarize(_params, refused) {
      return topReasons(refused);
    },
  };
}

async function ask(
  constraintType: CapacityCheck['constraintType'],
  { remote, requestType, constraint: constraintName }: CheckContext,
  { controller: name, request }: Params,
  candidates: readonly Candidate[],
): Promise<readonly (Verdict | undefined)[]> {
  const texts = candidates.map((candidate) => canonicalJson(candidate));
  const byText = new Map(texts.map((text, index) => [text, candidates[index] as Candidate]));
  const question = canonicalJson([constraintType, name.toLowerCase(), request, requestType]);
  const answers = await remote.questions.ask<CapacityVerdict>(question, texts, async (missing) => {
    const controller = remote.controllers.find((one) => one.name.toLowerCase() === name.toLowerCase());
    // An answer like any other: it is recorded, and said again when the plan is explained where there are no controllers.
    if (!controller) return missing.map(() => reject(`service controller '${name}' is not known`));
    const asked = missing.flatMap((text) => byText.get(text) ?? []);
    const check = { constraintName, constraintType, requestType, request, candidates: asked };
    return controller.check(check, remote.call);
  });
  return answers.map((answer) => (answer?.kind === 'reject' ? reject(answer.reason) : answer));
}
