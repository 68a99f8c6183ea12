// Bodies as OSDF builds them from its policies: always the same five keys, the number of solutions as text, parameters that are
// there without use, empty texts where a policy said nothing, constraint names with dashes, weights as text.

const NEAR_CHICAGO = { latitude: 41.85, longitude: -87.65 };

interface Parts {
  readonly name: string;
  readonly demands: object;
  readonly constraints?: object;
  readonly optimization?: object;
  readonly parameters?: object;
  readonly numSolution?: string;
}

export function osdfBody({ name, demands, constraints, optimization, parameters, numSolution }: Parts) {
  return {
    name,
    files: {},
    timeout: 600,
    num_solution: numSolution ?? '1',
    template: {
      homing_template_version: '2017-10-10',
      parameters: {
        REQUIRED_MEM: '',
        REQUIRED_DISK: '',
        customer_lat: NEAR_CHICAGO.latitude,
        customer_long: NEAR_CHICAGO.longitude,
        service_name: 'vCPE',
        service_id: 'order-7',
        ...parameters,
      },
      locations: {
        customer_loc: { latitude: { get_param: 'customer_lat' }, longitude: { get_param: 'customer_long' } },
      },
      demands,
      constraints: constraints ?? {},
      optimization: optimization ?? {},
    },
  };
}

/** The multiplexer that runs already. */
export const MUX = {
  inventory_provider: 'aai',
  inventory_type: 'service',
  service_type: 'vGMuxInfra',
  service_resource_id: 'mux-resource',
  unique: 'true',
  filtering_attributes: {
    'global-customer-id': 'Meridian-Retail',
    'model-invariant-id': 'inv-vgmux',
    'model-version-id': 'ver-vgmux-1',
    'orchestration-status': ['Active'],
  },
  excluded_candidates: [{ inventory_type: 'serviceInstanceId', candidate_id: ['si-vgmux-none'] }],
};

/** The region for the customer's own gateway. Its policy names a model, which no region has, and inventory words of OSDF's own. */
export const GATEWAY = {
  inventory_provider: 'aai',
  inventory_type: 'cloud',
  service_type: 'gateway-resource',
  service_resource_id: 'gateway-resource',
  filtering_attributes: { 'model-invariant-id': 'inv-gateway', 'model-version-id': 'ver-gateway' },
  passthrough_attributes: { 'td-role': 'anchor' },
  excluded_candidates: [
    { inventory_type: 'serviceInstanceId', candidate_id: ['si-elsewhere'] },
    { inventory_type: 'cloud', candidate_id: ['chi-01'] },
  ],
};

export const CLOSEST = {
  minimize: {
    sum: [
      { product: ['1', { distance_between: ['customer_loc', 'vGMuxInfra'] }] },
      { product: ['1', { distance_between: ['customer_loc', 'vG'] }] },
    ],
  },
};

/** Two demands with distances, a zone, and the sum of both ways. */
export function vcpeBody(name: string, more: Partial<Parts> = {}) {
  return osdfBody({
    name,
    demands: { vGMuxInfra: [MUX], vG: [GATEWAY] },
    constraints: {
      'distance-vGMuxInfra': distance('vGMuxInfra', '< 1500 km'),
      'distance-vG': distance('vG', '< 2000 km'),
      affinity_vCPE: {
        type: 'zone',
        demands: ['vG', 'vGMuxInfra'],
        properties: { category: 'complex', qualifier: 'same' },
      },
    },
    optimization: CLOSEST,
    ...more,
  });
}

export function distance(demand: string, limit: string) {
  return { type: 'distance_to_location', demands: [demand], properties: { distance: limit, location: 'customer_loc' } };
}
