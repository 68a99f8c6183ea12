// Latency rules: two tables, each replaced as a whole.
import type { CountryLatency, LatencyRules, RegionPlaceholder } from '../domain/latency.ts';
import { InvalidInputError, PayloadTooLargeError } from '../resolvers/errors.ts';
import type { LoadedLatencyRules } from '../resolvers/latency.ts';
import { latencyRules, loadLatencyCountries, loadLatencyRegions } from '../resolvers/latency.ts';
import { builder } from './builder.ts';

const LatencyRegionType = builder.objectRef<RegionPlaceholder>('LatencyRegion').implement({
  description: 'A name for a group of countries, for use in the rules.',
  fields: (t) => ({
    group: t.exposeString('group', { description: 'The name.' }),
    countries: t.stringList({ description: 'Codes of three letters.', resolve: (region) => [...region.countries] }),
  }),
});

const CountryLatencyType = builder.objectRef<CountryLatency>('CountryLatency').implement({
  description: "How good countries are for a customer's country.",
  fields: (t) => ({
    country: t.exposeString('country', {
      description: "The customer's country: three letters, or `*` for every country without a rule of its own.",
    }),
    groups: t.stringList({
      description:
        'From best to worst; each a comma-separated list of country codes and group names, or `*` for all others as the last one.',
      resolve: (rule) => [...rule.groups],
    }),
  }),
});

const LatencyRulesType = builder.objectRef<LatencyRules>('LatencyRules').implement({
  description:
    'What `latency_between` in an objective goes by. Plans take the rules as they stand when they are translated.',
  fields: (t) => ({
    regions: t.field({
      type: [LatencyRegionType],
      description: 'Names for groups of countries.',
      resolve: (rules) => [...rules.regions],
    }),
    countries: t.field({
      type: [CountryLatencyType],
      description: "Rules by the customer's country.",
      resolve: (rules) => [...rules.countries],
    }),
  }),
});

const LatencyRegionInput = builder.inputType('LatencyRegionInput', {
  description: 'A row of the table of groups. Of two rows with one name the last counts.',
  fields: (t) => ({
    group: t.string({ required: true, description: 'Name, not of three characters: rules read these as a country.' }),
    countries: t.stringList({ required: true, description: 'Codes of three letters.' }),
  }),
});

const CountryLatencyInput = builder.inputType('CountryLatencyInput', {
  description: 'A row of the table of rules. Of two rows for one country the last counts.',
  fields: (t) => ({
    country: t.string({ required: true, description: "The customer's country: three letters, or `*`." }),
    groups: t.stringList({
      required: true,
      description: 'From best to worst: country codes and group names, separated by commas; `*` only as the last one.',
    }),
  }),
});

const loaded = (name: string) =>
  builder.objectRef<LoadedLatencyRules>(name).implement({
    description: 'The table was replaced.',
    fields: (t) => ({
      latencyRules: t.expose('latencyRules', { type: LatencyRulesType, description: 'Both tables as they are now.' }),
    }),
  });

const LoadLatencyRegionsSuccess = loaded('LoadLatencyRegionsSuccess');
const LoadLatencyCountriesSuccess = loaded('LoadLatencyCountriesSuccess');

builder.queryField('latencyRules', (t) =>
  t.field({ type: LatencyRulesType, description: 'The latency rules as they are now.', resolve: latencyRules }),
);

builder.mutationFields((t) => ({
  loadLatencyRegions: t.field({
    type: LoadLatencyRegionsSuccess,
    description: 'Replaces all groups of countries at once. Needs credentials.',
    args: { regions: t.arg({ type: [LatencyRegionInput], required: true, description: 'The whole new table.' }) },
    errors: {
      types: [InvalidInputError, PayloadTooLargeError],
      directResult: true,
      union: { name: 'LoadLatencyRegionsResult', description: 'The new rules, or why the old ones stand.' },
    },
    resolve: loadLatencyRegions,
  }),
  loadLatencyCountries: t.field({
    type: LoadLatencyCountriesSuccess,
    description: "Replaces all rules of customers' countries at once. Needs credentials.",
    args: { countries: t.arg({ type: [CountryLatencyInput], required: true, description: 'The whole new table.' }) },
    errors: {
      types: [InvalidInputError, PayloadTooLargeError],
      directResult: true,
      union: { name: 'LoadLatencyCountriesResult', description: 'The new rules, or why the old ones stand.' },
    },
    resolve: loadLatencyCountries,
  }),
}));
