import * as z from 'zod';
import { keyIn } from '../../protocols/marker.ts';
import type { GitHub, GitHubParameters } from './client.ts';
import { isOf, type OwnLogin } from './own-login.ts';
import { allPages } from './pages.ts';
import { byId, IdSchema } from './reply.ts';

/** https://docs.github.com/rest/pulls/reviews */
export const ReviewSchema = z.object({
  id: IdSchema,
  node_id: z.string().default(''),
  html_url: z.string().optional(),
  body: z.string().nullish(),
  state: z.string(),
  user: z.object({ login: z.string() }).nullish(),
});
export type Review = z.infer<typeof ReviewSchema>;

const LIST = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews';

/** Reviews of a pull request by our own account, the lowest id first; one that is not submitted only its account sees. */
export async function ownReviews(
  { github, self }: { readonly github: GitHub; readonly self: OwnLogin },
  place: GitHubParameters,
  signal: AbortSignal,
): Promise<readonly Review[]> {
  const login = await self();
  const pages = { route: LIST, parameters: place, schema: ReviewSchema, most: Number.POSITIVE_INFINITY };
  const { items } = await allPages(github, pages, signal);
  return items.filter(({ user }) => isOf(user?.login, login)).sort(byId);
}

export function isPending({ state }: Review): boolean {
  return state === 'PENDING';
}

export function keyOf({ body }: Review) {
  return keyIn(body ?? '');
}
