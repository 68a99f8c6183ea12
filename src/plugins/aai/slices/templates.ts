// Candidates of the inventory types `nst` and `nsst`: one per version of a service model, with the properties that SDC's model
// archive gives it. For all requests of a plan: one list a role, one question to SDC for all models.
import type { Candidate, DroppedCandidate } from '../../../domain/candidate.ts';
import { isConductorError } from '../../../domain/errors.ts';
import type { CallContext, DemandRequest, DemandResolution } from '../../../domain/ports.ts';
import type { ModelPropertySource } from '../../../domain/slice-ports.ts';
import type { Requirement } from '../../../domain/template.ts';
import { type JsonObject, own } from '../../../lib/json.ts';
import { distinct } from '../links.ts';
import { badData } from '../match.ts';
import { type Rejected, settle } from '../outcome.ts';
import type { DemandReader, ReaderParts } from '../readers.ts';
import { type Entity, filled, nested, text } from '../wire.ts';
import { type Field, renamed, sliceCandidate } from './fields.ts';
import { readList } from './list.ts';
import { modelPath } from './selection.ts';

export interface TemplateOptions {
  readonly costs: { readonly nst: number; readonly nsst: number };
  readonly sdc: ModelPropertySource;
}

interface ModelVersion {
  readonly id: string;
  readonly name: string;
  readonly fields: readonly Field[];
}

type Read = ReadonlyMap<string, JsonObject | Error>;

const NOT_FIELDS: ReadonlySet<string> = new Set(['model-elements', 'resource-version']);
const HINT = 'model-role needs [aai] server_url_version v20 or later';

export function templateReader(options: TemplateOptions, parts: ReaderParts): DemandReader {
  return {
    types: ['nst', 'nsst'],
    resolve: (requests, ctx) => resolveTemplates(requests, options, parts, ctx),
  };
}

async function resolveTemplates(
  requests: readonly DemandRequest[],
  options: TemplateOptions,
  { client }: ReaderParts,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  const paths = requests.map(({ requirement }) => modelPath(requirement.filteringAttributes));
  const looks = new Map<string, readonly (ModelVersion | DroppedCandidate)[]>();
  await Promise.all(
    distinct(paths).map(async (path) => {
      const models = await readList(client, { endpoint: 'resource', path, divisible: false }, 'model', ctx, HINT);
      looks.set(path, models.flatMap(versionsOf));
    }),
  );
  const usable = new Map([...looks.values()].flat().flatMap((look) => (isUsable(look) ? [[keyOf(look), look]] : [])));
  const models = [...usable.values()];
  const answers = await options.sdc.properties(
    models.map(({ id, name }) => ({ modelVersionId: id, modelName: name })),
    ctx,
  );
  const properties: Read = new Map(models.map((model, i) => [keyOf(model), answers[i] ?? new Error('no answer')]));
  return requests.map(({ requirement }, i) =>
    assemble(requirement, looks.get(paths[i] ?? '') ?? [], properties, options.costs),
  );
}

function isUsable(look: ModelVersion | DroppedCandidate): look is ModelVersion {
  return 'fields' in look;
}

function keyOf(model: ModelVersion): string {
  return JSON.stringify([model.id, model.name]);
}

/** The versions of a model; one that cannot be told apart or looked up in SDC is dropped. */
function versionsOf({ object: model }: Entity): readonly (ModelVersion | DroppedCandidate)[] {
  const invariantId = filled(own(model, 'model-invariant-id'));
  const common: readonly Field[] = [
    ['model_invariant_id', invariantId],
    ['model_type', text(own(model, 'model-type'))],
    ['model_role', text(own(model, 'model-role'))],
  ];
  return nested(model, 'model-vers', 'model-ver').map((version) => {
    const id = filled(own(version, 'model-version-id'));
    const name = filled(own(version, 'model-name'));
    if (invariantId === null || id === null || name === null) {
      const missing = invariantId === null ? 'model-invariant-id' : id === null ? 'model-version-id' : 'model-name';
      return { candidate_id: id ?? invariantId ?? '', location_id: null, reason: badData(missing) };
    }
    return { id, name, fields: [...common, ...renamed(version, NOT_FIELDS)] };
  });
}

function assemble(
  requirement: Requirement,
  looks: readonly (ModelVersion | DroppedCandidate)[],
  properties: Read,
  costs: TemplateOptions['costs'],
): DemandResolution {
  const type = requirement.inventoryType === 'nsst' ? 'nsst' : 'nst';
  return settle(
    looks.map((look): Candidate | Rejected => {
      if (!isUsable(look)) return look;
      const found = properties.get(keyOf(look));
      if (found === undefined || found instanceof Error) return withoutProperties(look, found);
      const fields = [...look.fields, ...renamed(requirement.defaultAttributes), ...Object.entries(found)];
      return sliceCandidate({ id: look.id, type, cost: costs[type], requirement }, fields);
    }),
  );
}

/** Only while SDC is away is a lack of candidates no answer; a model that it does not have, or spoilt, is one. */
function withoutProperties(look: ModelVersion, error: Error | undefined): Rejected {
  const cause = isConductorError(error, 'UPSTREAM_UNAVAILABLE') ? { cause: error } : {};
  return { candidate_id: look.id, location_id: null, reason: reasonOf(error), ...cause };
}

function reasonOf(error: Error | undefined): string {
  const message = error?.message ?? 'SDC gave no answer';
  return isConductorError(error, 'UPSTREAM_BAD_DATA') ? badData(message) : message;
}
