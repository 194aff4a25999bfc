import type { Forge } from '../roles/ports/forge.ts';
import type { Logger } from '../roles/ports/runtime.ts';
import type { Config } from './config/config.ts';
import type { GitHub, GitTokens } from './github/client.ts';
import { GitHubForge } from './github/forge.ts';

/** The one client of this process; absent without a token or an App: then nothing of it is loaded. */
export async function composeGitHub(
  { github }: Config,
  parts: { readonly log: Logger; readonly version: string },
): Promise<(GitHub & GitTokens) | undefined> {
  if (github.token === undefined && github.app === undefined) return undefined;
  const { createGitHub } = await import('./github/client.ts');
  return createGitHub(github, parts);
}

/** What generals read of GitHub; absent without a token or an App. */
export function composeForge(github: GitHub | undefined): Forge | undefined {
  return github && new GitHubForge({ github });
}
