import type { EventData } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { hasFailed } from './github-conditions.ts';
import { branchOfStatus } from './github-ref.ts';
import { type JsonObject, objectAt, objectsAt, textAt } from './json.ts';

type Check = NonNullable<EventData['check']>;

/** The five ways in which GitHub says that something was checked, as one. */
const READERS: Readonly<Record<string, (payload: JsonObject) => RawCheck>> = {
  check_run: (payload) => fromCheckRun(objectAt(payload, 'check_run')),
  check_suite: (payload) => fromCheckSuite(objectAt(payload, 'check_suite')),
  workflow_run: (payload) => fromWorkflow(objectAt(payload, 'workflow_run')),
  workflow_job: (payload) => fromWorkflow(objectAt(payload, 'workflow_job')),
  deployment_review: (payload) => fromWorkflow(objectAt(payload, 'workflow_run')),
  status: fromStatus,
};

export function readCheck(event: string, payload: JsonObject, clip: Clip): Check | undefined {
  const raw = READERS[event]?.(payload);
  if (raw === undefined) return undefined;
  return {
    name: clip.text(raw.name, 'title', 'check.name'),
    status: clip.text(raw.status, 'name', 'check.status'),
    ...(raw.conclusion !== '' && { conclusion: clip.text(raw.conclusion, 'name', 'check.conclusion') }),
    headSha: clip.text(raw.headSha, 'name', 'check.headSha'),
    ...(raw.branch !== '' && { branch: clip.text(raw.branch, 'name', 'check.branch') }),
    url: clip.text(raw.url, 'url', 'check.url'),
    ...(raw.summary !== '' && { summary: clip.text(raw.summary, 'body', 'check.summary') }),
  };
}

/** As the payload has it: uncut, empty where it says nothing. */
interface RawCheck {
  readonly name: string;
  readonly status: string;
  readonly conclusion: string;
  readonly headSha: string;
  readonly branch: string;
  readonly url: string;
  readonly summary: string;
}

function fromCheckRun(run: JsonObject): RawCheck {
  const output = objectAt(run, 'output');
  return {
    ...resultOf(run),
    name: textAt(run, 'name'),
    branch: textAt(objectAt(run, 'check_suite'), 'head_branch'),
    url: textAt(run, 'html_url') || textAt(run, 'details_url'),
    summary: [textAt(output, 'title'), textAt(output, 'summary')].filter((text) => text !== '').join('\n\n'),
  };
}

function fromCheckSuite(suite: JsonObject): RawCheck {
  return {
    ...resultOf(suite),
    name: textAt(objectAt(suite, 'app'), 'name'),
    branch: textAt(suite, 'head_branch'),
    // A suite has no page of its own.
    url: textAt(suite, 'url'),
    summary: '',
  };
}

/** A run, or one job of it, which names the steps that failed. */
function fromWorkflow(workflow: JsonObject): RawCheck {
  const failed = objectsAt(workflow, 'steps').filter((step) => hasFailed(textAt(step, 'conclusion')));
  const names = failed.slice(0, 20).map((step) => textAt(step, 'name'));
  return {
    ...resultOf(workflow),
    name: textAt(workflow, 'name'),
    branch: textAt(workflow, 'head_branch'),
    url: textAt(workflow, 'html_url'),
    summary: names.length > 0 ? `failed steps: ${names.join(', ')}` : textAt(workflow, 'display_title'),
  };
}

function fromStatus(payload: JsonObject): RawCheck {
  const state = textAt(payload, 'state');
  const isPending = state === 'pending';
  return {
    name: textAt(payload, 'context'),
    status: isPending ? 'in_progress' : 'completed',
    conclusion: isPending ? '' : state,
    headSha: textAt(payload, 'sha'),
    branch: branchOfStatus(payload),
    url: textAt(payload, 'target_url'),
    summary: textAt(payload, 'description'),
  };
}

function resultOf(part: JsonObject): Pick<RawCheck, 'status' | 'conclusion' | 'headSha'> {
  return {
    status: textAt(part, 'status'),
    conclusion: textAt(part, 'conclusion'),
    headSha: textAt(part, 'head_sha'),
  };
}
