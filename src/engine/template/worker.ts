// Worker thread that does one job on a large template and sends its outcome back. Bundled to dist/template-worker.js.
import { parentPort, workerData } from 'node:worker_threads';
import { runJob, type TemplateJob } from './jobs.ts';

parentPort?.postMessage(runJob(workerData as TemplateJob));
