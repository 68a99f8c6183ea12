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

/** One thing that a demand can be placed on: a cloud region, a running service, a VF module, a slice … */
export type Candidate = {
  __typename?: 'Candidate';
  /** Unique within the demand: cloud region id, service instance id, VF module id or the like. */
  candidateId: Scalars['ID']['output'];
  /** City where it is. */
  city?: Maybe<Scalars['String']['output']>;
  /** Owner of its cloud region. */
  cloudOwner?: Maybe<Scalars['String']['output']>;
  /** Its cloud region as the inventory has it now. */
  cloudRegion?: Maybe<CloudRegion>;
  /** The complex where it is, as the inventory has it now. */
  complex?: Maybe<Complex>;
  /** Cost that an objective adds for choosing it. */
  cost?: Maybe<Scalars['Float']['output']>;
  /** Country where it is, as the inventory spells it. */
  country?: Maybe<Scalars['String']['output']>;
  /** Every field of the candidate under the names that templates use. */
  fields: Scalars['JSON']['output'];
  /** Its virtual network function as the inventory has it now, for services and VF modules. */
  genericVnf?: Maybe<GenericVnf>;
  /** Name of the virtual network function, for services and VF modules. */
  hostId?: Maybe<Scalars['String']['output']>;
  /** Which source offered it: `aai`, `generator` or `sdc`. */
  inventoryProvider?: Maybe<Scalars['String']['output']>;
  /** What kind of thing it is: `cloud`, `service`, `vfmodule`, `nssi` … */
  inventoryType?: Maybe<Scalars['String']['output']>;
  /** Degrees, north positive. */
  latitude?: Maybe<Scalars['Float']['output']>;
  /** Id of its cloud region. */
  locationId?: Maybe<Scalars['String']['output']>;
  /** Degrees, east positive. */
  longitude?: Maybe<Scalars['Float']['output']>;
  /** Id of the complex (the building) where it is. */
  physicalLocationId?: Maybe<Scalars['String']['output']>;
  /** The service instance that it is or belongs to, as the inventory has it now. */
  serviceInstance?: Maybe<ServiceInstance>;
  /** Name under which MultiCloud knows its cloud region. */
  vimId?: Maybe<Scalars['String']['output']>;
};

/** A candidate that a constraint refused. */
export type CandidateRejection = {
  __typename?: 'CandidateRejection';
  /** Which candidate of the demand. */
  candidateId: Scalars['ID']['output'];
  /** Why it was refused. */
  reason: Scalars['String']['output'];
};

/** One resource of a service controller. */
export type CapacityResource = {
  __typename?: 'CapacityResource';
  /** What is free. */
  available?: Maybe<Scalars['Float']['output']>;
  /** End of the connection it belongs to. */
  endpointPosition?: Maybe<Scalars['String']['output']>;
  /** All there is. */
  limit?: Maybe<Scalars['Float']['output']>;
  /** Name of the resource. */
  name: Scalars['String']['output'];
  /** State in the words of the controller. */
  status?: Maybe<Scalars['String']['output']>;
  /** What is taken. */
  used?: Maybe<Scalars['Float']['output']>;
};

/** A cloud region: one instance of an infrastructure manager, identified by its owner and id together. */
export type CloudRegion = Node & {
  __typename?: 'CloudRegion';
  /** Names of its availability zones. */
  availabilityZones: Array<Scalars['String']['output']>;
  /** Owner; first half of its key in A&AI. */
  cloudOwner: Scalars['String']['output'];
  /** Id; second half of its key in A&AI. */
  cloudRegionId: Scalars['String']['output'];
  /** Software version, as far as the inventory keeps it. */
  cloudRegionVersion?: Maybe<Scalars['String']['output']>;
  /** Kind of cloud, for example `openstack`. */
  cloudType?: Maybe<Scalars['String']['output']>;
  /** Zone that the owner assigns. */
  cloudZone?: Maybe<Scalars['String']['output']>;
  /** The complex that it stands in. */
  complex?: Maybe<Complex>;
  /** Site name noted in the region itself; less reliable than `complex`. */
  complexName?: Maybe<Scalars['String']['output']>;
  /** Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own. */
  id: Scalars['ID']['output'];
  /** Whether it is under maintenance. */
  inMaint?: Maybe<Scalars['Boolean']['output']>;
  /** Whether orchestration is switched off. */
  orchestrationDisabled?: Maybe<Scalars['Boolean']['output']>;
  /** Kind of region in the words of its owner. */
  ownerDefinedType?: Maybe<Scalars['String']['output']>;
  /** Id of its complex; null when the inventory names none or several. */
  physicalLocationId?: Maybe<Scalars['String']['output']>;
  /** Whether SR-IOV is automated. */
  sriovAutomation?: Maybe<Scalars['String']['output']>;
  /** Status that its operator gave it. */
  status?: Maybe<Scalars['String']['output']>;
};

/** A page of cloud regions. */
export type CloudRegionConnection = {
  __typename?: 'CloudRegionConnection';
  /** The cloud regions with their cursors. */
  edges: Array<CloudRegionEdge>;
  /** The cloud regions alone. */
  nodes: Array<CloudRegion>;
  /** Where this page stands. */
  pageInfo: PageInfo;
};

/** A cloud region within a page. */
export type CloudRegionEdge = {
  __typename?: 'CloudRegionEdge';
  /** Position of the cloud region, to be given as `after`. */
  cursor: Scalars['String']['output'];
  /** The cloud region. */
  node: CloudRegion;
};

/** A complex: a physical site such as a data centre or a central office. */
export type Complex = Node & {
  __typename?: 'Complex';
  /** City. */
  city?: Maybe<Scalars['String']['output']>;
  /** Name of the site. */
  complexName?: Maybe<Scalars['String']['output']>;
  /** Country. */
  country?: Maybe<Scalars['String']['output']>;
  /** Code of the data centre. */
  dataCenterCode?: Maybe<Scalars['String']['output']>;
  /** Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own. */
  id: Scalars['ID']['output'];
  /** Degrees as text, as the inventory gives them. */
  latitude?: Maybe<Scalars['String']['output']>;
  /** Degrees as text, as the inventory gives them. */
  longitude?: Maybe<Scalars['String']['output']>;
  /** Its key in A&AI, often a CLLI code. */
  physicalLocationId: Scalars['String']['output'];
  /** Kind of site. */
  physicalLocationType?: Maybe<Scalars['String']['output']>;
  /** Postal code. */
  postalCode?: Maybe<Scalars['String']['output']>;
  /** Geographic region, for example `US-East`; not a cloud region. */
  region?: Maybe<Scalars['String']['output']>;
  /** State or province. */
  state?: Maybe<Scalars['String']['output']>;
  /** Street address. */
  street1?: Maybe<Scalars['String']['output']>;
  /** Time zone. */
  timeZone?: Maybe<Scalars['String']['output']>;
};

/** A page of complexes. */
export type ComplexConnection = {
  __typename?: 'ComplexConnection';
  /** The complexes with their cursors. */
  edges: Array<ComplexEdge>;
  /** The complexes alone. */
  nodes: Array<Complex>;
  /** Where this page stands. */
  pageInfo: PageInfo;
};

/** A complex within a page. */
export type ComplexEdge = {
  __typename?: 'ComplexEdge';
  /** Position of the complex, to be given as `after`. */
  cursor: Scalars['String']['output'];
  /** The complex. */
  node: Complex;
};

/** What one constraint did to one demand's candidates. */
export type ConstraintOutcome = {
  __typename?: 'ConstraintOutcome';
  /** Candidates that it left. */
  after: Scalars['Int']['output'];
  /** Candidates that it was asked about. */
  before: Scalars['Int']['output'];
  /** Name of the constraint. */
  constraint: Scalars['String']['output'];
  /** The candidates that it refused. */
  rejected: Array<CandidateRejection>;
  /** Type of the constraint, for example `distance_to_location`. */
  type: Scalars['String']['output'];
};

/** A new plan. Give the template in one of its two forms. */
export type CreatePlanInput = {
  /** Contents for `get_file`, by name: a JSON object. */
  files?: InputMaybe<Scalars['JSON']['input']>;
  /** A text of your choice. Repeating the call with the same key and the same content gives the first plan again instead of a second one. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Any name; a UUID is made when left out. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** How many recommendations are wanted: a number from 1, or `all`. */
  numSolution?: InputMaybe<Scalars['String']['input']>;
  /** The homing template as a JSON object. */
  template?: InputMaybe<Scalars['JSON']['input']>;
  /** The homing template as YAML 1.1 or JSON text. */
  templateText?: InputMaybe<Scalars['String']['input']>;
  /** Seconds after which you lose interest; informative. */
  timeout?: InputMaybe<Scalars['Int']['input']>;
};

/** The plan, or why there is none. */
export type CreatePlanResult = CreatePlanSuccess | IdempotencyConflictError | InvalidInputError | PayloadTooLargeError | TemplateInvalidError;

/** The plan was accepted; its stages follow by themselves. Watch it with `planChanged`. */
export type CreatePlanSuccess = {
  __typename?: 'CreatePlanSuccess';
  /** The plan as it was accepted. */
  plan: Plan;
  /** Whether an earlier call with the same idempotency key had already made this plan. */
  replayed: Scalars['Boolean']['output'];
};

/** A customer. */
export type Customer = Node & {
  __typename?: 'Customer';
  /** Its key in A&AI. */
  globalCustomerId: Scalars['String']['output'];
  /** Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own. */
  id: Scalars['ID']['output'];
  /** Name. */
  subscriberName?: Maybe<Scalars['String']['output']>;
  /** Kind of subscriber. */
  subscriberType?: Maybe<Scalars['String']['output']>;
};

/** The deletion, or why nothing was deleted. */
export type DeletePlanResult = DeletePlanSuccess | PlanNotFoundError;

/** The plan is gone with its documents and its history. Work on it stops. */
export type DeletePlanSuccess = {
  __typename?: 'DeletePlanSuccess';
  /** Id that the plan had. */
  planId: Scalars['ID']['output'];
};

/** What became of the candidates of one demand. */
export type DemandDiagnosis = {
  __typename?: 'DemandDiagnosis';
  /** Candidates before any constraint. */
  candidates: Scalars['Int']['output'];
  /** Name of the demand. */
  demand: Scalars['String']['output'];
  /** Constraint by constraint, in the order in which they were applied. */
  outcomes: Array<ConstraintOutcome>;
  /** Candidates after all constraints. */
  remaining: Scalars['Int']['output'];
};

/** The choice for one demand. */
export type DemandRecommendation = {
  __typename?: 'DemandRecommendation';
  /** The `attributes` object exactly as the REST API gives it. */
  attributes: Scalars['JSON']['output'];
  /** The chosen candidate with all its facts. */
  candidate: Candidate;
  /** Name of the demand in the template. */
  demand: Scalars['String']['output'];
  /** As REST gives it; `aai` whatever the real source. */
  inventoryProvider: Scalars['String']['output'];
  /** The `candidate` object exactly as the REST API gives it. */
  restCandidate: Scalars['JSON']['output'];
  /** The service resource id of the demand, unchanged. */
  serviceResourceId?: Maybe<Scalars['String']['output']>;
};

/** How the solver came to its result. */
export type Diagnosis = {
  __typename?: 'Diagnosis';
  /** Demand by demand. */
  demands: Array<DemandDiagnosis>;
  /** Time of the search in milliseconds. */
  elapsedMs: Scalars['Float']['output'];
  /** Partial placements that the search looked at. */
  nodes: Scalars['Float']['output'];
  /** Plain sentences, most important first. */
  summary: Array<Scalars['String']['output']>;
  /** Whether the search was cut short by its time limit. */
  timedOut: Scalars['Boolean']['output'];
};

/** Something the inventory offered that did not become a candidate. */
export type DroppedCandidate = {
  __typename?: 'DroppedCandidate';
  /** Its id in the inventory. */
  candidateId: Scalars['ID']['output'];
  /** Cloud region it belongs to, when known. */
  locationId?: Maybe<Scalars['String']['output']>;
  /** Why it was left out. */
  reason: Scalars['String']['output'];
};

/** Why a call did not do what was asked, in a form that the caller is expected to handle. */
export type Error = {
  /** Match on this; it never changes its meaning. */
  code: ErrorCode;
  /** For people; safe to show. */
  message: Scalars['String']['output'];
  /** Whether the same call may succeed later without a change. */
  retryable: Scalars['Boolean']['output'];
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
  /** Stop the other program or choose another port with --port. */
  | 'PORT_IN_USE'
  /** Internal: the reader lists again and reports a gap. */
  | 'STORE_COMPACTED'
  /** One process may open a data folder; use --data-dir, or etcd for several processes. */
  | 'STORE_LOCKED'
  /** Read back before repeating, or repeat with the same idempotency key. */
  | 'STORE_OUTCOME_UNKNOWN'
  /** etcd does not answer, or the embedded store is closed. */
  | 'STORE_UNAVAILABLE'
  /** Refused before it reaches the store, so that nothing else suffers. */
  | 'STORE_VALUE_TOO_LARGE'
  /** The homing template breaks a rule; each issue names its path. */
  | 'TEMPLATE_INVALID'
  /** Wrong user name or password. */
  | 'UNAUTHENTICATED'
  /** Not JSON, cut off, too large, or of another shape; the message names the system. */
  | 'UPSTREAM_BAD_DATA'
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
  /** The plan starts again because a lock it waited for was decided. */
  | 'REHOMED'
  /** Reservations were released and the plan is solved anew. */
  | 'ROLLED_BACK'
  /** A worker went on with a stage that another one had lost. */
  | 'TAKEN_OVER';

/** Changes between the last cursor and now are lost; what follows starts from the present state. */
export type Gap = PlanChange & {
  __typename?: 'Gap';
  /** Give it as `after` to go on behind this item: nothing is lost and nothing comes twice, or a `Gap` says so. */
  cursor: Scalars['String']['output'];
  /** Why they are lost. */
  reason: GapReason;
};

/** Why changes are missing from a subscription. */
export type GapReason =
  /** The store no longer keeps history as old as the cursor. */
  | 'COMPACTED'
  /** The subscriber read too slowly and its queue overflowed. */
  | 'SLOW_CONSUMER'
  /** The store was restored or replaced. */
  | 'STORE_CHANGED';

/** A running virtual network function. */
export type GenericVnf = Node & {
  __typename?: 'GenericVnf';
  /** The cloud region that it runs in. */
  cloudRegion?: Maybe<CloudRegion>;
  /** The customer that it serves. */
  customer?: Maybe<Customer>;
  /** Role of the equipment; demands filter by it. */
  equipmentRole?: Maybe<Scalars['String']['output']>;
  /** Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own. */
  id: Scalars['ID']['output'];
  /** Whether it is under maintenance. */
  inMaint?: Maybe<Scalars['Boolean']['output']>;
  /** Management address. */
  ipv4OamAddress?: Maybe<Scalars['String']['output']>;
  /** Customization id of its model. */
  modelCustomizationId?: Maybe<Scalars['String']['output']>;
  /** Invariant id of its model. */
  modelInvariantId?: Maybe<Scalars['String']['output']>;
  /** Version id of its model. */
  modelVersionId?: Maybe<Scalars['String']['output']>;
  /** Function in the naming of the service designer. */
  nfFunction?: Maybe<Scalars['String']['output']>;
  /** Role in the naming of the service designer. */
  nfRole?: Maybe<Scalars['String']['output']>;
  /** Type in the naming of the service designer. */
  nfType?: Maybe<Scalars['String']['output']>;
  /** Operational status. */
  operationalStatus?: Maybe<Scalars['String']['output']>;
  /** Orchestration status. */
  orchestrationStatus?: Maybe<Scalars['String']['output']>;
  /** Provisioning status. */
  provStatus?: Maybe<Scalars['String']['output']>;
  /** The service instances that use it. */
  serviceInstances: Array<Maybe<ServiceInstance>>;
  /** Virtual CPUs. */
  vcpu?: Maybe<Scalars['Float']['output']>;
  /** Disk, in the unit of the inventory. */
  vdisk?: Maybe<Scalars['Float']['output']>;
  /** Memory, in the unit of the inventory. */
  vmemory?: Maybe<Scalars['Float']['output']>;
  /** Its key in A&AI. */
  vnfId: Scalars['String']['output'];
  /** Its name, which candidates carry as `host_id`. */
  vnfName?: Maybe<Scalars['String']['output']>;
  /** Type of the function. */
  vnfType?: Maybe<Scalars['String']['output']>;
  /** The virtual machines that it runs on; an entry is null where the inventory has none behind the link. */
  vservers: Array<Maybe<Vserver>>;
};

/** The idempotency key was used before with another request. Nothing was created; use a new key. */
export type IdempotencyConflictError = Error & {
  __typename?: 'IdempotencyConflictError';
  /** Match on this; it never changes its meaning. */
  code: ErrorCode;
  /** For people; safe to show. */
  message: Scalars['String']['output'];
  /** Whether the same call may succeed later without a change. */
  retryable: Scalars['Boolean']['output'];
};

/** An argument breaks a rule; the message names it. Nothing was done. */
export type InvalidInputError = Error & {
  __typename?: 'InvalidInputError';
  /** Match on this; it never changes its meaning. */
  code: ErrorCode;
  /** For people; safe to show. */
  message: Scalars['String']['output'];
  /** Whether the same call may succeed later without a change. */
  retryable: Scalars['Boolean']['output'];
};

/** How fresh the cached part of the inventory is: cloud regions and complexes. */
export type InventoryStatus = {
  __typename?: 'InventoryStatus';
  /** Cloud regions known. */
  cloudRegions: Scalars['Int']['output'];
  /** Complexes known. */
  complexes: Scalars['Int']['output'];
  /** Why the last read failed; null when it did not. */
  lastError?: Maybe<Scalars['String']['output']>;
  /** When it was read last with success; null before the first time. */
  refreshedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Whether the last read failed and the last good data is served. */
  stale: Scalars['Boolean']['output'];
};

/** A network interface of a virtual machine. */
export type LInterface = {
  __typename?: 'LInterface';
  /** Id. */
  interfaceId?: Maybe<Scalars['String']['output']>;
  /** Name within the virtual machine. */
  interfaceName: Scalars['String']['output'];
  /** IPv4 addresses. */
  ipv4Addresses: Array<Scalars['String']['output']>;
  /** IPv6 addresses. */
  ipv6Addresses: Array<Scalars['String']['output']>;
  /** Hardware address. */
  macaddr?: Maybe<Scalars['String']['output']>;
  /** Network that it is attached to. */
  networkName?: Maybe<Scalars['String']['output']>;
};

/** Changing things. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Asks for a placement. Rules of the template that only translation can check end in the status `ERROR`; use `validateTemplate` to find them beforehand. */
  createPlan: CreatePlanResult;
  /** Deletes a plan in any status. Reservations that it holds are not released. */
  deletePlan: DeletePlanResult;
  /** Reads the cached part of the inventory anew and answers when that is done. */
  refreshInventory: InventoryStatus;
};


/** Changing things. */
export type MutationCreatePlanArgs = {
  input: CreatePlanInput;
};


/** Changing things. */
export type MutationDeletePlanArgs = {
  id: Scalars['ID']['input'];
};

/** An object that can be fetched again by its id with `node(id)`. */
export type Node = {
  /** Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own. */
  id: Scalars['ID']['output'];
};

/** Where a page stands within its connection. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Cursor of the last item, to be given as `after` for the next page; null on an empty page. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether items follow this page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether the page was asked for with `after`. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first item; null on an empty page. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** The template with its files is larger than the gateway or its store takes. Nothing was created. */
export type PayloadTooLargeError = Error & {
  __typename?: 'PayloadTooLargeError';
  /** Match on this; it never changes its meaning. */
  code: ErrorCode;
  /** For people; safe to show. */
  message: Scalars['String']['output'];
  /** Whether the same call may succeed later without a change. */
  retryable: Scalars['Boolean']['output'];
};

/** A request for a placement, from its template to its recommendations. `id` is the UUID that REST uses too. */
export type Plan = Node & {
  __typename?: 'Plan';
  /** When the plan was accepted. */
  created: Scalars['DateTime']['output'];
  /** Who created the plan. */
  createdBy: Scalars['String']['output'];
  /** The demands with the candidates found for them; null until the template is translated. */
  demands?: Maybe<Array<PlanDemand>>;
  /** What became of the candidates: which constraint removed how many. Null until the solver has ended. */
  diagnosis?: Maybe<Diagnosis>;
  /** History of the plan, oldest first, up to the state shown here. */
  events: Array<PlanEvent>;
  /** Files that came with the template, by name. */
  files: Scalars['JSON']['output'];
  /** Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own. */
  id: Scalars['ID']['output'];
  /** Digest of all candidates: two plans with the same digest saw the same inventory. Null until translated. */
  inventoryDigest?: Maybe<Scalars['String']['output']>;
  /** What there is to say about the status, above all the cause of an error; null when nothing. */
  message?: Maybe<Scalars['String']['output']>;
  /** Name given by the creator; need not be unique. */
  name: Scalars['String']['output'];
  /** How many recommendations were asked for: a number, or `all`. */
  numSolution: Scalars['String']['output'];
  /** The placements found, best first; null until the solver has ended, empty when nothing fits. */
  recommendations?: Maybe<Array<Recommendation>>;
  /** Transaction id of the creating request; it is on every upstream call and log line of the plan. */
  requestId: Scalars['String']['output'];
  /** Steps of the reservation, in the order in which they are made; empty when nothing is to be reserved. */
  reservations: Array<ReservationStep>;
  /** Path of the plan in the REST API. */
  restPath: Scalars['String']['output'];
  /** Who worked on the plan and how often, for each stage in order. */
  stages: Array<StageProgress>;
  /** Where the plan is in its life. */
  status: PlanStatus;
  /** The homing template as it was sent, parsed. */
  template: Scalars['JSON']['output'];
  /** Seconds after which the creator loses interest; informative. */
  timeout: Scalars['Int']['output'];
  /** When the status changed last. */
  updated: Scalars['DateTime']['output'];
};


/** A request for a placement, from its template to its recommendations. `id` is the UUID that REST uses too. */
export type PlanEventsArgs = {
  afterSeq?: Scalars['Int']['input'];
};

/** One item of a subscription to plans. */
export type PlanChange = {
  /** Give it as `after` to go on behind this item: nothing is lost and nothing comes twice, or a `Gap` says so. */
  cursor: Scalars['String']['output'];
};

/** A page of plans. */
export type PlanConnection = {
  __typename?: 'PlanConnection';
  /** The plans with their cursors. */
  edges: Array<PlanEdge>;
  /** The plans alone. */
  nodes: Array<Plan>;
  /** Where this page stands. */
  pageInfo: PageInfo;
};

/** A plan was deleted. It is the last item about that plan. */
export type PlanDeleted = PlanChange & {
  __typename?: 'PlanDeleted';
  /** Give it as `after` to go on behind this item: nothing is lost and nothing comes twice, or a `Gap` says so. */
  cursor: Scalars['String']['output'];
  /** Id that the plan had. */
  planId: Scalars['ID']['output'];
};

/** One demand of the template with the candidates that the inventory has for it. */
export type PlanDemand = {
  __typename?: 'PlanDemand';
  /** How many candidates there are. */
  candidateCount: Scalars['Int']['output'];
  /** The candidates in inventory order, before any constraint. */
  candidates: Array<Candidate>;
  /** What was left out, and why. */
  dropped: Array<DroppedCandidate>;
  /** Name of the demand in the template. */
  name: Scalars['String']['output'];
};


/** One demand of the template with the candidates that the inventory has for it. */
export type PlanDemandCandidatesArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  first?: Scalars['Int']['input'];
};

/** A plan within a page. */
export type PlanEdge = {
  __typename?: 'PlanEdge';
  /** Position of the plan, to be given as `after`. */
  cursor: Scalars['String']['output'];
  /** The plan. */
  node: Plan;
};

/** One change of a plan. It is written together with the status that it explains and never changes. */
export type PlanEvent = {
  __typename?: 'PlanEvent';
  /** Worker or user that caused it. */
  actor: Scalars['String']['output'];
  /** When it happened. */
  at: Scalars['DateTime']['output'];
  /** Status before; null for the first event. */
  from?: Maybe<PlanStatus>;
  /** What there is to say about it; null when nothing. */
  message?: Maybe<Scalars['String']['output']>;
  /** Why it happened. */
  reason: EventReason;
  /** Counts from 1 without holes within the plan. */
  seq: Scalars['Int']['output'];
  /** Status after. */
  to: PlanStatus;
};

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

/** No plan has this id, or it was deleted. */
export type PlanNotFoundError = Error & {
  __typename?: 'PlanNotFoundError';
  /** Match on this; it never changes its meaning. */
  code: ErrorCode;
  /** For people; safe to show. */
  message: Scalars['String']['output'];
  /** Whether the same call may succeed later without a change. */
  retryable: Scalars['Boolean']['output'];
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

/** A plan was created or changed its status. */
export type PlanUpdated = PlanChange & {
  __typename?: 'PlanUpdated';
  /** Give it as `after` to go on behind this item: nothing is lost and nothing comes twice, or a `Gap` says so. */
  cursor: Scalars['String']['output'];
  /** What happened. */
  event: PlanEvent;
  /** The plan as it was right after the event. */
  plan: Plan;
};

/** A physical server. */
export type Pserver = Node & {
  __typename?: 'Pserver';
  /** The complex that it stands in. */
  complex?: Maybe<Complex>;
  /** Disk in gigabytes. */
  diskInGigabytes?: Maybe<Scalars['Float']['output']>;
  /** Model. */
  equipModel?: Maybe<Scalars['String']['output']>;
  /** Kind of equipment. */
  equipType?: Maybe<Scalars['String']['output']>;
  /** Vendor. */
  equipVendor?: Maybe<Scalars['String']['output']>;
  /** Its key in A&AI. */
  hostname: Scalars['String']['output'];
  /** Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own. */
  id: Scalars['ID']['output'];
  /** Whether it is under maintenance. */
  inMaint?: Maybe<Scalars['Boolean']['output']>;
  /** Processors. */
  numberOfCpus?: Maybe<Scalars['Float']['output']>;
  /** Id of its complex. */
  physicalLocationId?: Maybe<Scalars['String']['output']>;
  /** Provisioning status. */
  provStatus?: Maybe<Scalars['String']['output']>;
  /** What it is used for. */
  purpose?: Maybe<Scalars['String']['output']>;
  /** Memory in megabytes. */
  ramInMegabytes?: Maybe<Scalars['Float']['output']>;
};

/** Reading. Nothing here changes anything. */
export type Query = {
  __typename?: 'Query';
  /** The cloud region with this key; null when there is none. */
  cloudRegion?: Maybe<CloudRegion>;
  /** The known cloud regions by owner and id, page by page. */
  cloudRegions: CloudRegionConnection;
  /** The complex with this key; null when there is none. */
  complex?: Maybe<Complex>;
  /** The known complexes by their key, page by page. */
  complexes: ComplexConnection;
  /** The customer with this key; null when there is none. */
  customer?: Maybe<Customer>;
  /** The virtual network function with this key; null when there is none. */
  genericVnf?: Maybe<GenericVnf>;
  /** How fresh the cached part of the inventory is. */
  inventoryStatus: InventoryStatus;
  /** Any object by its global id; null when there is none. */
  node?: Maybe<Node>;
  /** The plan with this id; null when there is none. */
  plan?: Maybe<Plan>;
  /** Plans by time of creation, page by page. */
  plans: PlanConnection;
  /** Asks a service controller what is free for a candidate. Nothing is reserved. */
  serviceCapacity: ServiceCapacity;
  /** The service instance with this key; null when there is none. */
  serviceInstance?: Maybe<ServiceInstance>;
  /** Checks a homing template without creating a plan or asking an inventory. Give one of its two forms. */
  validateTemplate: TemplateValidation;
};


/** Reading. Nothing here changes anything. */
export type QueryCloudRegionArgs = {
  cloudOwner: Scalars['String']['input'];
  cloudRegionId: Scalars['String']['input'];
};


/** Reading. Nothing here changes anything. */
export type QueryCloudRegionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  cloudOwner?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};


/** Reading. Nothing here changes anything. */
export type QueryComplexArgs = {
  id: Scalars['ID']['input'];
};


/** Reading. Nothing here changes anything. */
export type QueryComplexesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};


/** Reading. Nothing here changes anything. */
export type QueryCustomerArgs = {
  id: Scalars['ID']['input'];
};


/** Reading. Nothing here changes anything. */
export type QueryGenericVnfArgs = {
  id: Scalars['ID']['input'];
};


/** Reading. Nothing here changes anything. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** Reading. Nothing here changes anything. */
export type QueryPlanArgs = {
  id: Scalars['ID']['input'];
};


/** Reading. Nothing here changes anything. */
export type QueryPlansArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<PlanFilter>;
  first?: Scalars['Int']['input'];
  orderBy?: PlanOrder;
};


/** Reading. Nothing here changes anything. */
export type QueryServiceCapacityArgs = {
  input: ServiceCapacityInput;
};


/** Reading. Nothing here changes anything. */
export type QueryServiceInstanceArgs = {
  id: Scalars['ID']['input'];
};


/** Reading. Nothing here changes anything. */
export type QueryValidateTemplateArgs = {
  files?: InputMaybe<Scalars['JSON']['input']>;
  template?: InputMaybe<Scalars['JSON']['input']>;
  templateText?: InputMaybe<Scalars['String']['input']>;
};

/** One complete placement: every demand has a candidate. */
export type Recommendation = {
  __typename?: 'Recommendation';
  /** The choice for each demand. */
  demands: Array<DemandRecommendation>;
  /** Value of the objective, the smaller the better; null when the template has none. */
  objective?: Maybe<Scalars['Float']['output']>;
  /** What the objective is made of. */
  terms: Array<ScoreTerm>;
};

/** State of one reservation step. */
export type ReservationState =
  /** The controller refused. */
  | 'FAILED'
  /** Recorded; the controller may or may not have been called yet. */
  | 'INTENDED'
  /** The controller confirmed the release. */
  | 'RELEASED'
  /** The release was refused or not confirmed; look at the controller. */
  | 'RELEASE_FAILED'
  /** The release is under way. */
  | 'RELEASING'
  /** The controller confirmed the reservation. */
  | 'RESERVED';

/** Capacity reserved, or to be reserved, for one choice at a service controller. */
export type ReservationStep = {
  __typename?: 'ReservationStep';
  /** Candidate whose capacity is reserved. */
  candidateId: Scalars['ID']['output'];
  /** Which controller, for example `SDN-C`. */
  controller: Scalars['String']['output'];
  /** Demand that it is for. */
  demand: Scalars['String']['output'];
  /** Id under which the controller knows the reservation. */
  entityId: Scalars['String']['output'];
  /** What the controller said; null when nothing. */
  message?: Maybe<Scalars['String']['output']>;
  /** Position in the order of reserving, from 0. */
  order: Scalars['Int']['output'];
  /** Service model given in the template. */
  serviceModel: Scalars['String']['output'];
  /** How far it is. */
  state: ReservationState;
  /** Unique within the plan. */
  step: Scalars['String']['output'];
  /** When its state changed last. */
  updated: Scalars['DateTime']['output'];
};

/** One term of the objective, as it comes out for this placement. */
export type ScoreTerm = {
  __typename?: 'ScoreTerm';
  /** The candidate's cost, where the function includes it. */
  cost?: Maybe<Scalars['Float']['output']>;
  /** Demand that it is about. */
  demand: Scalars['String']['output'];
  /** Great-circle distance in kilometres; null for terms without one. */
  distanceKm?: Maybe<Scalars['Float']['output']>;
  /** Function of the term, for example `distance_between`. */
  function: Scalars['String']['output'];
  /** Location that the distance is measured from, where there is one. */
  location?: Maybe<Scalars['String']['output']>;
  /** What the term adds to the objective. */
  value: Scalars['Float']['output'];
  /** Factor given in the template. */
  weight: Scalars['Float']['output'];
};

/** Free and used capacity as a service controller reports it. */
export type ServiceCapacity = {
  __typename?: 'ServiceCapacity';
  /** Response code of the controller. */
  code: Scalars['String']['output'];
  /** What the controller said. */
  message: Scalars['String']['output'];
  /** Whether the controller could answer. */
  ok: Scalars['Boolean']['output'];
  /** Resource by resource. */
  resources: Array<CapacityResource>;
};

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

/** A running service of a customer. */
export type ServiceInstance = Node & {
  __typename?: 'ServiceInstance';
  /** The customer that has it. */
  customer?: Maybe<Customer>;
  /** Environment that it belongs to. */
  environmentContext?: Maybe<Scalars['String']['output']>;
  /** Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own. */
  id: Scalars['ID']['output'];
  /** Invariant id of its model. */
  modelInvariantId?: Maybe<Scalars['String']['output']>;
  /** Version id of its model. */
  modelVersionId?: Maybe<Scalars['String']['output']>;
  /** Orchestration status. */
  orchestrationStatus?: Maybe<Scalars['String']['output']>;
  /** Its key in A&AI. */
  serviceInstanceId: Scalars['String']['output'];
  /** Name. */
  serviceInstanceName?: Maybe<Scalars['String']['output']>;
  /** Role of the service. */
  serviceRole?: Maybe<Scalars['String']['output']>;
  /** Subscription under which the customer has it. */
  serviceSubscription?: Maybe<Scalars['String']['output']>;
  /** Type of the service. */
  serviceType?: Maybe<Scalars['String']['output']>;
  /** Its virtual network functions; an entry is null where the inventory has none of that id. */
  vnfs: Array<Maybe<GenericVnf>>;
  /** Workload that it carries. */
  workloadContext?: Maybe<Scalars['String']['output']>;
};

/** The three kinds of work on a plan, named after the roles that do them. */
export type Stage =
  /** Translation of the template into a placement problem. */
  | 'CONTROLLER'
  /** Reservation of capacity for what was found. */
  | 'RESERVATION'
  /** Search for placements. */
  | 'SOLVER';

/** What is remembered of one stage of a plan. */
export type StageProgress = {
  __typename?: 'StageProgress';
  /** When it was begun last; null before. */
  beganAt?: Maybe<Scalars['DateTime']['output']>;
  /** How often it was begun, take-overs included. */
  counter: Scalars['Int']['output'];
  /** Failed attempts; the configured maximum counter limits these. */
  failures: Scalars['Int']['output'];
  /** Worker that began it last; null before. */
  owner?: Maybe<Scalars['String']['output']>;
  /** Which stage. */
  stage: Stage;
};

/** Live changes. Every item has a cursor with which a broken subscription goes on. */
export type Subscription = {
  __typename?: 'Subscription';
  /** Changes of one plan. Without `after` the newest event comes first, so that the present state is known at once. */
  planChanged: PlanChange;
  /** Changes of all plans, or of those that a filter names. Without `after` changes from now on. */
  plansChanged: PlanChange;
};


/** Live changes. Every item has a cursor with which a broken subscription goes on. */
export type SubscriptionPlanChangedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
};


/** Live changes. Every item has a cursor with which a broken subscription goes on. */
export type SubscriptionPlansChangedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<PlanFilter>;
};

/** The template cannot be read: not YAML or JSON, a repeated key, or nested too deeply. Nothing was created. */
export type TemplateInvalidError = Error & {
  __typename?: 'TemplateInvalidError';
  /** Match on this; it never changes its meaning. */
  code: ErrorCode;
  /** Every problem found, in the order of the template. */
  issues: Array<TemplateIssue>;
  /** For people; safe to show. */
  message: Scalars['String']['output'];
  /** Whether the same call may succeed later without a change. */
  retryable: Scalars['Boolean']['output'];
};

/** One broken rule of a homing template. */
export type TemplateIssue = {
  __typename?: 'TemplateIssue';
  /** Line, counted from 1, when the template was sent as text. */
  line?: Maybe<Scalars['Int']['output']>;
  /** Which rule is broken and how. */
  message: Scalars['String']['output'];
  /** Place in the template, for example `demands > vG[0] > inventory_type`; empty for the whole document. */
  path: Scalars['String']['output'];
};

/** What is wrong with a template, as far as that can be told without asking an inventory. */
export type TemplateValidation = {
  __typename?: 'TemplateValidation';
  /** Every broken rule. */
  issues: Array<TemplateIssue>;
  /** Whether no rule is broken. */
  valid: Scalars['Boolean']['output'];
};

/** A virtual machine. */
export type Vserver = Node & {
  __typename?: 'Vserver';
  /** The cloud region that it runs in. */
  cloudRegion?: Maybe<CloudRegion>;
  /** Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own. */
  id: Scalars['ID']['output'];
  /** Whether it is under maintenance. */
  inMaint?: Maybe<Scalars['Boolean']['output']>;
  /** Its network interfaces. */
  interfaces: Array<LInterface>;
  /** Its path in A&AI without host and version. */
  link: Scalars['String']['output'];
  /** Provisioning status. */
  provStatus?: Maybe<Scalars['String']['output']>;
  /** The physical servers that carry it; an entry is null where the inventory has none of that name. */
  pservers: Array<Maybe<Pserver>>;
  /** Id within its tenant. */
  vserverId: Scalars['String']['output'];
  /** Name. */
  vserverName?: Maybe<Scalars['String']['output']>;
};

export type PlanQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type PlanQuery = { __typename?: 'Query', plan?: { __typename?: 'Plan', id: string, name: string, status: PlanStatus, message?: string | null, created: string, updated: string, createdBy: string, requestId: string, numSolution: string, timeout: number, restPath: string, stages: Array<{ __typename?: 'StageProgress', stage: Stage, owner?: string | null, counter: number, failures: number, beganAt?: string | null }>, events: Array<{ __typename?: 'PlanEvent', seq: number, at: string, from?: PlanStatus | null, to: PlanStatus, reason: EventReason, actor: string, message?: string | null }>, demands?: Array<{ __typename?: 'PlanDemand', name: string, candidateCount: number, candidates: Array<{ __typename?: 'Candidate', candidateId: string, inventoryType?: string | null, locationId?: string | null }>, dropped: Array<{ __typename?: 'DroppedCandidate', candidateId: string, locationId?: string | null, reason: string }> }> | null, recommendations?: Array<{ __typename?: 'Recommendation', objective?: number | null, terms: Array<{ __typename?: 'ScoreTerm', function: string, demand: string, location?: string | null, weight: number, distanceKm?: number | null, cost?: number | null, value: number }>, demands: Array<{ __typename?: 'DemandRecommendation', demand: string, serviceResourceId?: string | null, restCandidate: unknown, attributes: unknown, candidate: { __typename?: 'Candidate', candidateId: string, inventoryType?: string | null, cloudOwner?: string | null, locationId?: string | null, vimId?: string | null, cost?: number | null, latitude?: number | null, longitude?: number | null, cloudRegion?: { __typename?: 'CloudRegion', id: string, cloudOwner: string, cloudRegionId: string, cloudRegionVersion?: string | null, status?: string | null, complex?: { __typename?: 'Complex', id: string, physicalLocationId: string, complexName?: string | null, city?: string | null, country?: string | null, latitude?: string | null, longitude?: string | null } | null } | null, genericVnf?: { __typename?: 'GenericVnf', id: string, vnfId: string, vnfName?: string | null, vservers: Array<{ __typename?: 'Vserver', id: string, vserverName?: string | null, pservers: Array<{ __typename?: 'Pserver', id: string, hostname: string, equipVendor?: string | null } | null> } | null> } | null } }> }> | null, diagnosis?: { __typename?: 'Diagnosis', summary: Array<string>, nodes: number, elapsedMs: number, timedOut: boolean, demands: Array<{ __typename?: 'DemandDiagnosis', demand: string, candidates: number, remaining: number, outcomes: Array<{ __typename?: 'ConstraintOutcome', constraint: string, type: string, before: number, after: number, rejected: Array<{ __typename?: 'CandidateRejection', candidateId: string, reason: string }> }> }> } | null, reservations: Array<{ __typename?: 'ReservationStep', step: string, order: number, demand: string, candidateId: string, controller: string, serviceModel: string, entityId: string, state: ReservationState, message?: string | null, updated: string }> } | null };

export type CreatePlanMutationVariables = Exact<{
  input: CreatePlanInput;
}>;


export type CreatePlanMutation = { __typename?: 'Mutation', createPlan:
    | { __typename: 'CreatePlanSuccess', replayed: boolean, plan: { __typename?: 'Plan', id: string, name: string, status: PlanStatus, created: string, restPath: string } }
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