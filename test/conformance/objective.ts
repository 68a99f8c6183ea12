// The value of a recommendation, computed from the reference's own translation and by its formulas, apart from the product's
// code: what a person would work out with paper and pencil. Used to tell better from worse.
import type { Picks, RecordedCall, RecordedCandidate, RecordedOperation, RecordedTranslation } from './records.ts';

const OPERATORS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((total, value) => total + value, 0),
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
};

/** How much better (positive) or worse (negative) `one` is than `other`, in the goal's direction; null: not comparable. */
export function advantage(translation: RecordedTranslation, one: Picks, other: Picks): number | null {
  const [mine, theirs] = [objectiveOf(translation, one), objectiveOf(translation, other)];
  if (mine === null || theirs === null) return null;
  return translation.objective?.goal === 'maximize' ? mine - theirs : theirs - mine;
}

function objectiveOf(translation: RecordedTranslation, picks: Picks): number | null {
  const { objective } = translation;
  if (!objective) return null;
  const chosen = new Map(
    Object.entries(picks).map(([demand, id]) => [
      demand,
      translation.demands[demand]?.candidates.findLast(({ candidate_id }) => candidate_id === id),
    ]),
  );
  const values = (objective.operands ?? []).map(({ weight, function: name, function_param: params }) => {
    if (name !== 'distance_between') return Number.NaN;
    const candidate = params.map((param) => chosen.get(param)).find((found) => found !== undefined);
    const place = params.map((param) => translation.locations[param]).find((found) => found !== undefined);
    return weight * (kilometres(place, candidate) + Number(candidate?.['cost']));
  });
  const total = objective.operation_function
    ? operationOf(objective.operation_function, translation, chosen)
    : OPERATORS['sum']?.(values);
  return total === undefined || Number.isNaN(total) ? null : total;
}

type Chosen = ReadonlyMap<string, RecordedCandidate | undefined>;

function operationOf(operation: RecordedOperation, translation: RecordedTranslation, chosen: Chosen): number {
  const values = operation.operands.map((operand) => callOf(operand, translation, chosen));
  return OPERATORS[operation.operator]?.(values) ?? Number.NaN;
}

function callOf(call: RecordedCall, translation: RecordedTranslation, chosen: Chosen): number {
  const raw = call.operation_function
    ? operationOf(call.operation_function, translation, chosen)
    : functionOf(call, translation, chosen);
  const { normalization: scale, weight = 1 } = call;
  return weight * (scale ? (raw - scale.start) / (scale.end - scale.start) : raw);
}

function functionOf(
  { function: name, params }: RecordedCall,
  translation: RecordedTranslation,
  chosen: Chosen,
): number {
  const candidate = chosen.get(params?.demand ?? '');
  if (name === 'attribute') return Number(candidate?.[params?.attribute ?? ''] ?? Number.NaN);
  if (name === 'distance_between') return kilometres(translation.locations[params?.location ?? ''], candidate);
  return Number.NaN;
}

type Place = Readonly<Record<string, unknown>> | undefined;

/** Haversine over a sphere of 6371 km. */
function kilometres(a: Place, b: Place): number {
  const radians = (degrees: unknown) => (Number(degrees ?? Number.NaN) * Math.PI) / 180;
  const [from, to] = [radians(a?.['latitude']), radians(b?.['latitude'])];
  const across = Math.sin((radians(b?.['longitude']) - radians(a?.['longitude'])) / 2) ** 2;
  const square = Math.sin((to - from) / 2) ** 2 + Math.cos(from) * Math.cos(to) * across;
  return 2 * 6371 * Math.asin(Math.sqrt(square));
}
