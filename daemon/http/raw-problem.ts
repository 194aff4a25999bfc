import { STATUS_CODES } from 'node:http';
import type { MeshError } from '../../protocols/errors.ts';
import { PROBLEM_TYPE, problemOf, retryAfterOf } from './problems.ts';

/** A whole HTTP answer that closes the connection: for a socket whose request was not read to its end. */
export function rawProblem(error: MeshError, instance?: string): string {
  const body = JSON.stringify(problemOf(error, instance === undefined ? {} : { instance }));
  const retryAfter = retryAfterOf(error);
  return [
    `HTTP/1.1 ${error.http} ${STATUS_CODES[error.http] ?? ''}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...(retryAfter === undefined ? [] : [`retry-after: ${retryAfter}`]),
    `date: ${new Date().toUTCString()}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
