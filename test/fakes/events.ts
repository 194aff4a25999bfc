import { type EventData, type MeshEvent, MeshEventSchema } from '../../protocols/event.ts';

export function meshEvent(fields: Partial<Record<keyof MeshEvent, unknown>> = {}): MeshEvent {
  return MeshEventSchema.parse({
    specversion: '1.0',
    id: 'github:00000000-0000-4000-8000-000000000001',
    source: 'https://github.com/acme/app',
    type: 'com.github.pull_request.opened',
    subject: 'acme/app#7',
    time: '2026-01-02T03:04:05Z',
    datacontenttype: 'application/json',
    kind: 'pr_created',
    org: 'acme',
    repository: 'acme/app',
    actor: 'octocat',
    actortype: 'user',
    authorassociation: 'MEMBER',
    hops: 0,
    correlationid: 'github:00000000-0000-4000-8000-000000000001',
    data: {},
    ...fields,
  });
}

type PullRequest = NonNullable<EventData['pullRequest']>;
type Push = NonNullable<EventData['push']>;
type Issue = NonNullable<EventData['issue']>;

/** A pull request with nothing wrong about it. */
export function pullRequestEvent(pullRequest: Partial<PullRequest> = {}, fields: Partial<MeshEvent> = {}): MeshEvent {
  return meshEvent({
    ...fields,
    data: {
      action: 'opened',
      defaultBranch: 'main',
      pullRequest: {
        number: 7,
        title: 'Read the limit of a page from its configuration',
        body: 'The limit was fixed at 100. It is read from the configuration now, as #5 asks for, with 100 as its default.',
        url: 'https://github.com/acme/app/pull/7',
        state: 'open',
        draft: false,
        merged: false,
        author: 'octocat',
        base: { ref: 'main', sha: 'a'.repeat(40) },
        head: { ref: 'page-limit', sha: 'b'.repeat(40), repository: 'acme/app' },
        labels: ['enhancement'],
        additions: 12,
        deletions: 3,
        changedFiles: 2,
        commits: 1,
        reviewers: ['hubot'],
        ...pullRequest,
      },
    },
  });
}

/** A pull request from a fork about which much can be said. */
export function riskyPullRequestEvent(): MeshEvent {
  return pullRequestEvent(
    {
      title: 'WIP: hotfix login, skip flaky tests',
      body: 'TODO: explain. BREAKING CHANGE for older clients.\n- [ ] tests\n- [x] code\npassword = hunter2hunter2',
      head: { ref: 'hotfix/login', sha: 'c'.repeat(40), repository: 'stranger/app' },
      labels: [],
      additions: 900,
      deletions: 350,
      changedFiles: 42,
      commits: 23,
      reviewers: [],
    },
    { actor: 'stranger', authorassociation: 'FIRST_TIME_CONTRIBUTOR' },
  );
}

export function pushEvent(push: Partial<Push> = {}, fields: Partial<MeshEvent> = {}): MeshEvent {
  return meshEvent({
    id: 'github:00000000-0000-4000-8000-000000000002',
    type: 'com.github.push',
    kind: 'commit_graph',
    subject: 'acme/app@refs/heads/main',
    ...fields,
    data: {
      defaultBranch: 'main',
      push: {
        ref: 'refs/heads/main',
        before: 'a'.repeat(40),
        after: 'd'.repeat(40),
        forced: false,
        created: false,
        deleted: false,
        commitCount: 1,
        url: 'https://github.com/acme/app/compare/a...d',
        commits: [
          {
            id: 'd'.repeat(40),
            message: 'Read the limit of a page from its configuration (#7)',
            author: 'octocat',
            added: [],
            removed: [],
            modified: ['src/page.ts', 'test/page.test.ts'],
          },
        ],
        ...push,
      },
    },
  });
}

/** A push straight to the main branch that touches a bit of everything. */
export function riskyPushEvent(): MeshEvent {
  return pushEvent({
    forced: true,
    commitCount: 3,
    commits: [
      {
        id: '1'.repeat(40),
        message: 'feat(auth)!: sessions in cookies\n\nBREAKING CHANGE: tokens end.',
        author: 'octocat',
        added: ['src/auth/session.ts', 'db/migrations/0007_sessions.sql', '.env'],
        removed: ['test/auth/token.test.ts'],
        modified: ['package.json', 'src/app.ts'],
      },
      {
        id: '2'.repeat(40),
        message: 'fix',
        author: 'hubot',
        added: [],
        removed: [],
        modified: ['.github/workflows/deploy.yml', 'deploy/app.yaml', 'docs/auth.md'],
      },
      {
        id: '3'.repeat(40),
        message: 'Bump leftpad [skip ci]',
        author: 'dependabot',
        added: [],
        removed: [],
        modified: ['package.json'],
      },
    ],
  });
}

export function issueEvent(issue: Partial<Issue> = {}, fields: Partial<MeshEvent> = {}): MeshEvent {
  return meshEvent({
    id: 'github:00000000-0000-4000-8000-000000000003',
    type: 'com.github.issues.opened',
    kind: 'issue_opened',
    subject: 'acme/app#9',
    ...fields,
    data: {
      action: 'opened',
      defaultBranch: 'main',
      issue: {
        number: 9,
        title: 'The list of pages is empty after an upgrade',
        body: 'Steps to reproduce:\n1. upgrade from version 1 to 2\n2. open the list\nExpected: pages. Actual: none.',
        url: 'https://github.com/acme/app/issues/9',
        state: 'open',
        author: 'octocat',
        labels: ['bug'],
        comments: 0,
        isPullRequest: false,
        ...issue,
      },
    },
  });
}
