// Candidates of the inventory types `nsi` and `nssi`: one per profile of a running slice (subnet) instance. For all requests of a
// plan: one list a selection, one batched read of the profiles, one question to DCAE.
import type { DroppedCandidate } from '../../../domain/candidate.ts';
import type { ConductorError } from '../../../domain/errors.ts';
import type { CallContext, DemandRequest, DemandResolution } from '../../../domain/ports.ts';
import type { Requirement } from '../../../domain/template.ts';
import { type JsonObject, own } from '../../../lib/json.ts';
import type { Found, Loader } from '../batch.ts';
import { distinct, pathOf, relatedKey, relations } from '../links.ts';
import { badData, passesFilters, REASON } from '../match.ts';
import { throwIfDown } from '../outcome.ts';
import type { DemandReader, ReaderParts } from '../readers.ts';
import { type Entity, filled, nested, text } from '../wire.ts';
import { type CapacityOptions, type SliceCandidate, withCapacity } from './capacity.ts';
import { type Field, renamed, sliceCandidate } from './fields.ts';
import { readList } from './list.ts';
import { type InstanceSelection, instanceSelection } from './selection.ts';

export interface InstanceOptions {
  readonly costs: { readonly nssi: number; readonly nsi: number };
  /** Where the capacity of running slices comes from. */
  readonly dcae: Omit<CapacityOptions, 'logger'>;
}

type InstanceType = 'nssi' | 'nsi';

/** A slice instance that passed the filters, and the service instances that hold its profiles. */
interface SliceInstance {
  readonly id: string;
  readonly name: string | null;
  readonly domain: string | null;
  readonly profileHolders: readonly string[];
}

/** A request with what the list said about it. */
interface Case {
  readonly type: InstanceType;
  readonly requirement: Requirement;
  readonly instances: readonly SliceInstance[];
  readonly dropped: readonly DroppedCandidate[];
}

interface Answer {
  readonly slices: readonly SliceCandidate[];
  readonly dropped: readonly DroppedCandidate[];
}

const NO_PROFILE = 'No profile of the slice instance available from A&AI';
const NOT_FIELDS: ReadonlySet<string> = new Set(['resource-version']);

/** Profiles are children of service instances of their own; depth 2 as the reference asks, so that nested values come along. */
const profileHolders: Loader<string> = {
  name: 'slice-profile-holder',
  type: 'service-instance',
  alone: 'service-instance-id',
  keyOf: (key) => key,
  multiGet: (keys) =>
    `/nodes/service-instances?${keys.map((key) => `service-instance-id=${encodeURIComponent(key)}`).join('&')}&depth=2`,
  single: (key) => `/nodes/service-instances/service-instance${pathOf(key)}?depth=2`,
  answers: ({ object }) => filled(own(object, 'service-instance-id')),
};

export function instanceReader(options: InstanceOptions, parts: ReaderParts): DemandReader {
  return {
    types: ['nssi', 'nsi'],
    resolve: (requests, ctx) => resolveInstances(requests, options, parts, ctx),
  };
}

async function resolveInstances(
  requests: readonly DemandRequest[],
  options: InstanceOptions,
  parts: ReaderParts,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  const selections = requests.map(({ requirement, demand }) => {
    const selection = instanceSelection(requirement.filteringAttributes);
    if (!selection) parts.logger.error({ demand }, 'slice demand without model-invariant-id: no candidates');
    return selection;
  });
  const paths = distinct(selections.map((selection) => selection?.path ?? null));
  const lists = new Map<string, readonly Entity[]>();
  await Promise.all(
    paths.map(async (path) => {
      lists.set(
        path,
        await readList(parts.client, { endpoint: 'nodes', path, divisible: false }, 'service-instance', ctx),
      );
    }),
  );
  const cases = requests.map(({ requirement }, i) => judge(requirement, selections[i] ?? null, lists, parts));
  const ids = distinct(cases.flatMap(({ instances }) => instances.flatMap((instance) => instance.profileHolders)));
  const holders = await parts.batch(profileHolders, ids, ctx);
  throwIfDown(holders.values());
  const answers = cases.map((item) => assemble(item, holders, options.costs[item.type]));
  const candidates = await withCapacity(
    answers.flatMap(({ slices }) => slices),
    { ...options.dcae, logger: parts.logger },
    ctx,
  );
  let at = 0;
  return answers.map(({ slices, dropped }) => {
    const own = candidates.slice(at, at + slices.length);
    at += slices.length;
    return { candidates: own, dropped };
  });
}

/** Second-level filters, and what an instance's own fields and relationships say. */
function judge(
  requirement: Requirement,
  selection: InstanceSelection | null,
  lists: ReadonlyMap<string, readonly Entity[]>,
  { filterSubstring }: ReaderParts,
): Case {
  const instances: SliceInstance[] = [];
  const dropped: DroppedCandidate[] = [];
  const drop = (id: string | null, reason: string) =>
    void dropped.push({ candidate_id: id ?? '', location_id: null, reason });
  for (const { object } of selection ? (lists.get(selection.path) ?? []) : []) {
    const id = filled(own(object, 'service-instance-id'));
    if (id === null) drop(null, badData('service-instance-id'));
    else if (!passesFilters(selection?.filters ?? null, (name) => own(object, name), filterSubstring)) {
      drop(id, REASON.attributes);
    } else instances.push(sliceInstance(id, object));
  }
  return { type: requirement.inventoryType === 'nsi' ? 'nsi' : 'nssi', requirement, instances, dropped };
}

/** An NSI reaches its profiles through allotted resources, anything else through the service instances it is composed of. */
function sliceInstance(id: string, object: JsonObject): SliceInstance {
  const through = own(object, 'service-role') === 'nsi' ? 'allotted-resource' : 'service-instance';
  return {
    id,
    name: text(own(object, 'service-instance-name')),
    domain: filled(own(object, 'workload-context')),
    profileHolders: distinct(
      relations(object, through).map((relation) => relatedKey(relation, 'service-instance', 'service-instance-id')),
    ),
  };
}

function assemble({ type, requirement, instances, dropped }: Case, holders: Found, cost: number): Answer {
  const slices: SliceCandidate[] = [];
  const refused: DroppedCandidate[] = [...dropped];
  let cause: ConductorError | undefined;
  for (const instance of instances) {
    const found = instance.profileHolders.map((id) => holders.get(id) ?? []);
    cause ??= found.find((value) => value instanceof Error);
    const profiles = found.flatMap((value) => (value instanceof Error ? [] : value.flatMap(firstProfile(type))));
    const drop = (reason: string) => void refused.push({ candidate_id: instance.id, location_id: null, reason });
    if (profiles.length === 0) drop(NO_PROFILE);
    for (const profile of profiles) {
      const id = filled(own(profile, 'profile-id'));
      if (id === null) {
        drop(badData('profile-id'));
        continue;
      }
      const fields = profileFields(instance, profile, requirement);
      slices.push({ instanceId: instance.id, candidate: sliceCandidate({ id, type, cost, requirement }, fields) });
    }
  }
  // Nothing left because of failed reads is not "nothing fits".
  if (cause && slices.length === 0) throw cause;
  return { slices, dropped: refused };
}

/** The first profile of a holder; the others are not looked at, as in the reference. */
function firstProfile(type: InstanceType): (holder: Entity) => readonly JsonObject[] {
  const [container, item] =
    type === 'nsi' ? ['service-profiles', 'service-profile'] : ['slice-profiles', 'slice-profile'];
  return ({ object }) => nested(object, container, item).slice(0, 1);
}

function profileFields(instance: SliceInstance, profile: JsonObject, requirement: Requirement): readonly Field[] {
  return [
    ['instance_id', instance.id],
    ['instance_name', instance.name],
    ...(instance.domain === null ? [] : [['domain', instance.domain] as const]),
    ...renamed(profile, NOT_FIELDS),
    ...renamed(requirement.defaultAttributes),
  ];
}
