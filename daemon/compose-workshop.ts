import { join } from 'node:path';
import { messageOf } from '../protocols/errors.ts';
import type { ConversationParts } from '../roles/general/conversation-parts.ts';
import type { Logger } from '../roles/ports/runtime.ts';
import type { Config } from './config/config.ts';
import type { GitTokens } from './github/client.ts';

export type Workshop = Pick<ConversationParts, 'retrieval' | 'workspaces' | 'syntax'>;

/**
 * What a developer builds with; nothing where this node may open no pull requests, is nobody at GitHub, or cannot run tests safely. Loaded only
 * where it is used.
 */
export async function composeWorkshop(
  { effects, github: { baseUrl }, node }: Config,
  { github, log }: { readonly github: GitTokens | undefined; readonly log: Logger },
): Promise<Workshop> {
  if (effects.pullRequests !== 'on' || github === undefined) return {};
  const { Sandbox } = await import('./workspace/sandbox.ts');
  const sandbox = new Sandbox({ hidden: [node.dataDir] });
  try {
    await sandbox.check();
  } catch (error) {
    log.warn({ problem: messageOf(error) }, 'no sandbox: the developer plans and writes nothing');
    return {};
  }
  const { GitWorkspaces } = await import('./workspace/git-workspaces.ts');
  const { CodeRetrieval } = await import('./retrieval/code-retrieval.ts');
  const { Grammars } = await import('./retrieval/grammars.ts');
  const { GrammarSyntax } = await import('./retrieval/syntax.ts');
  const grammars = new Grammars();
  return {
    retrieval: new CodeRetrieval({}, { grammars }),
    syntax: new GrammarSyntax({ grammars }),
    workspaces: new GitWorkspaces(
      { dir: join(node.dataDir, 'workspaces'), baseUrl: gitUrlOf(baseUrl) },
      // GitHub takes any name beside a token.
      {
        sandbox,
        credentials: async (repository) => ({
          username: 'x-access-token',
          password: await github.gitToken(repository),
        }),
      },
    ),
  };
}

/** Where git is, by where the API is: https://docs.github.com/enterprise-server/rest/quickstart */
export function gitUrlOf(apiUrl: string): string {
  const url = new URL(apiUrl);
  if (url.hostname === 'api.github.com') return 'https://github.com';
  return `${url.origin}${url.pathname.replace(/\/api\/v3\/?$/, '').replace(/\/$/, '')}`;
}
