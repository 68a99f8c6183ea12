// Prints the schema as sorted SDL to schema.graphql. With --check it only compares, and exits 1 when they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/schema/index.ts';

const file = new URL('../schema.graphql', import.meta.url);
const sdl = `${printSchema(lexicographicSortSchema(schema))}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== sdl) {
    console.error('schema.graphql differs from the code; run: npm run codegen');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, sdl);
}
