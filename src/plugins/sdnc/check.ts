// Capacity checks: each distinct question once, a bounded number at a time, and one verdict per candidate in order.
import type { CapacityCheck, CapacityVerdict } from '../../domain/controller-ports.ts';
import type { CallContext } from '../../domain/ports.ts';
import { limiter } from '../../lib/concurrency.ts';
import { deniedError, SDNC, type SdncClient, unsupportedCheck } from './client.ts';
import type { CheckQuestion } from './preset.ts';
import type { RpcAnswer } from './restconf.ts';

/** Throws UPSTREAM_UNSUPPORTED (on_unsupported `fail`), UPSTREAM_REFUSED (credentials), UPSTREAM_PAUSED, or the caller's abort. */
export async function checkCapacity(
  client: SdncClient,
  check: CapacityCheck,
  ctx: CallContext,
): Promise<CapacityVerdict[]> {
  const { perCandidate = true, concurrency = 8, metrics } = client.options;
  const verdicts: CapacityVerdict[] = check.candidates.map(() => ({ kind: 'unknown', reason: 'SDN-C was not asked.' }));
  const gate = limiter(concurrency);
  // Set by the first answer that settles all questions: RPC not there, or a failure that ends the check.
  let settled: RpcAnswer | null = null;
  let failure: unknown = null;

  const ask = async (question: CheckQuestion, candidates: readonly number[]): Promise<void> => {
    if (failure !== null) return;
    try {
      const answer = settled ?? (await client.call('check', question.input, client.tries.check, ctx));
      if (answer.kind === 'unsupported') settled = answer;
      for (const index of candidates) verdicts[index] = verdictOf(client, question, answer, index);
    } catch (error) {
      failure ??= error;
    }
  };

  const groups = distinct(client.preset.questions(check, perCandidate, ctx));
  await Promise.all(groups.map((group) => gate(() => ask(group.question, group.candidates))));
  if (failure !== null) throw failure;
  for (const { kind } of verdicts) metrics.count('conductor_capacity_checks_total', { outcome: kind });
  report(client, check, verdicts, settled, ctx);
  return verdicts;
}

interface Group {
  readonly question: CheckQuestion;
  readonly candidates: number[];
}

/** Questions with one key are one: its answer counts for the candidates of all. */
function distinct(questions: readonly CheckQuestion[]): Group[] {
  const groups = new Map<string, Group>();
  for (const question of questions) {
    const group = groups.get(question.key);
    if (group) group.candidates.push(...question.candidates);
    else groups.set(question.key, { question, candidates: [...question.candidates] });
  }
  return [...groups.values()];
}

function verdictOf(client: SdncClient, question: CheckQuestion, answer: RpcAnswer, index: number): CapacityVerdict {
  switch (answer.kind) {
    case 'output':
      return question.verdict(answer.output, index);
    case 'denied':
      throw deniedError(answer.message);
    case 'unsupported': {
      const { onUnsupported = 'fail' } = client.options;
      if (onUnsupported === 'fail') throw unsupportedCheck(client);
      if (onUnsupported === 'keep') return { kind: 'fit' };
      return { kind: 'reject', reason: `${SDNC} does not offer the capacity check.` };
    }
    default:
      return { kind: 'unknown', reason: answer.message };
  }
}

function report(
  client: SdncClient,
  check: CapacityCheck,
  verdicts: readonly CapacityVerdict[],
  settled: RpcAnswer | null,
  ctx: CallContext,
): void {
  const { logger, onUnsupported } = client.options;
  const { requestId, planId } = ctx;
  const fields = { requestId, planId, constraint: check.constraintName, candidates: verdicts.length };
  if (settled) {
    const operation = client.operations.check;
    logger.warn({ ...fields, operation, onUnsupported }, 'SDN-C does not offer the capacity check');
    return;
  }
  const unknown = verdicts.filter((verdict) => verdict.kind === 'unknown');
  const [first] = unknown;
  if (first) {
    logger.warn({ ...fields, unknown: unknown.length, reason: first.reason }, 'SDN-C gave no clear answer');
  }
}
