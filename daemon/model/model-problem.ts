import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { messageOf } from '../../protocols/errors.ts';

/** Why a call of the model failed, in one sentence without the key. `key` is what must not be told. */
export function modelProblem(error: unknown, key: string | undefined): string {
  const sentence = sentenceOf(error).replaceAll(/\s+/g, ' ').trim();
  const safe = key === undefined || key === '' ? sentence : sentence.replaceAll(key, '***');
  return safe.length <= MAX_CHARS ? safe : `${safe.slice(0, MAX_CHARS)}…`;
}

const MAX_CHARS = 300;

function sentenceOf(error: unknown): string {
  if (error instanceof APIConnectionTimeoutError) return 'it did not answer in time';
  if (error instanceof APIConnectionError) return `no connection: ${rootOf(error)}`;
  if (error instanceof APIError && error.status !== undefined) return `it answered ${error.message}`;
  return `the answer broke off: ${rootOf(error)}`;
}

/** fetch tells the true reason (ECONNREFUSED, a closed socket) only in the cause of the cause. */
function rootOf(error: unknown): string {
  if (error instanceof Error && error.cause instanceof Error) return rootOf(error.cause);
  return messageOf(error);
}
