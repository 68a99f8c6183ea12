// Whether an objective needs the latency rules: plans that do not are never held up by them.
import type { GenericCall, GenericOperation, Objective } from '../../domain/problem.ts';

function callsLatency(operand: GenericCall | GenericOperation): boolean {
  if (operand.kind === 'call') return operand.function === 'latency_between';
  return operand.operands.some(callsLatency);
}

/** True when some term of the objective is `latency_between`, at any depth. */
export function usesLatency(objective: Objective | null): boolean {
  if (objective === null) return false;
  if (objective.kind === 'generic') return callsLatency(objective.root);
  return objective.operands.some((operand) => operand.function === 'latency_between');
}
