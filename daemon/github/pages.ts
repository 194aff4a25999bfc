import * as z from 'zod';
import type { Listed } from '../../roles/ports/forge.ts';
import type { GitHub, GitHubParameters } from './client.ts';
import { decodeReply } from './reply.ts';

export interface PagesOptions<T> {
  readonly route: string;
  readonly parameters: GitHubParameters;
  readonly schema: z.ZodType<T>;
  /** No more are asked for; a page that was begun is taken whole. */
  readonly most: number;
  /** Where the list is in an answer that is no list itself. */
  readonly at?: string;
}

/** The most GitHub gives at once. https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
export const PER_PAGE = 100;

/** Asks page by page until a page is not full. */
export async function allPages<T>(
  github: GitHub,
  { route, parameters, schema, most, at }: PagesOptions<T>,
  signal: AbortSignal,
): Promise<Listed<T>> {
  const list = z.array(schema);
  const items: T[] = [];
  for (let page = 1; ; page++) {
    const { data } = await github.request(route, { ...parameters, per_page: PER_PAGE, page }, signal);
    const found = decodeReply(list, { data: at === undefined ? data : z.looseObject({}).parse(data)[at] }, route);
    for (const each of found) items.push(each);
    if (found.length < PER_PAGE) return { items, cut: false };
    if (items.length >= most) return { items, cut: true };
  }
}
