import { messageOf } from '../protocols/errors.ts';
import type { PeopleOptions } from '../roles/orchestrator/people.ts';
import { matchesGlob } from '../roles/policy/glob.ts';
import type { Core } from './compose-core.ts';
import type { Config } from './config/config.ts';

/** Whose word in comments counts, and where one is wanted. */
export function composeWords({ approvals, github }: Config, core: Core): PeopleOptions {
  const own = new Set(approvals.never.map((login) => login.toLowerCase()));
  if (core.github !== undefined) void learnOwnLogin(own, github.app === undefined ? 'token' : 'app', core);
  return {
    isWanted: approvalWanted({ approvals }),
    by: approvals.by,
    isOwn: (login) => own.has(login.toLowerCase()),
  };
}

/** Whether development in a repository waits for an approval. */
export function approvalWanted({ approvals }: Pick<Config, 'approvals'>): (repository: string) => boolean {
  const patterns = approvals.wanted.map((pattern) => pattern.toLowerCase());
  return (repository) => patterns.some((pattern) => matchesGlob(pattern, repository.toLowerCase()));
}

/** What this account writes bears the mesh's marker and never counts; this covers what others write with its key. */
async function learnOwnLogin(own: Set<string>, as: 'token' | 'app', { github, runtime }: Core): Promise<void> {
  if (github === undefined) return;
  try {
    const { ownLogin } = await import('./github/own-login.ts');
    const login = await ownLogin({ as }, { github })();
    if (login !== undefined) own.add(login.toLowerCase());
  } catch (error) {
    runtime.log.warn({ problem: messageOf(error) }, 'own login at GitHub not known: list it in approvals.never');
  }
}
