import { listedCommit } from './commits.ts';
import { frameOf, userOf } from './events.ts';
import type { LabParts } from './proxy.ts';
import { type Ask, LabProblem, ok, paged, type Routes, textOf, writerOf } from './router.ts';
import type { CombinedShape, StatusShape } from './shapes.ts';

const STATES = ['error', 'failure', 'pending', 'success'];

/**
 * Gap: no commit statuses.
 * https://docs.github.com/rest/commits/statuses · https://docs.github.com/webhooks/webhook-events-and-payloads#status
 */
export function statusRoutes(lab: LabParts): Routes {
  const statuses = new Map<string, StatusShape[]>();
  let ids = 0;
  const listOf = async (ask: Ask) => {
    const of = lab.repository(ask.repository);
    const sha = await of.commitOf(ask.params.ref ?? ask.params.sha ?? '');
    if (sha === undefined) throw new LabProblem(404, 'Not Found');
    return { of, sha, all: statuses.get(`${of.name} ${sha}`) ?? [] };
  };
  return {
    'POST /repos/{owner}/{repo}/statuses/{sha}': async (ask) => {
      const by = writerOf(ask);
      const { of, sha, all } = await listOf(ask);
      const { state, context = 'default', description = null, target_url = null } = ask.body;
      if (!STATES.includes(textOf(state))) throw new LabProblem(422, 'Validation Failed');
      const now = new Date().toISOString();
      const status: StatusShape = {
        ...{
          id: ++ids,
          url: `${lab.url}/repos/${of.name}/statuses/${sha}`,
          state: textOf(state),
          context: textOf(context),
        },
        ...{ description: textOf(description), target_url: textOf(target_url), created_at: now, updated_at: now },
      };
      const shown = { ...status, creator: await userOf(lab, by) };
      statuses.set(`${of.name} ${sha}`, [shown, ...all]);
      lab.deliveries.send('status', async () => ({
        ...{
          id: status.id,
          sha,
          name: of.name,
          state,
          context,
          description,
          target_url,
          created_at: now,
          updated_at: now,
        },
        ...{ commit: await listedCommit(of, lab.url, sha), branches: await branchesAt(ask, sha) },
        ...(await frameOf(lab, of.name, by)),
      }));
      return ok(shown, 201);
    },
    'GET /repos/{owner}/{repo}/commits/{ref}/statuses': async (ask) => paged(ask, (await listOf(ask)).all),
    'GET /repos/{owner}/{repo}/commits/{ref}/status': async (ask) => {
      const { sha, all } = await listOf(ask);
      const latest = all.filter((each, i) => all.findIndex(({ context }) => context === each.context) === i);
      const combined: CombinedShape = { state: worst(latest), sha, total_count: latest.length };
      return paged(ask, latest, (items) => ({ ...combined, statuses: items }));
    },
  };

  async function branchesAt(ask: Ask, sha: string) {
    const refs = await lab.repository(ask.repository).refs();
    const names = [...refs].filter(([ref, tip]) => tip === sha && ref.startsWith('refs/heads/'));
    return names.map(([ref]) => ({ name: ref.slice('refs/heads/'.length), commit: { sha }, protected: false }));
  }
}

function worst(statuses: readonly StatusShape[]): string {
  const has = (...states: string[]) => statuses.some(({ state }) => states.includes(state));
  if (has('error', 'failure')) return 'failure';
  return statuses.length === 0 || has('pending') ? 'pending' : 'success';
}
