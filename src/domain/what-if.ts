// Asking what would be: changes to a finished plan's template or to the candidates recorded with it, and what comes of them.
import type { JsonObject } from '../lib/json.ts';
import type { Problem } from './problem.ts';
import type { TemplateDocument } from './template.ts';

/** What is different about the candidates of one demand. */
export interface CandidateOverlay {
  readonly demand: string;
  /** Each with a `candidate_id` that the demand has not; fields that it leaves out are those of a plain cloud candidate. */
  readonly added: readonly JsonObject[];
  /** Ids. */
  readonly removed: readonly string[];
  /** Each with the `candidate_id` of a recorded candidate; its other fields take the place of the recorded ones. */
  readonly changed: readonly JsonObject[];
}

/** A plan as it was translated. */
export interface RecordedPlan {
  readonly document: TemplateDocument;
  readonly problem: Problem;
}

/** Translates without asking anybody. */
export interface RecordTranslator {
  /**
   * The problem that the document poses on what is recorded; `recorded` is null when there is only what `overlays` add. Throws
   * TEMPLATE_INVALID, BAD_REQUEST for what the record does not hold (another requirement, host name or group; unknown ids),
   * PLAN_FAILED when a demand has no candidate.
   */
  translate(
    document: TemplateDocument,
    recorded: RecordedPlan | null,
    overlays: readonly CandidateOverlay[],
  ): Promise<Problem>;
}
