// The logger: one JSON object a line (pino), with ids as fields, secrets removed, in the background. Standard output always;
// a folder adds `application.log` (everything) and `error.log` (errors), the two of the reference's files that people read.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { type DestinationStream, multistream, type Logger as PinoLogger, pino } from 'pino';
import type { Logger } from '../domain/ports.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { redactFields, redactText } from './redact.ts';
import { openSink, type Sink } from './sink.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  /** @default info */
  readonly level?: LogLevel;
  /** `stdout`, or a file to write instead. @default stdout */
  readonly destination?: string;
  /** A folder for log files, besides the destination. Empty: none. */
  readonly logDir?: string;
  /** Name of the file of all lines in `logDir`; without a folder it is a path by itself. @default application.log */
  readonly logFile?: string;
  /** Fields of every line, for example `instance`. */
  readonly base?: object;
  readonly clock?: Clock;
  /** Told once per file that cannot be written. @default a line on standard error */
  readonly complain?: (text: string) => void;
}

/** `flush` resolves when all lines so far are written (or lost, when the destination is broken); it never rejects. */
export type RootLogger = Logger & { flush(): Promise<void> };

/** Names that pino writes itself at the head of a line. */
const TAKEN = ['level', 'time', 'message'] as const;

/** Never throws for a destination that cannot be opened or written: the service is worth more than its log. */
export function createLogger(options: LoggerOptions = {}): RootLogger {
  const { level = 'info', base = {}, clock = systemClock } = options;
  const sinks = openSinks(options, clock);
  const root = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${timeOf(clock)}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Fields come here as plain data; pino's own serializer would join the messages of causes.
      serializers: { err: (value: unknown) => value },
    },
    multistream(sinks.map(({ sink, from }) => ({ level: from, stream: streamOf(sink) }))),
  );
  return {
    ...loggerWith(
      root,
      once(() => fieldsOf(base)),
    ),
    async flush() {
      await Promise.all(sinks.map(({ sink }) => sink.flush()));
    },
  };
}

interface LeveledSink {
  readonly sink: Sink;
  /** Lines of this level and above. */
  readonly from: 'trace' | 'error';
}

function openSinks(options: LoggerOptions, clock: Clock): LeveledSink[] {
  const { destination = 'stdout', logDir = '', logFile = '', complain = toStandardError } = options;
  const lostLine = (lost: number) =>
    `${JSON.stringify({ level: 'warn', time: timeOf(clock), message: 'log lines were lost', lost })}\n`;
  const open = (target: string) => openSink({ target, complain, lostLine });
  const sinks: LeveledSink[] = [{ sink: open(destination), from: 'trace' }];
  if (logDir !== '' || logFile !== '') {
    sinks.push({ sink: open(join(logDir, logFile || 'application.log')), from: 'trace' });
  }
  if (logDir !== '') sinks.push({ sink: open(join(logDir, 'error.log')), from: 'error' });
  return sinks;
}

function streamOf(sink: Sink): DestinationStream {
  return { write: (line) => sink.write(line) };
}

/** Fields of children are merged here and not by pino, so that a name appears once in a line. */
function loggerWith(root: PinoLogger, bound: () => Record<string, unknown>): Logger {
  const at = (level: Exclude<LogLevel, 'silent'>) => (fields: object, message: string) => {
    if (root.isLevelEnabled(level)) root[level]({ ...bound(), ...fieldsOf(fields) }, redactText(message));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) =>
      loggerWith(
        root,
        once(() => ({ ...bound(), ...fieldsOf(fields) })),
      ),
  };
}

/** Most children never write a line: their fields are made ready with the first. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function fieldsOf(fields: object): Record<string, unknown> {
  const out = redactFields(fields);
  for (const name of TAKEN) {
    if (!Object.hasOwn(out, name)) continue;
    out[`field_${name}`] = out[name];
    delete out[name];
  }
  return out;
}

function timeOf(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}

function toStandardError(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch {
    // Standard error is closed too: there is nobody left to tell.
  }
}
