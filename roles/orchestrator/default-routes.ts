import type { Rule } from './rule.ts';

/**
 * The routes of the first source document (docs/parity.md 022–029) and of the fourth (229–233, 252, 278, 279) together: several may match one event.
 * Where a document leaves the strategy open it is round_robin (F19). Broadcast takes the named generals in every cluster,
 * the other strategies one instance of each (F02, F03).
 */
export const DEFAULT_ROUTES: readonly Rule[] = [
  // 022, 029
  {
    name: 'needs-attention',
    match: { kind: 'needs_attention' },
    generals: ['triage-general', 'priority-general'],
    strategy: 'broadcast',
    priority: 'critical',
  },
  // 024, 025
  {
    name: 'review-started',
    match: { kind: 'review_started' },
    generals: ['code-review-general', 'quality-assurance-general'],
    strategy: 'load_balanced',
    priority: 'high',
  },
  // 024; its generals are left open there: those who read the review's beginning read its end
  {
    name: 'review-submitted',
    match: { kind: 'review_submitted' },
    generals: ['code-review-general', 'quality-assurance-general'],
    strategy: 'load_balanced',
    priority: 'high',
  },
  // 022, 026
  {
    name: 'pr-created',
    match: { kind: 'pr_created' },
    generals: ['architecture-general', 'security-general', 'code-review-general'],
    strategy: 'broadcast',
    priority: 'high',
  },
  // 232: the CI/CD pipeline are the generals of testing and of delivery
  {
    name: 'pull-request-opened',
    match: { kind: 'pr_created' },
    generals: ['deployment-general', 'quality-assurance-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
  // 027, F19
  {
    name: 'pr-merged',
    match: { kind: 'pr_merged' },
    generals: ['deployment-general', 'documentation-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
  // 233: `closed` covers merged and not merged
  {
    name: 'pull-request-closed',
    match: { kind: ['pr_closed', 'pr_merged'] },
    generals: ['deployment-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
  // 278: a suite tells the end of all its runs; each of them tells its own as well, and is nobody's matter
  {
    name: 'checks-completed',
    match: { kind: 'check_completed', type: 'com.github.check_suite.*' },
    generals: ['deployment-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
  // 252
  {
    name: 'deployed',
    match: { kind: 'deployment_status', type: 'com.github.deployment_status.*' },
    generals: ['deployment-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
  // 279: beside those who attend to whatever broke
  {
    name: 'deployment-broken',
    match: { kind: 'needs_attention', type: 'com.github.deployment_status.*' },
    generals: ['deployment-general'],
    strategy: 'round_robin',
    priority: 'critical',
  },
  // 028, F19
  {
    name: 'commit-graph',
    match: { kind: 'commit_graph' },
    generals: ['analytics-general', 'metrics-general'],
    strategy: 'round_robin',
    priority: 'low',
  },
  // 229
  {
    name: 'issue-opened',
    match: { kind: 'issue_opened' },
    generals: ['product-owner-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
  // 230
  {
    name: 'issue-labeled',
    match: { kind: 'issue_labeled' },
    generals: ['product-owner-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
  // 231: GitHub sends comments on pull requests as issue_comment too
  {
    name: 'issue-commented',
    match: { kind: ['issue_commented', 'pr_commented'] },
    generals: ['product-owner-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
  // An issue that is edited or closed, and an approval given at the command line, may answer what the product owner waits for.
  {
    name: 'issue-updated',
    match: { kind: ['issue_updated', 'issue_closed'] },
    generals: ['product-owner-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
  // 244, 247: the label, and a member's approval of exactly that text, whichever came last
  {
    name: 'ready-for-dev',
    match: { kind: ['issue_labeled', 'issue_commented', 'issue_updated'], development: 'begins' },
    generals: ['developer-general'],
    strategy: 'round_robin',
    priority: 'normal',
  },
];
