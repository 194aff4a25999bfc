import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import type { GitHub } from './client.ts';
import { decodeReply } from './reply.ts';

/** Mutations of GitHub's GraphQL for which its REST API has nothing, with the types of their input. */
const INPUTS = {
  markPullRequestReadyForReview: 'MarkPullRequestReadyForReviewInput',
  minimizeComment: 'MinimizeCommentInput',
} as const;

const ErrorsSchema = z.object({
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).default([]),
});

/**
 * https://docs.github.com/graphql/reference/mutations
 * @param place whose installation of an App asks
 * @throws MeshError `github-not-found`, `github-forbidden`, `github-refused` for what GitHub answers with 200 and errors
 */
export async function mutate(
  github: GitHub,
  place: { readonly owner: string; readonly repo: string },
  name: keyof typeof INPUTS,
  input: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  const query = `mutation($input: ${INPUTS[name]}!) { ${name}(input: $input) { clientMutationId } }`;
  const request = `POST /graphql ${name}`;
  const answer = await github.request('POST /graphql', { ...place, query, variables: { input } }, signal);
  const [error] = decodeReply(ErrorsSchema, answer, request).errors;
  if (error === undefined) return;
  const { type, message: problem } = error;
  if (type === 'NOT_FOUND') throw new MeshError('github-not-found', { request, problem });
  if (type === 'FORBIDDEN') throw new MeshError('github-forbidden', { request, problem });
  throw new MeshError('github-refused', { request, status: 200, problem });
}
