// Runs once before the tests: bundles the worker threads, which Node 20 cannot load as TypeScript.
// Programs that system tests start (dist/main.js) are built by `npm test` itself.
import { execFileSync } from 'node:child_process';

export default function setup(): void {
  execFileSync(process.execPath, ['scripts/build.mjs', 'solver-worker', 'template-worker'], { stdio: 'inherit' });
}
