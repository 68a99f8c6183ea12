// Plan bodies as OSDF sends them for slice selection: texts for numbers, every key present, empty sections.

type Body = Readonly<Record<string, unknown>>;

interface Selection {
  readonly type: 'nsi' | 'nssi' | 'nst' | 'nsst';
  readonly attributes: Body;
  readonly minimize: string;
  readonly thresholds?: readonly Body[];
}

function plan(demands: Body, more: Body = {}, solutions = '1'): Body {
  return {
    name: 'slice-request',
    files: {},
    timeout: 600,
    num_solution: solutions,
    template: {
      homing_template_version: '2020-08-13',
      parameters: { REQUIRED_MEM: '', REQUIRED_DISK: '', latency: 20, reliability: 99 },
      demands,
      constraints: {},
      optimization: {},
      ...more,
    },
  };
}

function minimize(demand: string, attribute: string): Body {
  return {
    goal: 'minimize',
    operation_function: { operator: 'sum', operands: [{ function: 'attribute', params: { demand, attribute } }] },
  };
}

function threshold(demand: string, evaluate: readonly Body[]): Body {
  return { limits: { type: 'threshold', demands: [demand], properties: { evaluate } } };
}

/** One demand `slice` of a type. */
export function selectionBody({ type, attributes, minimize: attribute, thresholds }: Selection, solutions = '1'): Body {
  const requirement = {
    inventory_provider: 'aai',
    inventory_type: type,
    service_type: '',
    service_resource_id: '',
    unique: 'true',
    filtering_attributes: attributes,
    default_attributes: { 'creation-cost': 0.1 },
  };
  const constraints = thresholds ? { constraints: threshold('slice', thresholds) } : {};
  return plan({ slice: [requirement] }, { ...constraints, optimization: minimize('slice', attribute) }, solutions);
}

export interface ProfileDemand {
  readonly profile?: Body;
  readonly subnets: Body;
}

/** One demand `slice` for generated profiles. */
export function profilesBody({ profile, subnets }: ProfileDemand, solutions = '1'): Body {
  const requirement = {
    inventory_provider: 'generator',
    inventory_type: 'slice_profiles',
    unique: 'true',
    filtering_attributes: {
      service_profile: profile ?? { latency: { value: { get_param: 'latency' }, operator: 'lte' } },
      subnets,
    },
    default_attributes: { 'creation-cost': 0.9 },
  };
  return plan({ slice: [requirement] }, { optimization: minimize('slice', 'latency') }, solutions);
}

/** A running slice, or else a profile for a new one: whichever costs less to make. */
export function reuseOrCreateBody(model: { readonly invariantId: string; readonly versionId: string }): Body {
  const reuse = {
    inventory_provider: 'aai',
    inventory_type: 'nsi',
    unique: 'true',
    filtering_attributes: {
      'model-invariant-id': model.invariantId,
      'model-version-id': model.versionId,
      'environment-context': 'shared',
      'service-role': 'nsi',
    },
    default_attributes: { 'creation-cost': 0.1 },
  };
  const create = {
    inventory_provider: 'generator',
    inventory_type: 'slice_profiles',
    unique: 'true',
    filtering_attributes: {
      service_profile: { latency: { value: 20, operator: 'lte' } },
      subnets: { core: { latency: { min: 5, max: 8, steps: 1 } }, ran: { latency: { min: 5, max: 8, steps: 1 } } },
    },
    default_attributes: { 'creation-cost': 0.9 },
  };
  return plan({ slice: [reuse, create] }, { optimization: minimize('slice', 'creation_cost') });
}
