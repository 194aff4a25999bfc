import * as z from 'zod';
import { asMeshError, type ErrorCode, MeshError } from '../../protocols/errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** What every error answers (RFC 9457). Programs compare `code`, people read `detail` and `fix`. */
export const ProblemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** Path that was asked for. */
  instance: z.string().optional(),
  code: z.string(),
  fix: z.string(),
  /** May the same request succeed later? */
  retryable: z.boolean(),
  /** Under this id the log tells more. */
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof ProblemSchema>;

export interface ProblemPlace {
  readonly instance?: string;
  readonly requestId?: string;
}

/** What went wrong inside is for the log: an `internal` problem says only where to look. */
const INTERNAL_DETAIL = 'something went wrong inside';

export function problemOf(error: MeshError, place: ProblemPlace = {}): Problem {
  return {
    type: `urn:mindmesh:problem:${error.code}`,
    title: error.code.replaceAll('-', ' '),
    status: error.http,
    detail: error.code === 'internal' ? INTERNAL_DETAIL : error.message,
    ...place,
    code: error.code,
    fix: error.fix,
    retryable: error.retryable,
  };
}

/** Seconds for Retry-After; undefined for errors that waiting does not mend. */
export function retryAfterOf({ code, facts }: MeshError): number | undefined {
  return typeof facts.seconds === 'number' ? facts.seconds : RETRY_AFTER_S[code];
}

const RETRY_AFTER_S: Partial<Record<ErrorCode, number>> = { overloaded: 5, 'copy-missing': 5, 'queue-full': 5 };

/** Fastify's own errors in our words; any other thrown thing is `internal`. */
export function errorOfRequest(thrown: unknown, contentType = 'none'): MeshError {
  const { code, message, statusCode } = faultOf(thrown);
  switch (code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new MeshError('body-not-json', { problem: message });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new MeshError('media-type-unsupported', { type: contentType });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new MeshError('body-too-large', { limit: REQUEST_BODY_BYTES });
    default: {
      const sendersFault = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
      return sendersFault ? new MeshError('request-invalid', { problem: message }) : asMeshError(thrown);
    }
  }
}

/** Bodies of all routes but the webhooks. */
export const REQUEST_BODY_BYTES = 1024 * 1024;

function faultOf(thrown: unknown): { code?: string; message: string; statusCode?: number } {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  const statusCode = 'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
  return { message: thrown.message, ...(code && { code }), ...(statusCode && { statusCode }) };
}
