import { createEmulator } from 'emulate';
import { ACCOUNTS, APP } from './accounts.ts';

/** What is kept by `emulate`: users, Apps and their tokens, issues, comments, labels, pull requests, check runs, webhooks. */
export async function startEmulated(repositories: readonly string[]) {
  const owners = [...new Set(repositories.map((name) => name.split('/')[0] ?? ''))];
  const names = Object.values(ACCOUNTS).map(({ login }) => login);
  const members = Object.values(ACCOUNTS).filter(({ mayWrite }) => mayWrite);
  const permissions = Object.fromEntries(
    ['issues', 'pull_requests', 'contents', 'checks', 'statuses', 'deployments', 'administration'].map((name) => [
      name,
      'write',
    ]),
  );
  const server = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: Object.fromEntries(
        Object.values(ACCOUNTS).map(({ token, login }) => [token, { login, scopes: ['repo'] }]),
      ),
      github: {
        users: names.map((login) => ({ login, email: `${login}@example.org` })),
        orgs: owners.map((login) => ({
          login,
          members: members.map((each) => ({ login: each.login, role: each.login === 'alice' ? 'admin' : 'member' })),
        })),
        repos: repositories.map((full) => ({ owner: full.split('/')[0], name: full.split('/')[1] })),
        apps: [
          {
            app_id: APP.id,
            slug: APP.slug,
            name: 'My mesh',
            permissions: { ...permissions, metadata: 'read' },
            installations: owners.map((owner, i) => ({ installation_id: APP.installation + i, account: owner })),
          },
        ],
      },
    },
  });
  const key = server.generatedSecrets.find(({ kind }) => kind === 'github.app_private_key')?.value ?? '';
  return { url: server.url, privateKey: key, close: () => server.close() };
}
