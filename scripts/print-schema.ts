// Writes schema.graphql from the code, sorted. `--check` compares instead and names every change, breaking ones first.
import { readFile, writeFile } from 'node:fs/promises';
import { diff } from '@graphql-inspector/core';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/schema/index.ts';

const FILE = 'schema.graphql';
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;

async function nameChanges(committed: string): Promise<void> {
  const changes = await diff(buildSchema(committed), buildSchema(printed));
  const ranked = changes.toSorted(
    (a, b) => Number(b.criticality.level === 'BREAKING') - Number(a.criticality.level === 'BREAKING'),
  );
  for (const { criticality, message } of ranked) process.stderr.write(`${criticality.level} ${message}\n`);
  process.stderr.write(`${FILE} is out of date; run npm run codegen\n`);
}

const committed = await readFile(FILE, 'utf8').catch(() => '');
if (!process.argv.includes('--check')) {
  if (committed !== printed) await writeFile(FILE, printed);
} else if (committed !== printed) {
  await nameChanges(committed || 'type Query { nothing: Boolean }');
  process.exitCode = 1;
}
