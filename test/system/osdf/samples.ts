// The bodies that OSDF and the traffic-distribution demo really send ($SAMPLES_DIR), what each is answered as it stands, and what
// has to be filled in where it cannot be solved by anybody: parameters that only a full request has, keys that the language demands.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VFW_CUSTOMER, type Where } from './sample-world.ts';

type Json = Record<string, unknown>;

export interface Body extends Json {
  readonly template: {
    readonly parameters: Json;
    readonly demands: Record<string, Record<string, unknown>[]>;
    readonly constraints: Record<string, { readonly type: string; readonly properties: Json }>;
  };
}

export interface Sample {
  /** Where its customer is; default `gulf`. */
  readonly where?: Where;
  /** First message when it is sent as it stands; absent: it is solved. */
  readonly refusal?: string;
  /** What was left out is filled in. Several ways when the body allows several. */
  readonly complete?: Readonly<Record<string, (body: Body) => void>>;
  /** Demand → candidate of the first recommendation; `*`: any. */
  readonly picks: Readonly<Record<string, string>>;
}

const parameters =
  (more: Json) =>
  (body: Body): void =>
    void Object.assign(body.template.parameters, more);
const LATENCIES = { cn_latency: 5, an_latency: 5, tn_bh_latency: 5 };
const undefinedParameter = (name: string, place: string) => `Parameter '${name}' undefined in path demands > ${place}`;
const missing = (name: string, subnet: string, item: number) =>
  undefinedParameter(name, `embb-nst[${item}] > filtering_attributes > subnets > ${subnet} > latency > min`);
const NO_CUSTOMER = undefinedParameter('chosen_customer_id', 'vFW-SINK[0] > filtering_attributes > global-customer-id');
const vfw = { 'vFW-SINK': 'module-vFW-FW-MC', vPGN: 'module-vFW-PKG-MC' };
const vcpe: Sample = {
  refusal: 'Lack of compulsory elements inside HPA feature',
  complete: { 'HPA versions, one attribute and the kind of a required candidate': completeHpa },
  picks: { vGMuxInfra: '21d5f3e8-e714-4383-8f99-cc480144505a', vG: 'TXAUS219' },
};

export const SAMPLES: ReadonlyMap<string, Sample> = new Map<string, Sample>([
  ['osdf/has-request.placement-default.json', vcpe],
  ['osdf/has-request.vcpe-localpolicies.json', { ...vcpe, where: 'texas' }],
  [
    'osdf/has-request.vfmod.json',
    {
      refusal: NO_CUSTOMER,
      complete: { 'the customer': parameters({ chosen_customer_id: VFW_CUSTOMER }) },
      picks: vfw,
    },
  ],
  [
    'osdf/has-request.vfw-td.json',
    {
      refusal: NO_CUSTOMER,
      complete: { 'the customer': parameters({ chosen_customer_id: VFW_CUSTOMER }) },
      picks: vfw,
    },
  ],
  [
    'osdf/has-request.nsi-nonshared.json',
    {
      refusal: missing('cn_latency', 'core', 0),
      complete: { 'latencies of the subnets': parameters(LATENCIES) },
      picks: { 'embb-nst': '*' },
    },
  ],
  [
    'osdf/has-request.nsi-shared-reuse.json',
    {
      refusal: missing('cn_latency', 'core', 1),
      complete: { 'latencies of the subnets': parameters(LATENCIES) },
      picks: { 'embb-nst': 'profile-embb-nsi-osdf' },
    },
  ],
  [
    'osdf/has-request.nssi-shared.json',
    {
      refusal: 'demand is not provided in the template',
      complete: { 'the demand that its objective is about': addCoreDemand },
      picks: { 'embb-cn': 'profile-osdf-core' },
    },
  ],
  ['osdf/has-request.nst.json', { picks: { nst: 'ver-urllc-nst-1' } }],
  [
    'demo-vfwdt/hasRequest.json',
    {
      refusal: 'Required candidate list and excluded candidate list are not mutually exclusive for demand vFW-SINK',
      // The demo's workflow deletes one of the two lists before it sends the body.
      complete: {
        'without the required list: away from the module': drop('required_candidates'),
        'without the excluded list: to the module': drop('excluded_candidates'),
      },
      picks: { 'vFW-SINK': '*', vPGN: 'module-demo-pgn' },
    },
  ],
]);

function drop(key: string) {
  return (body: Body): void => void delete body.template.demands['vFW-SINK']?.[0]?.[key];
}

function addCoreDemand(body: Body): void {
  const param = (name: string) => ({ get_param: name });
  body.template.demands['embb-cn'] = [
    {
      inventory_provider: 'aai',
      inventory_type: 'nssi',
      unique: 'true',
      filtering_attributes: {
        'model-invariant-id': param('model_invariant_id'),
        'model-version-id': param('model_version_id'),
      },
    },
  ];
}

/** Every feature gets a version, the attribute whose value goes by another name its own, and `vimId` the word of the language. */
function completeHpa(body: Body): void {
  for (const { type, properties } of Object.values(body.template.constraints)) {
    if (type !== 'hpa') continue;
    for (const { flavorProperties } of properties['evaluate'] as { flavorProperties: Json[] }[]) {
      for (const feature of flavorProperties) {
        feature['hpa-version'] = 'v1';
        for (const attribute of feature['hpa-feature-attributes'] as Json[]) {
          if (!('value' in attribute)) continue;
          attribute['hpa-attribute-value'] = attribute['value'];
          delete attribute['value'];
        }
      }
    }
  }
  const [vG = {}] = body.template.demands['vG'] ?? [];
  for (const list of vG['required_candidates'] as Json[]) list['inventory_type'] = 'cloud';
}

const FOLDER = process.env['SAMPLES_DIR'] ?? '';

/** Names of the samples that are at hand; empty without `SAMPLES_DIR`. */
export function sampleFiles(): readonly string[] {
  if (FOLDER === '' || !existsSync(join(FOLDER, 'osdf'))) return [];
  const bodies = readdirSync(join(FOLDER, 'osdf')).filter((file) => /^has-request\..*\.json$/.test(file));
  return [...bodies.map((file) => `osdf/${file}`), 'demo-vfwdt/hasRequest.json'].sort();
}

export function readSample(file: string) {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
}
