import type { Kind } from '../../protocols/event.ts';
import {
  isDefaultBranchBroken,
  isDefaultBranchRefused,
  isDeploymentBroken,
  isMerged,
  isOnPullRequest,
  isSevere,
  when,
} from './github-conditions.ts';
import type { JsonObject } from './json.ts';

/** A kind, a kind that the payload decides, or `not-ours`: answered 204 and counted. */
export type Rule = Kind | 'not-ours' | ((payload: JsonObject) => Kind);

export interface EventRule {
  /** The object that makes the payload this event; without it the delivery is refused as `payload-invalid`. */
  readonly needs?: string;
  readonly actions?: Readonly<Record<string, Rule>>;
  /** Every action not named above, also one that GitHub invents tomorrow, and no action at all. */
  readonly otherwise: Rule;
}

/**
 * Every event GitHub sends and the kind it has for us: the one place that decides what generals may see.
 *
 * - Ours is whatever a general could use. Not ours is noise: applause, billing, and the administration of people and
 *   of GitHub Apps that touches no repository.
 * - `needs_attention` is kept for what somebody has to act on now, because it is broadcast: a default branch or an
 *   environment that broke, a severe alert, a secret in the open. One broken pipeline sends a check run for each of its
 *   jobs: only its suite and its workflow run count.
 * - Kinds with a default route mean the act itself: a deleted comment is not `issue_commented`, a removed label is not
 *   `issue_labeled`; such changes are `…_updated`.
 */
export const GITHUB_EVENTS: Readonly<Record<string, EventRule>> = {
  // Who may do what, and what guards a branch: read by those who look after security.
  branch_protection_configuration: { otherwise: 'access_changed' },
  branch_protection_rule: { needs: 'rule', otherwise: 'access_changed' },
  deploy_key: { needs: 'key', otherwise: 'access_changed' },
  member: { needs: 'member', otherwise: 'access_changed' },
  personal_access_token_request: { otherwise: 'access_changed' },
  public: { otherwise: 'access_changed' },
  repository_ruleset: { needs: 'repository_ruleset', otherwise: 'access_changed' },
  security_and_analysis: { otherwise: 'access_changed' },
  team_add: { needs: 'team', otherwise: 'access_changed' },
  team: {
    needs: 'team',
    actions: { added_to_repository: 'access_changed', removed_from_repository: 'access_changed' },
    // Created, renamed or deleted in the org: no repository is touched; those that lose a team say so themselves.
    otherwise: 'not-ours',
  },

  // Checks. `created`, `requested` and `rerequested` ask for work, `completed` tells what came of it.
  check_run: { needs: 'check_run', actions: { completed: 'check_completed' }, otherwise: 'checks_requested' },
  check_suite: {
    needs: 'check_suite',
    actions: { completed: when(isDefaultBranchBroken('check_suite'), 'needs_attention', 'check_completed') },
    otherwise: 'checks_requested',
  },
  merge_group: {
    needs: 'merge_group',
    actions: { checks_requested: 'checks_requested' },
    otherwise: 'repository_changed',
  },
  status: { otherwise: when(isDefaultBranchRefused, 'needs_attention', 'status_changed') },

  // Workflows. The run as a whole completes; one of its jobs only moves it on.
  workflow_dispatch: { otherwise: 'workflow_progressed' },
  workflow_job: { needs: 'workflow_job', otherwise: 'workflow_progressed' },
  workflow_run: {
    needs: 'workflow_run',
    actions: { completed: when(isDefaultBranchBroken('workflow_run'), 'needs_attention', 'workflow_completed') },
    otherwise: 'workflow_progressed',
  },

  // Deployments. Reviews and protection rules hold one up, so they are about its state.
  deployment: { needs: 'deployment', otherwise: 'deployment_created' },
  deployment_protection_rule: { otherwise: 'deployment_status' },
  deployment_review: { otherwise: 'deployment_status' },
  deployment_status: {
    needs: 'deployment_status',
    otherwise: when(isDeploymentBroken, 'needs_attention', 'deployment_status'),
  },
  page_build: { needs: 'build', otherwise: 'deployment_status' },

  // Security. New severe alerts need attention; their later life (fixed, dismissed, assigned) does not.
  code_scanning_alert: {
    needs: 'alert',
    actions: {
      appeared_in_branch: when(isSevere, 'needs_attention', 'security_alert'),
      created: when(isSevere, 'needs_attention', 'security_alert'),
      reopened: when(isSevere, 'needs_attention', 'security_alert'),
      reopened_by_user: when(isSevere, 'needs_attention', 'security_alert'),
    },
    otherwise: 'security_alert',
  },
  dependabot_alert: {
    needs: 'alert',
    actions: {
      auto_reopened: when(isSevere, 'needs_attention', 'security_alert'),
      created: when(isSevere, 'needs_attention', 'security_alert'),
      reintroduced: when(isSevere, 'needs_attention', 'security_alert'),
      reopened: when(isSevere, 'needs_attention', 'security_alert'),
    },
    otherwise: 'security_alert',
  },
  // The old name of dependabot_alert: whoever subscribed to both would be called twice, so it only tells.
  repository_vulnerability_alert: { needs: 'alert', otherwise: 'security_alert' },
  repository_advisory: {
    needs: 'repository_advisory',
    // A stranger reports a hole in private: somebody has to answer.
    actions: { reported: 'needs_attention' },
    otherwise: 'security_alert',
  },
  secret_scanning_alert: {
    needs: 'alert',
    // A secret in a repository has leaked, whatever it opens: it carries no severity of its own.
    actions: { created: 'needs_attention', publicly_leaked: 'needs_attention', reopened: 'needs_attention' },
    otherwise: 'security_alert',
  },
  secret_scanning_alert_location: { needs: 'alert', otherwise: 'security_alert' },
  // Says that a scan ran; what it found arrives as alerts.
  secret_scanning_scan: { otherwise: 'not-ours' },
  // The world's advisories, about no repository of ours: told, not shouted.
  security_advisory: { needs: 'security_advisory', otherwise: 'security_alert' },

  // Commits and refs. A push tells of every ref it moves; create and delete tell of some of them once more.
  commit_comment: { needs: 'comment', otherwise: 'commit_commented' },
  create: { otherwise: 'repository_changed' },
  delete: { otherwise: 'repository_changed' },
  push: { otherwise: 'commit_graph' },

  // Pull requests. Reopening creates nothing: its reviews exist, and what changed meanwhile comes as `synchronize`.
  pull_request: {
    needs: 'pull_request',
    actions: {
      closed: when(isMerged, 'pr_merged', 'pr_closed'),
      labeled: 'pr_labeled',
      opened: 'pr_created',
      ready_for_review: 'review_started',
      review_requested: 'review_started',
    },
    otherwise: 'pr_updated',
  },
  pull_request_review: {
    needs: 'review',
    actions: { submitted: 'review_submitted' },
    otherwise: 'pr_updated',
  },
  pull_request_review_comment: {
    needs: 'comment',
    actions: { created: 'review_commented' },
    otherwise: 'pr_updated',
  },
  pull_request_review_thread: { needs: 'pull_request', otherwise: 'pr_updated' },

  // Issues and talk. A comment on a pull request arrives as issue_comment too.
  discussion: { needs: 'discussion', otherwise: 'discussion' },
  discussion_comment: { needs: 'discussion', otherwise: 'discussion' },
  issue_comment: {
    needs: 'issue',
    actions: { created: when(isOnPullRequest, 'pr_commented', 'issue_commented') },
    otherwise: when(isOnPullRequest, 'pr_updated', 'issue_updated'),
  },
  issue_dependencies: { otherwise: 'issue_updated' },
  issue_relates_to: { otherwise: 'issue_updated' },
  issues: {
    needs: 'issue',
    actions: { closed: 'issue_closed', deleted: 'issue_closed', labeled: 'issue_labeled', opened: 'issue_opened' },
    otherwise: 'issue_updated',
  },
  sub_issues: { otherwise: 'issue_updated' },

  // Releases. One publication sends created, published and released: only `published` is the act.
  package: { needs: 'package', actions: { published: 'release_published' }, otherwise: 'release_changed' },
  registry_package: {
    needs: 'registry_package',
    actions: { published: 'release_published' },
    otherwise: 'release_changed',
  },
  release: { needs: 'release', actions: { published: 'release_published' }, otherwise: 'release_changed' },

  // How work is planned.
  label: { needs: 'label', otherwise: 'project_changed' },
  milestone: { needs: 'milestone', otherwise: 'project_changed' },
  project: { needs: 'project', otherwise: 'project_changed' },
  project_card: { needs: 'project_card', otherwise: 'project_changed' },
  project_column: { needs: 'project_column', otherwise: 'project_changed' },
  projects_v2: { otherwise: 'project_changed' },
  projects_v2_item: { needs: 'projects_v2_item', otherwise: 'project_changed' },
  projects_v2_status_update: { otherwise: 'project_changed' },

  // The repository itself, and its wiki, which is documentation.
  custom_property_values: { otherwise: 'repository_changed' },
  gollum: { otherwise: 'repository_changed' },
  repository: {
    actions: { privatized: 'access_changed', publicized: 'access_changed', transferred: 'access_changed' },
    otherwise: 'repository_changed',
  },
  repository_import: { otherwise: 'repository_changed' },

  // Somebody's own event: what it means is between them and their routes.
  repository_dispatch: { otherwise: 'other' },

  // Not ours: applause.
  fork: { otherwise: 'not-ours' },
  star: { otherwise: 'not-ours' },
  watch: { otherwise: 'not-ours' },
  // Not ours: money.
  marketplace_purchase: { otherwise: 'not-ours' },
  sponsorship: { otherwise: 'not-ours' },
  // Not ours: people of an org, outside any repository.
  membership: { otherwise: 'not-ours' },
  org_block: { otherwise: 'not-ours' },
  organization: { otherwise: 'not-ours' },
  // Not ours: the App, the hook and the org's own settings, which the operator looks after and no general may.
  custom_property: { otherwise: 'not-ours' },
  github_app_authorization: { otherwise: 'not-ours' },
  installation: { otherwise: 'not-ours' },
  installation_repositories: { otherwise: 'not-ours' },
  installation_target: { otherwise: 'not-ours' },
  meta: { otherwise: 'not-ours' },
};

/** An event that GitHub adds tomorrow is kept and routed like any other without a route of its own. */
const UNKNOWN: EventRule = { otherwise: 'other' };

export function ruleOfEvent(event: string): EventRule {
  return Object.hasOwn(GITHUB_EVENTS, event) ? (GITHUB_EVENTS[event] ?? UNKNOWN) : UNKNOWN;
}

/** @param action what the payload says, empty where it says nothing */
export function kindOfEvent(rule: EventRule, action: string, payload: JsonObject): Kind | 'not-ours' {
  const named = rule.actions !== undefined && Object.hasOwn(rule.actions, action) ? rule.actions[action] : undefined;
  const chosen = named ?? rule.otherwise;
  return typeof chosen === 'function' ? chosen(payload) : chosen;
}
