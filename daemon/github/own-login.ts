import * as z from 'zod';
import { hasCode, MeshError } from '../../protocols/errors.ts';
import type { GitHub } from './client.ts';

const UserSchema = z.object({ login: z.string() });
const AppSchema = z.object({ slug: z.string() });

/** Asks once who we are at GitHub. */
export type OwnLogin = () => Promise<string | undefined>;

/**
 * The login under which GitHub shows what we write, asked for once; undefined where GitHub does not tell (an installation's
 * token, given as a plain one, may not ask who it is).
 */
export function ownLogin({ as }: { readonly as: 'token' | 'app' }, { github }: { readonly github: GitHub }): OwnLogin {
  let known: Promise<string | undefined> | undefined;
  return () => {
    known ??= (as === 'app' ? loginOfApp(github) : loginOfToken(github)).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

async function loginOfToken(github: GitHub): Promise<string | undefined> {
  try {
    return UserSchema.parse((await github.request('GET /user')).data).login;
  } catch (error) {
    if (hasCode(error, 'github-forbidden')) return undefined;
    throw nonsenseOr(error, 'GET /user');
  }
}

/** https://docs.github.com/apps/creating-github-apps: what an App writes is shown as `<slug>[bot]`. */
async function loginOfApp(github: GitHub): Promise<string> {
  try {
    return `${AppSchema.parse((await github.request('GET /app')).data).slug}[bot]`;
  } catch (error) {
    throw nonsenseOr(error, 'GET /app');
  }
}

function nonsenseOr(error: unknown, request: string): unknown {
  if (!(error instanceof z.ZodError)) return error;
  return new MeshError('github-nonsense', { request, problem: z.prettifyError(error) });
}

/** An account that cannot be found out takes every marker for its own: nobody else knows the key before it is written. */
export function isOf(login: string | undefined, self: string | undefined): boolean {
  return self === undefined || login?.toLowerCase() === self.toLowerCase();
}
