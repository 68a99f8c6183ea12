// The reference's counters of chosen flavors, for recommendations that carry directives (solver.md section 7.5).
import type { Metrics } from '../../domain/ports.ts';
import type { DemandRecommendation, SolveResult } from '../../domain/solution.ts';
import { isJsonObject, own } from '../../lib/json.ts';

type Whose = Readonly<Record<'customer_name' | 'service_name', string>>;

/** `serviceName`: the template parameter `service_name`; the reference knows no customer. */
export function countFlavors(metrics: Metrics, result: SolveResult, serviceName = 'N/A'): void {
  const whose: Whose = { customer_name: 'ONAP', service_name: serviceName };
  if (result.kind === 'no-solution') {
    metrics.count('vnf_no_solution', whose);
    return;
  }
  for (const { demands } of result.solution.recommendations) {
    for (const one of demands) if (Object.hasOwn(one.attributes, 'directives')) countOne(metrics, one, whose);
  }
}

function countOne(metrics: Metrics, { demand, source }: DemandRecommendation, whose: Whose): void {
  const flavors = own(source, 'flavor_map');
  const region = String(own(source, 'vim-id') ?? '');
  for (const [label, flavor] of Object.entries(isJsonObject(flavors) ? flavors : {})) {
    const names = { vnf_name: demand, vnfc_name: label, flavor: String(flavor), cloud_region: region };
    metrics.count('vnf_compute_profile', { ...whose, ...names });
  }
  metrics.count('vnf_scores', { ...whose, vnf_name: demand, hpa_score: String(own(source, 'hpa_score') ?? 0) });
}
