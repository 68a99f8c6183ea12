// The latency tables of OOF-HAS: one row a group of countries, one row a country.
import type { LatencyRules } from '../../domain/latency.ts';
import { isJsonObject, type JsonObject, own } from '../../lib/json.ts';
import type { Kv } from '../kv.ts';
import { listAll } from '../resync.ts';
import { HAS_COUNTRIES, HAS_REGIONS, objectOf, textOf } from './layout.ts';

/** Rows without a name or a list are left out. `kv` begins at the keyspace. */
export async function readHasLatency(kv: Kv): Promise<LatencyRules> {
  const [regions, countries] = await Promise.all([rowsOf(kv, HAS_REGIONS), rowsOf(kv, HAS_COUNTRIES)]);
  return {
    regions: regions.flatMap((row) => {
      const group = own(row, 'region_name');
      const map = own(row, 'countries');
      if (typeof group !== 'string' || !isJsonObject(map)) return [];
      const codes = Object.values(map).flatMap((list) => (typeof list === 'string' ? list.split(',') : []));
      return [{ group, countries: codes.map((code) => code.trim()).filter(Boolean) }];
    }),
    countries: countries.flatMap((row) => {
      const country = own(row, 'country_name');
      const groups = own(row, 'groups');
      if (typeof country !== 'string' || !Array.isArray(groups)) return [];
      return [{ country, groups: groups.filter((one) => typeof one === 'string') }];
    }),
  };
}

/** All rows of a table that are JSON objects. */
export async function rowsOf(kv: Kv, table: string): Promise<readonly JsonObject[]> {
  const rows: JsonObject[] = [];
  for await (const { kvs } of listAll(kv, table, { limit: 200, keysOnly: false })) {
    for (const found of kvs) {
      const row = objectOf(textOf(found));
      if (row) rows.push(row);
    }
  }
  return rows;
}
