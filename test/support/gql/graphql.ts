/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A moment in time as RFC 3339 text, for example `2026-11-22T08:30:00.000Z`. Answers are in UTC. */
  DateTime: { input: string; output: string; }
  /** Any JSON value. Keys and values are those of the homing template, the REST API or the inventory, unchanged. */
  JSON: { input: unknown; output: unknown; }
};

/** What is different about the candidates of one demand. */
export type CandidateOverlayInput = {
  /** New candidates: objects with the fields that candidates have, at least `candidate_id`. What is left out is that of a plain cloud candidate of cost 0. */
  added?: InputMaybe<Array<Scalars['JSON']['input']>>;
  /** Recorded candidates by `candidate_id`, with the fields that are different. */
  changed?: InputMaybe<Array<Scalars['JSON']['input']>>;
  /** Name of the demand. */
  demand: Scalars['String']['input'];
  /** Ids of recorded candidates that are not there. */
  removed?: InputMaybe<Array<Scalars['ID']['input']>>;
};

/** Why a reservation is in the queue of those to be released. */
export type CompensationState =
  /** Its plan was in reservation; it is released if the plan is gone or failed. */
  | 'HOLD'
  /** Nobody owns it any more, and its release has failed so far. */
  | 'RELEASE'
  /** It was released; a call that was under way may have come since, so it is released once more. */
  | 'VERIFY';

/** A row of the table of rules. Of two rows for one country the last counts. */
export type CountryLatencyInput = {
  /** The customer's country: three letters, or `*`. */
  country: Scalars['String']['input'];
  /** From best to worst: country codes and group names, separated by commas; `*` only as the last one. */
  groups: Array<Scalars['String']['input']>;
};

/** A new plan. Give the template in one of its two forms. */
export type CreatePlanInput = {
  /** Contents for `get_file`, by name: a JSON object. */
  files?: InputMaybe<Scalars['JSON']['input']>;
  /** From 0 to below 1. The search ends with a placement that is proven to be no further from the best than this part of its objective: 0.05 is 5 %. */
  gapLimit?: InputMaybe<Scalars['Float']['input']>;
  /** A text of your choice. Repeating the call with the same key and the same content gives the first plan again instead of a second one. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Any name; a UUID is made when left out. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** How many recommendations are wanted: a number from 1, or `all`. */
  numSolution?: InputMaybe<Scalars['String']['input']>;
  /** Who is served first when more plans wait than there are workers; `NORMAL` when left out. */
  priority?: InputMaybe<Priority>;
  /** The homing template as a JSON object. */
  template?: InputMaybe<Scalars['JSON']['input']>;
  /** The homing template as YAML 1.1 or JSON text. */
  templateText?: InputMaybe<Scalars['String']['input']>;
  /** Seconds from 1 after which the search ends with the best found so far; never longer than the gateway is configured for. */
  timeLimit?: InputMaybe<Scalars['Int']['input']>;
  /** Seconds after which you lose interest; informative. */
  timeout?: InputMaybe<Scalars['Int']['input']>;
};

/** Codes of every error that the gateway can answer with. A code never changes its meaning; new ones may be added. Top-level errors carry the same codes in `extensions.code`. */
export type ErrorCode =
  /** The request cannot be read; the message names the place. */
  | 'BAD_REQUEST'
  /** The message names the file and what is wrong with it. */
  | 'CERTIFICATE_INVALID'
  /** Internal: another worker took the plan over; its result counts. */
  | 'CLAIM_LOST'
  /** Every problem is listed with file and line; run `conductor check-config`. */
  | 'CONFIG_INVALID'
  /** Read it again and repeat the change. */
  | 'CONFLICT'
  /** Send HTTP Basic credentials; 417 is what existing clients of the REST API expect. */
  | 'CREDENTIALS_MISSING'
  /** The store behind the cursor is gone; start without a cursor. */
  | 'CURSOR_EXPIRED'
  /** The cursor was not made by this API or was cut; start without one. */
  | 'CURSOR_INVALID'
  /** The credentials do not allow this. */
  | 'FORBIDDEN'
  /** Use a new key for a new request. */
  | 'IDEMPOTENCY_CONFLICT'
  /** Repeat it in a moment with the same key: it then gives the plan that the other request made. */
  | 'IDEMPOTENCY_IN_PROGRESS'
  /** A bug or an unforeseen state; the log has the cause under the request id. */
  | 'INTERNAL'
  /** Depth, aliases, tokens, page size or another documented limit; ask for less at once. */
  | 'LIMIT_EXCEEDED'
  /** The Allow header lists the methods of this path. */
  | 'METHOD_NOT_ALLOWED'
  /** Accept application/json. */
  | 'NOT_ACCEPTABLE'
  /** Nothing is there under this name. */
  | 'NOT_FOUND'
  /** Send a smaller body or raise the listener's body limit. */
  | 'PAYLOAD_TOO_LARGE'
  /** A stage of the plan failed; the plan's message says why. */
  | 'PLAN_FAILED'
  /** No plan has this id, or it was deleted. */
  | 'PLAN_NOT_FOUND'
  /** Only a plan that is not solved yet can be stopped; look at its status. */
  | 'PLAN_NOT_STOPPABLE'
  /** Stop the other program or choose another port with --port. */
  | 'PORT_IN_USE'
  /** Send the plan again after the time in Retry-After, add workers, or raise the limit of queued plans. */
  | 'QUEUE_FULL'
  /** Internal: the reader lists again and reports a gap. */
  | 'STORE_COMPACTED'
  /** A later release wrote this value; upgrade this process. Nothing is guessed and nothing is overwritten. */
  | 'STORE_FORMAT_NEWER'
  /** One process may open a data folder; use --data-dir, or etcd for several processes. */
  | 'STORE_LOCKED'
  /** Read back before repeating, or repeat with the same idempotency key. */
  | 'STORE_OUTCOME_UNKNOWN'
  /** Send the plan again after the time in Retry-After; look at the store. */
  | 'STORE_SLOW'
  /** etcd does not answer, or the embedded store is closed or cannot be opened. */
  | 'STORE_UNAVAILABLE'
  /** Refused before it reaches the store, so that nothing else suffers. */
  | 'STORE_VALUE_TOO_LARGE'
  /** The homing template breaks a rule; each issue names its path. */
  | 'TEMPLATE_INVALID'
  /** End some of the subscriptions of this principal, subscribe to all plans at once, or raise the limit. */
  | 'TOO_MANY_SUBSCRIPTIONS'
  /** Wrong user name or password. */
  | 'UNAUTHENTICATED'
  /** Not JSON, cut off, too large, or of another shape; the message names the system. */
  | 'UPSTREAM_BAD_DATA'
  /** A&AI, SDN-C or another system failed again and again; nothing was sent. Plans wait until a probe succeeds. */
  | 'UPSTREAM_PAUSED'
  /** Credentials, certificate or permission towards the named system are wrong. */
  | 'UPSTREAM_REFUSED'
  /** A&AI, SDN-C or another system failed or timed out; the message names it. */
  | 'UPSTREAM_UNAVAILABLE'
  /** Set the option that the message names. */
  | 'UPSTREAM_UNSUPPORTED';

/** Why a plan changed its status. */
export type EventReason =
  /** A worker began a stage. */
  | 'CLAIMED'
  /** A stage ended with a result. */
  | 'COMPLETED'
  /** The plan was accepted. */
  | 'CREATED'
  /** A stage failed for good. */
  | 'FAILED'
  /** A worker returned the plan unfinished, for example at shutdown. */
  | 'GIVEN_BACK'
  /** The plan was taken over from an OOF-HAS installation. */
  | 'IMPORTED'
  /** The plan starts again because a lock it waited for was decided. */
  | 'REHOMED'
  /** Reservations were released and the plan is solved anew. */
  | 'ROLLED_BACK'
  /** A worker went on with a stage that another one had lost. */
  | 'TAKEN_OVER';

/** Why changes are missing from a subscription. */
export type GapReason =
  /** The store no longer keeps history as old as the cursor. */
  | 'COMPACTED'
  /** The subscriber read too slowly and its queue overflowed. */
  | 'SLOW_CONSUMER'
  /** The store was restored or replaced. */
  | 'STORE_CHANGED';

/** A row of the table of groups. Of two rows with one name the last counts. */
export type LatencyRegionInput = {
  /** Codes of three letters. */
  countries: Array<Scalars['String']['input']>;
  /** Name, not of three characters: rules read these as a country. */
  group: Scalars['String']['input'];
};

/** How the building of a locked resource ended. */
export type OrderLockOutcome =
  /** The plan that was to build it was rolled back, has failed or was deleted. */
  | 'ABANDONED'
  /** It was built. */
  | 'COMPLETED'
  /** It could not be built. */
  | 'FAILED';

/** What a plan has to do with a locked resource. */
export type OrderLockStatus =
  /** The plan's order has built it. REST: `completed`. */
  | 'COMPLETED'
  /** It could not be built. REST: `failed`. */
  | 'FAILED'
  /** The plan waits until it is built. REST: `parked`. */
  | 'PARKED'
  /** The plan waited, and starts anew. REST: `rehome`. */
  | 'REHOME'
  /** The plan's order builds it. REST: `under-spin-up`. */
  | 'UNDER_SPIN_UP';

/** Which plans; all given conditions must hold. */
export type PlanFilter = {
  /** Plans created at this moment or later. */
  createdAfter?: InputMaybe<Scalars['DateTime']['input']>;
  /** Plans created earlier than this moment. */
  createdBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** Plans created by this user. */
  createdBy?: InputMaybe<Scalars['String']['input']>;
  /** Plans of exactly this name. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** Plans in one of these statuses. */
  statuses?: InputMaybe<Array<PlanStatus>>;
};

/** Order of plans, by their time of creation. */
export type PlanOrder =
  /** The newest plan first. */
  | 'NEWEST_FIRST'
  /** In the order of creation. */
  | 'OLDEST_FIRST';

/** Where a plan is in its life. `DONE`, `NOT_FOUND` and `ERROR` never change again. */
export type PlanStatus =
  /** Finished; the recommendations stand. REST: `done`. */
  | 'DONE'
  /** Finished; the message says what failed. REST: `error`. */
  | 'ERROR'
  /** Finished; nothing meets all constraints, and `diagnosis` says why. REST: `not found`. */
  | 'NOT_FOUND'
  /** Capacity is reserved at the service controller. REST: `reserving`. */
  | 'RESERVING'
  /** Placements are found; waits for reservation. REST: `solved`. */
  | 'SOLVED'
  /** Constraints are checked and placements searched. REST: `solving`. */
  | 'SOLVING'
  /** Accepted; waits for translation. REST: `template`. */
  | 'TEMPLATE'
  /** Every demand has candidates; waits for the solver. REST: `translated`. */
  | 'TRANSLATED'
  /** The inventory is asked for candidates. REST: `translating`. */
  | 'TRANSLATING'
  /** A chosen candidate is locked by another order that is still being built. REST: `waiting spinup`. */
  | 'WAITING_SPINUP';

/** Who is served first at each stage. Within a class the oldest plan goes first; one start of eight goes to the plan that waits longest of all, so nobody waits for ever. */
export type Priority =
  /** Before all others. REST: `high`. */
  | 'HIGH'
  /** After all others. REST: `low`. */
  | 'LOW'
  /** What plans have that ask for nothing. REST: `normal`. */
  | 'NORMAL';

/** State of one reservation step. */
export type ReservationState =
  /** The controller refused. */
  | 'FAILED'
  /** Recorded; the controller may or may not have been called yet. */
  | 'INTENDED'
  /** The controller confirmed the release. */
  | 'RELEASED'
  /** The release was refused or not confirmed; it is tried again until it succeeds. */
  | 'RELEASE_FAILED'
  /** The release is under way. */
  | 'RELEASING'
  /** The controller confirmed the reservation. */
  | 'RESERVED';

/** How a search ended. */
export type SearchStatus =
  /** There is an answer, and not all of it is proven best. */
  | 'FEASIBLE'
  /** It is proven that nothing fits, where a candidate that nobody could judge counts as not fit. */
  | 'INFEASIBLE'
  /** Each recommendation is proven best of its round; without an objective any placement that fits is best. */
  | 'OPTIMAL'
  /** A person ended the search; what had been found is kept. */
  | 'STOPPED'
  /** The time limit was reached before anything was found. */
  | 'TIMED_OUT';

/** A question about capacity to a service controller. */
export type ServiceCapacityInput = {
  /** Candidate to ask about. */
  candidateId: Scalars['String']['input'];
  /** Which controller, in any case; `SDN-C` when left out. */
  controller?: InputMaybe<Scalars['String']['input']>;
  /** Its host, where the controller tells candidates apart by host. */
  hostId?: InputMaybe<Scalars['String']['input']>;
  /** What would be reserved: the `request` object of a reservation or capacity constraint. */
  request: Scalars['JSON']['input'];
  /** Service model, for example `ADIOD`. */
  serviceModel: Scalars['String']['input'];
};

/** A spin-up that has ended. */
export type SpinUpInput = {
  /** Service resource id of the order that was built. */
  serviceResourceId: Scalars['String']['input'];
  /** How it ended. */
  status: SpinUpOutcome;
};

/** How a spin-up ended, as the orchestrator tells it. */
export type SpinUpOutcome =
  /** The resource is there. */
  | 'COMPLETED'
  /** The resource could not be built. */
  | 'FAILED';

/** The three kinds of work on a plan, named after the roles that do them. */
export type Stage =
  /** Translation of the template into a placement problem. */
  | 'CONTROLLER'
  /** Reservation of capacity for what was found. */
  | 'RESERVATION'
  /** Search for placements. */
  | 'SOLVER';

/** Where a candidate was dropped. */
export type TriageStage =
  /** By a constraint or by the objective. */
  | 'SOLVER'
  /** By the inventory side, before there was a problem to solve. */
  | 'TRANSLATION';

/** What a constraint says of a candidate. */
export type Verdict =
  /** It fits. */
  | 'FIT'
  /** It does not; the reason says why. */
  | 'REFUSED'
  /** Nobody could tell, or nobody was asked; it does not count as a fit. */
  | 'UNKNOWN';

/** What is different. */
export type WhatIfChanges = {
  /** Candidates added, removed or changed. */
  inventory?: InputMaybe<Array<CandidateOverlayInput>>;
  /** JSON merge patch (RFC 7396) of the template. */
  templatePatch?: InputMaybe<Scalars['JSON']['input']>;
};

export type PlanExplanationQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type PlanExplanationQuery = { __typename?: 'Query', plan?: { __typename?: 'Plan', id: string, message?: string | null, diagnosis?: { __typename?: 'Diagnosis', status?: SearchStatus | null, explanation?: { __typename?: 'Explanation', conflicts: Array<{ __typename?: 'ConflictSet', sentence: string }>, relaxations: Array<{ __typename?: 'Relaxation', path: string, property: unknown, sentence: string }> } | null } | null } | null };

export type PlanQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type PlanQuery = { __typename?: 'Query', plan?: { __typename?: 'Plan', id: string, name: string, status: PlanStatus, message?: string | null, created: string, updated: string, createdBy: string, requestId: string, numSolution: string, timeout: number, restPath: string, stages: Array<{ __typename?: 'StageProgress', stage: Stage, owner?: string | null, counter: number, failures: number, beganAt?: string | null }>, events: Array<{ __typename?: 'PlanEvent', seq: number, at: string, from?: PlanStatus | null, to: PlanStatus, reason: EventReason, actor: string, message?: string | null }>, demands?: Array<{ __typename?: 'PlanDemand', name: string, candidateCount: number, candidates: Array<{ __typename?: 'Candidate', candidateId: string, inventoryType?: string | null, locationId?: string | null }>, dropped: Array<{ __typename?: 'DroppedCandidate', candidateId: string, locationId?: string | null, reason: string }> }> | null, recommendations?: Array<{ __typename?: 'Recommendation', objective?: number | null, terms: Array<{ __typename?: 'ScoreTerm', function: string, demand: string, location?: string | null, weight: number, distanceKm?: number | null, cost?: number | null, value: number }>, demands: Array<{ __typename?: 'DemandRecommendation', demand: string, serviceResourceId?: string | null, restCandidate: unknown, attributes: unknown, candidate: { __typename?: 'Candidate', candidateId: string, inventoryType?: string | null, cloudOwner?: string | null, locationId?: string | null, vimId?: string | null, cost?: number | null, latitude?: number | null, longitude?: number | null, cloudRegion?: { __typename?: 'CloudRegion', id: string, cloudOwner: string, cloudRegionId: string, cloudRegionVersion?: string | null, status?: string | null, complex?: { __typename?: 'Complex', id: string, physicalLocationId: string, complexName?: string | null, city?: string | null, country?: string | null, latitude?: string | null, longitude?: string | null } | null } | null, genericVnf?: { __typename?: 'GenericVnf', id: string, vnfId: string, vnfName?: string | null, vservers: Array<{ __typename?: 'Vserver', id: string, vserverName?: string | null, pservers: Array<{ __typename?: 'Pserver', id: string, hostname: string, equipVendor?: string | null } | null> } | null> } | null } }> }> | null, diagnosis?: { __typename?: 'Diagnosis', summary: Array<string>, nodes: number, elapsedMs: number, timedOut: boolean, demands: Array<{ __typename?: 'DemandDiagnosis', demand: string, candidates: number, remaining: number, outcomes: Array<{ __typename?: 'ConstraintOutcome', constraint: string, type: string, before: number, after: number, rejected: Array<{ __typename?: 'CandidateRejection', candidateId: string, reason: string }> }> }> } | null, reservations: Array<{ __typename?: 'ReservationStep', step: string, order: number, demand: string, candidateId: string, controller: string, serviceModel: string, entityId: string, state: ReservationState, message?: string | null, updated: string }> } | null };

export type CreatePlanMutationVariables = Exact<{
  input: CreatePlanInput;
}>;


export type CreatePlanMutation = { __typename?: 'Mutation', createPlan:
    | { __typename: 'CreatePlanSuccess', replayed: boolean, plan: { __typename?: 'Plan', id: string, name: string, status: PlanStatus, created: string, restPath: string, cursor: string } }
    | { __typename: 'IdempotencyConflictError', code: ErrorCode, message: string, retryable: boolean }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, retryable: boolean }
    | { __typename: 'PayloadTooLargeError', code: ErrorCode, message: string, retryable: boolean }
    | { __typename: 'TemplateInvalidError', code: ErrorCode, message: string, retryable: boolean, issues: Array<{ __typename?: 'TemplateIssue', path: string, message: string, line?: number | null }> }
   };

export type ValidateTemplateQueryVariables = Exact<{
  template?: InputMaybe<Scalars['JSON']['input']>;
  templateText?: InputMaybe<Scalars['String']['input']>;
  files?: InputMaybe<Scalars['JSON']['input']>;
}>;


export type ValidateTemplateQuery = { __typename?: 'Query', validateTemplate: { __typename?: 'TemplateValidation', valid: boolean, issues: Array<{ __typename?: 'TemplateIssue', path: string, message: string, line?: number | null }> } };

export type PlansQueryVariables = Exact<{
  filter?: InputMaybe<PlanFilter>;
  orderBy?: PlanOrder;
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type PlansQuery = { __typename?: 'Query', plans: { __typename?: 'PlanConnection', nodes: Array<{ __typename?: 'Plan', id: string, name: string, status: PlanStatus, message?: string | null, created: string, createdBy: string }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } };

export type DeletePlanMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type DeletePlanMutation = { __typename?: 'Mutation', deletePlan:
    | { __typename: 'DeletePlanSuccess', planId: string }
    | { __typename: 'PlanNotFoundError', code: ErrorCode, message: string }
   };

export type PlanChangedSubscriptionVariables = Exact<{
  id: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type PlanChangedSubscription = { __typename?: 'Subscription', planChanged:
    | { __typename: 'Gap', reason: GapReason, cursor: string }
    | { __typename: 'PlanDeleted', planId: string, cursor: string }
    | { __typename: 'PlanUpdated', cursor: string, plan: { __typename?: 'Plan', id: string, status: PlanStatus, message?: string | null }, event: { __typename?: 'PlanEvent', seq: number, at: string, from?: PlanStatus | null, to: PlanStatus, reason: EventReason, actor: string, message?: string | null } }
   };

export type WhatIfQueryVariables = Exact<{
  planId: Scalars['ID']['input'];
  templatePatch: Scalars['JSON']['input'];
}>;


export type WhatIfQuery = { __typename?: 'Query', whatIf:
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string }
    | { __typename: 'PayloadTooLargeError', code: ErrorCode, message: string }
    | { __typename: 'PlanNotFoundError', code: ErrorCode, message: string }
    | { __typename: 'TemplateInvalidError', code: ErrorCode, message: string }
    | { __typename: 'WhatIfSuccess', recommendations: Array<{ __typename?: 'Recommendation', objective?: number | null, demands: Array<{ __typename?: 'DemandRecommendation', demand: string, candidate: { __typename?: 'Candidate', candidateId: string } }> }>, diagnosis: { __typename?: 'Diagnosis', status?: SearchStatus | null, explanation?: { __typename?: 'Explanation', sentences: Array<string>, complete: boolean, conflicts: Array<{ __typename?: 'ConflictSet', constraints: Array<string>, demands: Array<string>, sentence: string }>, relaxations: Array<{ __typename?: 'Relaxation', constraint: string, path: string, property: unknown, sentence: string }> } | null }, difference?: { __typename?: 'SolutionDifference', objectiveChange?: number | null, moves: Array<{ __typename?: 'DemandMove', demand: string, from?: string | null, to?: string | null }> } | null }
   };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const PlanExplanationDocument = new TypedDocumentString(`
    query PlanExplanation($id: ID!) {
  plan(id: $id) {
    id
    message
    diagnosis {
      status
      explanation {
        conflicts {
          sentence
        }
        relaxations {
          path
          property
          sentence
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PlanExplanationQuery, PlanExplanationQueryVariables>;
export const PlanDocument = new TypedDocumentString(`
    query Plan($id: ID!) {
  plan(id: $id) {
    id
    name
    status
    message
    created
    updated
    createdBy
    requestId
    numSolution
    timeout
    restPath
    stages {
      stage
      owner
      counter
      failures
      beganAt
    }
    events {
      seq
      at
      from
      to
      reason
      actor
      message
    }
    demands {
      name
      candidateCount
      candidates(first: 100) {
        candidateId
        inventoryType
        locationId
      }
      dropped {
        candidateId
        locationId
        reason
      }
    }
    recommendations {
      objective
      terms {
        function
        demand
        location
        weight
        distanceKm
        cost
        value
      }
      demands {
        demand
        serviceResourceId
        restCandidate
        attributes
        candidate {
          candidateId
          inventoryType
          cloudOwner
          locationId
          vimId
          cost
          latitude
          longitude
          cloudRegion {
            id
            cloudOwner
            cloudRegionId
            cloudRegionVersion
            status
            complex {
              id
              physicalLocationId
              complexName
              city
              country
              latitude
              longitude
            }
          }
          genericVnf {
            id
            vnfId
            vnfName
            vservers {
              id
              vserverName
              pservers {
                id
                hostname
                equipVendor
              }
            }
          }
        }
      }
    }
    diagnosis {
      summary
      nodes
      elapsedMs
      timedOut
      demands {
        demand
        candidates
        remaining
        outcomes {
          constraint
          type
          before
          after
          rejected {
            candidateId
            reason
          }
        }
      }
    }
    reservations {
      step
      order
      demand
      candidateId
      controller
      serviceModel
      entityId
      state
      message
      updated
    }
  }
}
    `) as unknown as TypedDocumentString<PlanQuery, PlanQueryVariables>;
export const CreatePlanDocument = new TypedDocumentString(`
    mutation CreatePlan($input: CreatePlanInput!) {
  createPlan(input: $input) {
    __typename
    ... on CreatePlanSuccess {
      replayed
      plan {
        id
        name
        status
        created
        restPath
        cursor
      }
    }
    ... on TemplateInvalidError {
      issues {
        path
        message
        line
      }
    }
    ... on Error {
      code
      message
      retryable
    }
  }
}
    `) as unknown as TypedDocumentString<CreatePlanMutation, CreatePlanMutationVariables>;
export const ValidateTemplateDocument = new TypedDocumentString(`
    query ValidateTemplate($template: JSON, $templateText: String, $files: JSON) {
  validateTemplate(
    template: $template
    templateText: $templateText
    files: $files
  ) {
    valid
    issues {
      path
      message
      line
    }
  }
}
    `) as unknown as TypedDocumentString<ValidateTemplateQuery, ValidateTemplateQueryVariables>;
export const PlansDocument = new TypedDocumentString(`
    query Plans($filter: PlanFilter, $orderBy: PlanOrder! = NEWEST_FIRST, $first: Int! = 20, $after: String) {
  plans(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes {
      id
      name
      status
      message
      created
      createdBy
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<PlansQuery, PlansQueryVariables>;
export const DeletePlanDocument = new TypedDocumentString(`
    mutation DeletePlan($id: ID!) {
  deletePlan(id: $id) {
    __typename
    ... on DeletePlanSuccess {
      planId
    }
    ... on Error {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeletePlanMutation, DeletePlanMutationVariables>;
export const PlanChangedDocument = new TypedDocumentString(`
    subscription PlanChanged($id: ID!, $after: String) {
  planChanged(id: $id, after: $after) {
    __typename
    cursor
    ... on PlanUpdated {
      plan {
        id
        status
        message
      }
      event {
        seq
        at
        from
        to
        reason
        actor
        message
      }
    }
    ... on PlanDeleted {
      planId
    }
    ... on Gap {
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<PlanChangedSubscription, PlanChangedSubscriptionVariables>;
export const WhatIfDocument = new TypedDocumentString(`
    query WhatIf($planId: ID!, $templatePatch: JSON!) {
  whatIf(planId: $planId, changes: {templatePatch: $templatePatch}) {
    __typename
    ... on WhatIfSuccess {
      recommendations {
        objective
        demands {
          demand
          candidate {
            candidateId
          }
        }
      }
      diagnosis {
        status
        explanation {
          conflicts {
            constraints
            demands
            sentence
          }
          relaxations {
            constraint
            path
            property
            sentence
          }
          sentences
          complete
        }
      }
      difference {
        moves {
          demand
          from
          to
        }
        objectiveChange
      }
    }
    ... on Error {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<WhatIfQuery, WhatIfQueryVariables>;