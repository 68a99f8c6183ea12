// Worker thread that reads one large template text and sends back JSON text, which the main thread parses far faster than YAML.
// Bundled to dist/template-worker.js; see parse-text.ts for the two messages.
import { parentPort, workerData } from 'node:worker_threads';
import { runTextJob, type TextJob } from './parse-text.ts';

parentPort?.postMessage(runTextJob(workerData as TextJob));
