import type { EventData } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { type JsonObject, objectAt, textAt } from './json.ts';

type Deployment = NonNullable<EventData['deployment']>;

/** As the payload has it: uncut, empty where it says nothing. */
interface RawDeployment {
  readonly environment: string;
  readonly state: string;
  readonly description: string;
  readonly ref: string;
  readonly sha: string;
  readonly url: string;
}

const READERS: Readonly<Record<string, (payload: JsonObject) => RawDeployment>> = {
  deployment: fromDeployment,
  deployment_status: fromDeployment,
  deployment_protection_rule: fromDeployment,
  deployment_review: fromReview,
  page_build: fromPageBuild,
};

export function readDeployment(event: string, payload: JsonObject, clip: Clip): Deployment | undefined {
  const raw = READERS[event]?.(payload);
  if (raw === undefined) return undefined;
  return {
    environment: clip.text(raw.environment, 'name', 'deployment.environment'),
    ...(raw.state !== '' && { state: clip.text(raw.state, 'name', 'deployment.state') }),
    ref: clip.text(raw.ref, 'name', 'deployment.ref'),
    sha: clip.text(raw.sha, 'name', 'deployment.sha'),
    ...(raw.url !== '' && { url: clip.text(raw.url, 'url', 'deployment.url') }),
    ...(raw.description !== '' && { description: clip.text(raw.description, 'message', 'deployment.description') }),
  };
}

function fromDeployment(payload: JsonObject): RawDeployment {
  const deployment = objectAt(payload, 'deployment');
  const status = objectAt(payload, 'deployment_status');
  return {
    environment: textAt(status, 'environment') || textAt(deployment, 'environment') || textAt(payload, 'environment'),
    state: textAt(status, 'state'),
    description: textAt(status, 'description') || textAt(deployment, 'description'),
    ref: textAt(deployment, 'ref'),
    sha: textAt(deployment, 'sha'),
    url: textAt(status, 'environment_url') || textAt(status, 'target_url'),
  };
}

/** Somebody is asked to let a workflow's deployment pass, or has answered. */
function fromReview(payload: JsonObject): RawDeployment {
  const run = objectAt(payload, 'workflow_run');
  return {
    environment: textAt(payload, 'environment') || textAt(objectAt(payload, 'workflow_job_run'), 'environment'),
    state: textAt(payload, 'action'),
    description: textAt(payload, 'comment'),
    ref: textAt(run, 'head_branch'),
    sha: textAt(run, 'head_sha'),
    url: textAt(run, 'html_url'),
  };
}

function fromPageBuild(payload: JsonObject): RawDeployment {
  const build = objectAt(payload, 'build');
  return {
    // The name GitHub itself gives this environment in deployments.
    environment: 'github-pages',
    state: textAt(build, 'status'),
    description: textAt(objectAt(build, 'error'), 'message'),
    ref: '',
    sha: textAt(build, 'commit'),
    url: textAt(build, 'url'),
  };
}
