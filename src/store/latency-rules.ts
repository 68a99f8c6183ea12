// The LatencyRuleStore port: each table is one value, so that replacing it is one write and reading both is one transaction.
import type { LatencyRules } from '../domain/latency.ts';
import type { LatencyRuleStore } from '../domain/ports.ts';
import { latencyCountriesCodec, latencyRegionsCodec } from './codec.ts';
import { keys } from './keys.ts';
import type { Kv } from './kv.ts';
import { when } from './request.ts';

export class KvLatencyRules implements LatencyRuleStore {
  readonly #kv: Kv;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  async read(): Promise<LatencyRules> {
    const reads = [{ get: keys.latencyRegions }, { get: keys.latencyCountries }];
    const [regions, countries] = (await this.#kv.txn(when([], reads))).gets;
    return {
      regions: regions ? latencyRegionsCodec.decode(regions).regions : [],
      countries: countries ? latencyCountriesCodec.decode(countries).countries : [],
    };
  }

  async replaceRegions(regions: LatencyRules['regions']): Promise<void> {
    await this.#put(keys.latencyRegions, latencyRegionsCodec.encode({ regions }));
  }

  async replaceCountries(countries: LatencyRules['countries']): Promise<void> {
    await this.#put(keys.latencyCountries, latencyCountriesCodec.encode({ countries }));
  }

  async #put(put: string, value: string): Promise<void> {
    await this.#kv.txn(when([], [{ put, value }]));
  }
}
