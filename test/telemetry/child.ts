// Run as a process of its own: logs lines and ends at once, without flushing; argument 1 is the log file, 2 the number of lines.
import { createLogger } from '../../src/telemetry/logger.ts';

const [, , destination = 'stdout', lines = '0'] = process.argv;
const logger = createLogger({ destination });
for (let n = 0; n < Number(lines); n += 1) logger.info({ n }, 'line');
process.exit(0);
