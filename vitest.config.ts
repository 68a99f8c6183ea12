// Vitest runs TypeScript through Vite; graphql must be one copy: tests would load its ESM build and Pothos and Yoga the CJS one.
import { createRequire } from 'node:module';
import { configDefaults, defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    // Long ones, which only `npm run test:faults` runs.
    exclude: [
      ...configDefaults.exclude,
      ...(process.env['CONDUCTOR_TEST_FAULTS'] === 'full' ? [] : ['test/faults/*.full.test.ts']),
    ],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    server: { deps: { inline: [/@pothos/, /graphql-yoga/, /@graphql-tools/, /@envelop/, /graphql-ws/] } },
  },
});
