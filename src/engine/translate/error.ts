// A translation that failed because the inventory has no answer: what was dropped on the way comes with it.
import type { DroppedCandidate } from '../../domain/candidate.ts';
import { ConductorError } from '../../domain/errors.ts';

/** Per demand, what the inventory side left out and why. */
export interface DroppedByDemand {
  readonly demand: string;
  readonly candidates: readonly DroppedCandidate[];
}

/** Code PLAN_FAILED; the message is the text REST clients know (template.md section 5.3). */
export class TranslationError extends ConductorError {
  readonly dropped: readonly DroppedByDemand[];

  constructor(message: string, dropped: readonly DroppedByDemand[] = []) {
    super('PLAN_FAILED', message);
    this.name = 'TranslationError';
    this.dropped = dropped;
  }
}
