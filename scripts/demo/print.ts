// What the demo shows.
import type { PlanResult } from './client.ts';
import type { Gateway } from './gateway.ts';

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function heading(text: string): void {
  say(`\n── ${text}`);
}

export function printRecommendation(plan: PlanResult): void {
  for (const [index, recommendation] of (plan.recommendations ?? []).entries()) {
    heading(`Recommendation ${index + 1}, objective ${recommendation.objective?.toFixed(1) ?? 'none'}`);
    for (const { demand, candidate } of recommendation.demands) {
      const site = candidate.cloudRegion?.complex;
      const place = site ? `${site.complexName}, ${site.city} (${site.country})` : 'site unknown';
      say(
        `${demand}: ${candidate.inventoryType} ${candidate.candidateId} in ${candidate.cloudOwner} ${candidate.locationId}, ${place}`,
      );
    }
    for (const { demand, location, distanceKm, weight, cost, value } of recommendation.terms) {
      say(
        `  ${location} to ${demand}: ${distanceKm?.toFixed(1)} km, cost ${cost}, weight ${weight} → ${value.toFixed(1)}`,
      );
    }
  }
  heading('Candidates and what took them away');
  for (const { demand, candidates, remaining, outcomes } of plan.diagnosis?.demands ?? []) {
    const steps = outcomes.map(({ constraint, before, after }) => `${constraint} ${before}→${after}`);
    say(`${demand}: ${candidates} candidates, ${steps.join(', ') || 'no constraint'}, ${remaining} remained`);
  }
  heading('Reservation at SDN-C');
  for (const { demand, candidateId, controller, serviceModel, entityId, state } of plan.reservations ?? []) {
    say(`${demand}: ${state.toLowerCase()} ${candidateId} at ${controller} (${serviceModel}), entity ${entityId}`);
  }
}

export function printRest(body: unknown): void {
  heading('The same plan over REST: GET /v1/plans/{id}');
  say(JSON.stringify(body, null, 2));
}

export function printAddresses({ url, username, password }: Gateway, id: string): void {
  heading('Go on here');
  say(`user ${username}, password ${password}`);
  say(`GraphiQL   ${url}/graphql`);
  say(`REST       ${url}/v1/plans/${id}`);
  say(`Metrics    ${url}/metrics`);
  say(`Readiness  ${url}/readyz?verbose`);
}
