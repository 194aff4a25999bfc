import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import { MeshError } from '../protocols/errors.ts';
import type { Logger } from '../roles/ports/runtime.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

export interface LogOptions {
  /** Least important level that is written. Default `info`. */
  readonly level?: (typeof LOG_LEVELS)[number];
  /** 1 = standard output, 2 = standard error (default): what a command prints stays apart from what the daemon says. */
  readonly fd?: 1 | 2;
  /** Fields of every line, e.g. the name of the node. */
  readonly fields?: object;
}

/**
 * One line of JSON for each message, written at once: a process that is killed has said what it said. Secrets are taken out of
 * the finished line, so it does not matter how deep or in which text they stood.
 */
export function createLog(options: LogOptions = {}, parts: { readonly stream?: DestinationStream } = {}): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: { pid: process.pid, ...options.fields },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError, err: describeError, cause: describeError },
      hooks: { streamWrite: redact },
    },
    parts.stream ?? destination({ fd: options.fd ?? 2, sync: true }),
  );
}

const SECRET_KEYS =
  'authorization|proxy-authorization|cookie|set-cookie|tokens?|secrets?|passwords?|api[-_]?key|private[-_]?key|' +
  'signature|x-hub-signature(?:-256)?|x-auth-token|mac';
const TEXT = '"(?:[^"\\\\]|\\\\.)*"';

/** A field whose name says that its value is secret: one text or a list of texts. */
const SECRET_FIELD = new RegExp(`("(?:${SECRET_KEYS})":)(?:${TEXT}|\\[(?:${TEXT},?)*\\])`, 'gi');

/** Secrets by their form, wherever they stand. */
const SECRET_TEXT: readonly RegExp[] = [
  /\b(Bearer|Basic) +[\w.~+/=-]+/g,
  /\b(sha1|sha256)=[0-9a-f]{40,64}/g,
  /\b(gh[opsur]_|github_pat_|sk-)[\w-]{16,}/g,
  // userinfo of a URL
  /(:\/\/)[^\s/"'@]+:[^\s/"'@]+(?=@)/g,
];

export const REDACTED = '[redacted]';

/** A line of the log without what must not be in it. Still JSON: only the inside of texts changes. */
export function redact(line: string): string {
  let clean = line.replace(SECRET_FIELD, `$1"${REDACTED}"`);
  for (const pattern of SECRET_TEXT) clean = clean.replace(pattern, `$1${REDACTED}`);
  return clean;
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    type: error.name,
    ...(error instanceof MeshError ? { code: error.code, fix: error.fix } : 'code' in error && { code: error.code }),
    message: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
