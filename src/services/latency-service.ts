// Latency rules for both skins: checked, then each table replaced in one write.
import type { LatencyRuleStore, Logger } from '../domain/ports.ts';
import { authorize } from './authorize.ts';
import type { LatencyService, RequestScope } from './index.ts';
import { readCountryRules, readRegions } from './latency-input.ts';

interface LatencyServiceParts {
  readonly latencyRules: LatencyRuleStore;
  readonly logger: Logger;
}

export function createLatencyService({ latencyRules, logger }: LatencyServiceParts): LatencyService {
  const loaded = async ({ requestId, principal }: RequestScope, table: string, rows: number) => {
    logger.info({ requestId, principal: principal.name, table, rows }, 'latency rules replaced');
    return latencyRules.read();
  };
  return {
    async read(scope) {
      authorize(scope, 'latency:read');
      return latencyRules.read();
    },
    async loadRegions(scope, rows) {
      authorize(scope, 'latency:write');
      const regions = readRegions(rows);
      await latencyRules.replaceRegions(regions);
      return loaded(scope, 'regions', regions.length);
    },
    async loadCountries(scope, rows) {
      authorize(scope, 'latency:write');
      const countries = readCountryRules(rows);
      await latencyRules.replaceCountries(countries);
      return loaded(scope, 'countries', countries.length);
    },
  };
}
