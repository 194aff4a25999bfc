import { createEmulator } from 'emulate';
import { Secret } from '../../daemon/config/secret.ts';
import { GitHubClient } from '../../daemon/github/client.ts';
import type { GitHubOptions } from '../../daemon/github/github-options.ts';
import { silentLogger } from '../fakes/runtime-lite.ts';

/** Accounts of the stand-in, by their tokens. */
export const TOKENS = { 'mesh-bot': 'token-of-the-mesh', octocat: 'token-of-a-person' } as const;
export const REPOSITORY = 'octocat/app';
export const APP_LOGIN = 'my-mesh[bot]';
const [OWNER = '', REPO = ''] = REPOSITORY.split('/');
const APP_ID = 12_345;

/** GitHub's REST API by `emulate`, which keeps issues and comments in memory, on a free port. */
export async function emulatedGitHub() {
  const server = await createEmulator({ service: 'github', port: 0, seed: SEED });
  const by = (account: keyof typeof TOKENS) => githubClient(server.url, { token: new Secret(TOKENS[account], 'test') });
  const key = server.generatedSecrets.find(({ kind }) => kind === 'github.app_private_key')?.value ?? '';
  const app = () => githubClient(server.url, { app: { id: APP_ID, privateKey: new Secret(key, 'test') } });
  const issue = async () => {
    const made = await by('octocat').request('POST /repos/{owner}/{repo}/issues', {
      owner: OWNER,
      repo: REPO,
      title: 'A question',
    });
    return numberOf(made.data);
  };
  const comment = (account: keyof typeof TOKENS, number: number, body: string) =>
    by(account).request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...{ owner: OWNER, repo: REPO, issue_number: number, body },
    });
  return { url: server.url, by, app, issue, comment, close: () => server.close() };
}

export type EmulatedGitHub = Awaited<ReturnType<typeof emulatedGitHub>>;

/** Without a pace and with short waits. */
export function githubClient(baseUrl: string, credential: Pick<GitHubOptions, 'token' | 'app'>): GitHubClient {
  const options = { baseUrl, throttle: false, retryBaseMs: 1, ...credential };
  return new GitHubClient(options, { log: silentLogger, version: '0.0.0' });
}

const SEED = {
  tokens: {
    [TOKENS['mesh-bot']]: { login: 'mesh-bot', scopes: ['repo', 'user'] },
    [TOKENS.octocat]: { login: 'octocat', scopes: ['repo', 'user'] },
  },
  github: {
    users: [{ login: 'mesh-bot' }, { login: 'octocat' }],
    repos: [{ owner: OWNER, name: REPO }],
    apps: [
      {
        app_id: APP_ID,
        slug: 'my-mesh',
        name: 'My mesh',
        permissions: { issues: 'write', metadata: 'read' },
        installations: [{ installation_id: 100, account: OWNER }],
      },
    ],
  },
};

function numberOf(data: unknown): number {
  if (typeof data === 'object' && data !== null && 'number' in data) return Number(data.number);
  throw new Error('the stand-in made no issue');
}
