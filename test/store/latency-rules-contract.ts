// The promises of the LatencyRuleStore port, on any Kv.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isConductorError } from '../../src/domain/errors.ts';
import type { Rig } from './rigs.ts';
import { type StoresRig, withStores } from './stores-rig.ts';

export function latencyRulesContract(name: string, open: () => Promise<Rig>): void {
  describe(`latency rules: ${name}`, () => {
    let rig: StoresRig;
    beforeEach(async () => {
      rig = await withStores(await open());
    });
    afterEach(() => rig.close());

    it('starts with empty tables, and each table is replaced as a whole without touching the other', async () => {
      const { latencyRules } = rig.stores;
      expect(await latencyRules.read()).toEqual({ regions: [], countries: [] });
      const regions = [{ group: '__proto__', countries: ['FRA', 'DEU'] }];
      const countries = [{ country: '*', groups: ['FRA,__proto__', '*'] }];
      await latencyRules.replaceRegions(regions);
      await latencyRules.replaceCountries(countries);
      const other = await rig.another();
      expect(await other.latencyRules.read()).toEqual({ regions, countries });
      await latencyRules.replaceRegions([]);
      expect(await other.latencyRules.read()).toEqual({ regions: [], countries });
    });

    it('a table of thousands of rows is one revision: nobody ever reads half of it', async () => {
      const { latencyRules } = rig.stores;
      const table = (word: string) =>
        Array.from({ length: 5_000 }, (_, at) => ({ group: `G${at}`, countries: [word] }));
      const { revision } = await rig.kv.status();
      await latencyRules.replaceRegions(table('AAA'));
      expect((await rig.kv.status()).revision).toBe(revision + 1);
      const writing = latencyRules.replaceRegions(table('BBB'));
      const { regions } = await latencyRules.read();
      expect(new Set(regions.flatMap((row) => row.countries)).size).toBe(1);
      await writing;
    });

    it('a table that the store cannot take is refused, and the old one stands', async () => {
      const { latencyRules } = rig.stores;
      const countries = [{ country: 'USA', groups: ['USA'] }];
      await latencyRules.replaceCountries(countries);
      const huge = [{ country: 'USA', groups: ['x'.repeat(1_100_000)] }];
      await expect(latencyRules.replaceCountries(huge)).rejects.toSatisfy((error) =>
        isConductorError(error, 'STORE_VALUE_TOO_LARGE'),
      );
      expect((await latencyRules.read()).countries).toEqual(countries);
    });
  });
}
