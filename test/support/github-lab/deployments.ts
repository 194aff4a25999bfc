import type { Account } from './accounts.ts';
import { frameOf, userOf } from './events.ts';
import type { LabParts } from './proxy.ts';
import { type Ask, accountOf, type Json, LabProblem, ok, paged, type Routes, textOf, writerOf } from './router.ts';
import type { DeploymentShape } from './shapes.ts';

/**
 * Gap: no deployments.
 * https://docs.github.com/rest/deployments/deployments · https://docs.github.com/rest/deployments/statuses
 * https://docs.github.com/webhooks/webhook-events-and-payloads#deployment_status
 */
export function deploymentRoutes(lab: LabParts): Routes {
  const deployments: { repository: string; deployment: DeploymentShape; statuses: Json[] }[] = [];
  const found = (ask: Ask) => {
    const of = deployments[Number(ask.params.deployment_id) - 1];
    if (of === undefined || of.repository !== ask.repository) throw new LabProblem(404, 'Not Found');
    return of;
  };
  const tell = (event: string, repository: string, by: Account, payload: Json) =>
    lab.deliveries.send(event, async () => ({ ...payload, ...(await frameOf(lab, repository, by)) }));
  return {
    'POST /repos/{owner}/{repo}/deployments': async (ask) => {
      const by = writerOf(ask);
      const of = lab.repository(ask.repository);
      const ref = textOf(ask.body.ref);
      const sha = await of.commitOf(ref);
      if (sha === undefined) throw new LabProblem(422, `No ref found for: ${ref}`);
      const now = new Date().toISOString();
      const id = deployments.length + 1;
      const deployment: DeploymentShape = {
        ...{ id, sha, ref, task: 'deploy', environment: textOf(ask.body.environment) || 'production', created_at: now },
        ...{ description: textOf(ask.body.description), url: `${lab.url}/repos/${of.name}/deployments/${id}` },
      };
      const shown = { ...deployment, updated_at: now, creator: await userOf(lab, by), payload: {} };
      deployments.push({ repository: of.name, deployment: shown, statuses: [] });
      tell('deployment', of.name, by, { action: 'created', deployment: shown });
      return ok(shown, 201);
    },
    'GET /repos/{owner}/{repo}/deployments': (ask) => {
      accountOf(ask);
      const all = deployments.filter((each) => each.repository === ask.repository);
      return paged(ask, all.map(({ deployment }) => deployment).toReversed());
    },
    'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': async (ask) => {
      const by = writerOf(ask);
      const { deployment, statuses } = found(ask);
      const now = new Date().toISOString();
      const {
        state,
        environment_url = '',
        log_url = '',
        description = '',
        environment = deployment.environment,
      } = ask.body;
      const dates = { created_at: now, updated_at: now };
      const texts = { state, environment_url, log_url, target_url: log_url, description, environment };
      const url = `${deployment.url}/statuses/${statuses.length + 1}`;
      const status = { id: statuses.length + 1, url, ...texts, ...dates, creator: await userOf(lab, by) };
      statuses.unshift(status);
      tell('deployment_status', ask.repository, by, { action: 'created', deployment_status: status, deployment });
      return ok(status, 201);
    },
    'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': (ask) => paged(ask, found(ask).statuses),
  };
}
