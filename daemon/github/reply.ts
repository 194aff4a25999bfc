import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import type { GitHubReply } from './client.ts';

/** Ids of today are beyond what a JavaScript number holds. */
export const IdSchema = z.union([z.int(), z.bigint()]);
export type Id = z.infer<typeof IdSchema>;

/** What GitHub answered. @throws MeshError `github-nonsense` */
export function decodeReply<T>(schema: z.ZodType<T>, { data }: Pick<GitHubReply, 'data'>, request: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new MeshError('github-nonsense', { request, problem: z.prettifyError(parsed.error) });
}

/** What another part of this build gave an adapter of effects: a mistake of ours, which no repeat mends. @throws MeshError `effect-invalid` */
export function decodeGiven<T>(kind: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MeshError('effect-invalid', { kind, problem: z.prettifyError(parsed.error) });
}

export const RepositorySchema = z.string().regex(/^[^/]+\/[^/]+$/, 'is not owner/name');

/** The placeholders `{owner}` and `{repo}` of routes. */
export function placeOf(repository: string): { readonly owner: string; readonly repo: string } {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}

/** Lowest first. */
export function byId(a: { readonly id: Id }, b: { readonly id: Id }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
