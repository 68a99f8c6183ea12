// Runs once before the tests: builds the worker threads, which Node 20 cannot load as TypeScript.
import { execFileSync } from 'node:child_process';

export default function setup(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}
