// The schema as a published text: complete in its descriptions, equal to the committed file, and fit for the typed operations.
import { readdirSync, readFileSync } from 'node:fs';
import type { GraphQLNamedType } from 'graphql';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import { ERRORS } from '../../../src/domain/errors.ts';
import { LOCK_OUTCOMES, LOCK_STATUSES } from '../../../src/domain/order-locks.ts';
import { EVENT_REASONS, PLAN_STATUSES, STAGES } from '../../../src/domain/plan.ts';
import { TRIAGE_STAGES } from '../../../src/domain/triage.ts';
import { schema } from '../../../src/schema/index.ts';

const ROOT = new URL('../../../', import.meta.url);

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);

/** Names of everything within a type that a description belongs to. */
function undescribed(type: GraphQLNamedType): string[] {
  const missing = type.description ? [] : [type.name];
  const members = isEnumType(type)
    ? type.getValues()
    : isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
      ? Object.values(type.getFields())
      : [];
  for (const member of members) {
    if (!member.description) missing.push(`${type.name}.${member.name}`);
    const args = 'args' in member ? member.args : [];
    for (const arg of args) if (!arg.description) missing.push(`${type.name}.${member.name}(${arg.name})`);
  }
  return missing;
}

test('every type, field, argument and enum value has a description', () => {
  expect(types.length).toBeGreaterThan(50);
  expect(types.flatMap(undescribed)).toEqual([]);
});

test('schema.graphql is the printed schema', () => {
  const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;
  expect(readFileSync(new URL('schema.graphql', ROOT), 'utf8')).toBe(printed);
});

test('every error union member implements Error', () => {
  const unions = types.filter((type) => type.name.endsWith('Result'));
  expect(unions.map((type) => type.name).sort()).toEqual([
    'CreatePlanResult',
    'DeletePlanResult',
    'DiffSolutionsResult',
    'LoadLatencyCountriesResult',
    'LoadLatencyRegionsResult',
    'ReleaseOrdersResult',
    'ReplayPlanResult',
    'StopPlanResult',
    'WhatIfResult',
  ]);
  const failures = types.filter((type) => isObjectType(type) && type.name.endsWith('Error'));
  for (const type of failures) {
    expect(isObjectType(type) && type.getInterfaces().map((one) => one.name)).toEqual(['Error']);
  }
});

test('the words of the domain and the names of the schema are one to one', () => {
  const valuesOf = (name: string) => {
    const type = schema.getType(name);
    return isEnumType(type) ? type.getValues().map((value) => value.value) : [];
  };
  expect(valuesOf('PlanStatus').sort()).toEqual([...PLAN_STATUSES].sort());
  expect(valuesOf('EventReason').sort()).toEqual([...EVENT_REASONS].sort());
  expect(valuesOf('Stage').sort()).toEqual([...STAGES].sort());
  expect(valuesOf('OrderLockStatus').sort()).toEqual([...LOCK_STATUSES].sort());
  expect(valuesOf('OrderLockOutcome').sort()).toEqual([...LOCK_OUTCOMES].sort());
  expect(valuesOf('TriageStage').sort()).toEqual([...TRIAGE_STAGES].sort());
  expect(valuesOf('ErrorCode').sort()).toEqual(Object.keys(ERRORS).sort());
});

test('the operations of tests and demo fit the schema', () => {
  const folder = new URL('test/support/operations/', ROOT);
  const files = readdirSync(folder);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    expect(validate(schema, parse(readFileSync(new URL(file, folder), 'utf8')))).toEqual([]);
  }
});
