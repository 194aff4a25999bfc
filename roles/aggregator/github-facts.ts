import type { EventData } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { isObject, type JsonObject } from './json.ts';

/** The envelope has the association of whoever wrote the comment; what stands above it may be a stranger's. */
const OPENER = {
  pull: { openerAssociation: 'pull_request.author_association' },
  issue: { openerAssociation: 'issue.author_association' },
  discussion: { openerAssociation: 'discussion.author_association' },
} as const;

/**
 * Facts that have no shape of their own in the event: name → where the payload has it. A fact is a text, a number or a flag;
 * what is absent or anything else is left out.
 */
const FACTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  branch_protection_rule: { rule: 'rule.name', enforcement: 'rule.admin_enforced' },
  check_run: { requestedAction: 'requested_action.identifier', app: 'check_run.app.slug' },
  check_suite: { app: 'check_suite.app.slug' },
  create: { ref: 'ref', refType: 'ref_type' },
  delete: { ref: 'ref', refType: 'ref_type' },
  deploy_key: { title: 'key.title', readOnly: 'key.read_only' },
  deployment_protection_rule: { event: 'event' },
  deployment_review: { requestor: 'requestor.login', approver: 'approver.login' },
  discussion: { category: 'discussion.category.name', oldCategory: 'changes.category.from.name' },
  discussion_comment: { category: 'discussion.category.name', ...OPENER.discussion },
  gollum: { page: 'pages.0.title', pageAction: 'pages.0.action', pageUrl: 'pages.0.html_url', pages: 'pages.length' },
  issue_comment: OPENER.issue,
  issue_dependencies: { blocked: 'blocked_issue.number', blocking: 'blocking_issue.number' },
  issue_relates_to: { related: 'related_issue.number' },
  issues: { movedTo: 'changes.new_repository.full_name', type: 'type.name' },
  label: { description: 'label.description', oldName: 'changes.name.from' },
  member: { member: 'member.login', permission: 'changes.permission.to', oldPermission: 'changes.permission.from' },
  merge_group: { headRef: 'merge_group.head_ref', baseRef: 'merge_group.base_ref', reason: 'reason' },
  milestone: { number: 'milestone.number', state: 'milestone.state', dueOn: 'milestone.due_on' },
  package: { packageType: 'package.package_type', version: 'package.package_version.version' },
  personal_access_token_request: { owner: 'personal_access_token_request.owner.login' },
  project: { project: 'project.name', state: 'project.state' },
  project_card: { note: 'project_card.note', content: 'project_card.content_url', column: 'project_card.column_id' },
  project_column: { column: 'project_column.name', oldName: 'changes.name.from' },
  projects_v2: { project: 'projects_v2.title', number: 'projects_v2.number', closed: 'projects_v2.closed_at' },
  projects_v2_item: {
    item: 'projects_v2_item.id',
    contentType: 'projects_v2_item.content_type',
    field: 'changes.field_value.field_name',
    from: 'changes.field_value.from.name',
    to: 'changes.field_value.to.name',
  },
  projects_v2_status_update: {
    status: 'projects_v2_status_update.status',
    text: 'projects_v2_status_update.body',
  },
  pull_request: {
    before: 'before',
    after: 'after',
    autoMerge: 'pull_request.auto_merge.merge_method',
    reason: 'reason',
  },
  pull_request_review: OPENER.pull,
  pull_request_review_comment: OPENER.pull,
  pull_request_review_thread: { path: 'thread.comments.0.path', comments: 'thread.comments.length' },
  registry_package: {
    packageType: 'registry_package.package_type',
    version: 'registry_package.package_version.version',
  },
  repository: {
    oldName: 'changes.repository.name.from',
    oldOwner: 'changes.owner.from.user.login',
    oldOrganization: 'changes.owner.from.organization.login',
    oldDefaultBranch: 'changes.default_branch.from',
    archived: 'repository.archived',
    visibility: 'repository.visibility',
  },
  repository_dispatch: { branch: 'branch' },
  repository_import: { status: 'status' },
  repository_ruleset: { ruleset: 'repository_ruleset.name', enforcement: 'repository_ruleset.enforcement' },
  sub_issues: { parent: 'parent_issue.number', sub: 'sub_issue.number' },
  team: { team: 'team.name', permission: 'team.permission' },
  team_add: { team: 'team.name', permission: 'team.permission' },
  workflow_dispatch: { workflow: 'workflow', ref: 'ref' },
  workflow_job: { workflow: 'workflow_job.workflow_name', attempt: 'workflow_job.run_attempt' },
  workflow_run: {
    trigger: 'workflow_run.event',
    attempt: 'workflow_run.run_attempt',
    number: 'workflow_run.run_number',
    path: 'workflow.path',
  },
};

/** Of events about pull requests and issues, which name beside the thread what was done with it. */
const THREAD_FACTS: Readonly<Record<string, string>> = {
  assignee: 'assignee.login',
  requestedReviewer: 'requested_reviewer.login',
  requestedTeam: 'requested_team.name',
  milestone: 'milestone.title',
  oldTitle: 'changes.title.from',
  oldBase: 'changes.base.ref.from',
};

type Path = readonly [name: string, keys: readonly string[]];

const THREAD_PATHS = pathsOf(THREAD_FACTS);
const PATHS = new Map(Object.entries(FACTS).map(([event, facts]) => [event, [...pathsOf(facts), ...THREAD_PATHS]]));

export function readFacts(event: string, payload: JsonObject, clip: Clip): EventData['facts'] {
  const facts: Record<string, string | number | boolean> = {};
  let found = false;
  for (const [name, keys] of PATHS.get(event) ?? THREAD_PATHS) {
    const value = follow(payload, keys);
    if (!isFact(value)) continue;
    facts[name] = typeof value === 'string' ? clip.text(value, 'message', `facts.${name}`) : value;
    found = true;
  }
  return found ? facts : undefined;
}

function pathsOf(facts: Readonly<Record<string, string>>): Path[] {
  return Object.entries(facts).map(([name, path]) => [name, path.split('.')]);
}

function follow(payload: JsonObject, keys: readonly string[]): unknown {
  let value: unknown = payload;
  for (const key of keys) {
    if (Array.isArray(value)) value = key === 'length' ? value.length : value[Number(key)];
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

function isFact(value: unknown): value is string | number | boolean {
  return (typeof value === 'string' && value !== '') || Number.isFinite(value) || typeof value === 'boolean';
}
