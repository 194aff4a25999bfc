import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, type Kind, type MeshEvent } from '../../../../protocols/event.ts';
import { GENERALS, UNROUTED_GENERAL } from '../../../../protocols/generals.ts';
import { DEFAULT_ROUTES } from '../../../../roles/orchestrator/default-routes.ts';
import { type FileRule, mergeRoutes, routeEvent } from '../../../../roles/orchestrator/routes.ts';
import { eventOf, issue } from './samples.ts';

function wantsOf(event: MeshEvent, file: readonly FileRule[] = [], defaults = true): string[] {
  const { wants } = routeEvent(event, mergeRoutes(file, { defaults }), UNROUTED_GENERAL);
  return wants.map(({ general, strategy }) => `${general} ${strategy}`);
}

/** What each kind goes to by default: docs/parity.md 022–029, 229–233, 247; its type may add more, all else is unrouted. */
const ROUTED: Partial<Record<Kind, readonly string[]>> = {
  review_started: ['code-review-general load_balanced', 'quality-assurance-general load_balanced'],
  review_submitted: ['code-review-general load_balanced', 'quality-assurance-general load_balanced'],
  needs_attention: ['triage-general broadcast', 'priority-general broadcast'],
  commit_graph: ['analytics-general round_robin', 'metrics-general round_robin'],
  pr_created: [
    'architecture-general broadcast',
    'security-general broadcast',
    'code-review-general broadcast',
    'deployment-general round_robin',
    'quality-assurance-general round_robin',
  ],
  pr_merged: ['deployment-general round_robin', 'documentation-general round_robin'],
  pr_closed: ['deployment-general round_robin'],
  issue_opened: ['product-owner-general round_robin'],
  issue_labeled: ['product-owner-general round_robin'],
  issue_commented: ['product-owner-general round_robin'],
  issue_updated: ['product-owner-general round_robin'],
  issue_closed: ['product-owner-general round_robin'],
  pr_commented: ['product-owner-general round_robin'],
};

for (const kind of KINDS) {
  const wants = ROUTED[kind] ?? ['general-purpose-general round_robin'];
  test(`orchestrator / routes / by default ${kind} goes to ${wants.join(', ')}`, () => {
    assert.deepEqual(wantsOf(eventOf({ kind })), wants);
  });
}

const TYPED: readonly { kind: Kind; type: string; wants: readonly string[] }[] = [
  { kind: 'check_completed', type: 'com.github.check_suite.completed', wants: ['deployment-general round_robin'] },
  { kind: 'check_completed', type: 'com.github.check_run.completed', wants: ['general-purpose-general round_robin'] },
  {
    kind: 'deployment_status',
    type: 'com.github.deployment_status.created',
    wants: ['deployment-general round_robin'],
  },
  { kind: 'deployment_status', type: 'com.github.page_build', wants: ['general-purpose-general round_robin'] },
  {
    kind: 'needs_attention',
    type: 'com.github.deployment_status.created',
    wants: ['triage-general broadcast', 'priority-general broadcast', 'deployment-general round_robin'],
  },
];
for (const { kind, type, wants } of TYPED) {
  test(`orchestrator / routes / by default ${type} of kind ${kind} goes to ${wants.join(', ')}`, () => {
    assert.deepEqual(wantsOf(eventOf({ kind, type })), wants);
  });
}

test('orchestrator / routes / the developer comes with the event that completes label and approval, and by no label alone', () => {
  const labeled = eventOf({ kind: 'issue_labeled', data: { issue: issue(['ready-for-dev']), label: 'ready-for-dev' } });
  assert.deepEqual(wantsOf(labeled), ['product-owner-general round_robin']);
  for (const kind of ['issue_labeled', 'issue_commented', 'issue_updated'] as const) {
    const { wants } = routeEvent({ ...labeled, kind }, mergeRoutes([]), UNROUTED_GENERAL, true);
    assert.deepEqual(
      wants.map(({ general }) => general),
      ['product-owner-general', 'developer-general'],
      kind,
    );
  }
});

test('orchestrator / routes / the default routes name only generals that ship, and each rule once', () => {
  const names = GENERALS.map(({ name }) => name);
  for (const { generals } of DEFAULT_ROUTES)
    for (const general of generals) assert.ok(names.includes(general), general);
  assert.equal(new Set(DEFAULT_ROUTES.map(({ name }) => name)).size, DEFAULT_ROUTES.length);
});

test('orchestrator / routes / a general named twice is taken once, for the first rule, and that is told', () => {
  const { wants, repeated, rules } = routeEvent(eventOf({ kind: 'pr_merged' }), DEFAULT_ROUTES, UNROUTED_GENERAL);
  assert.deepEqual(rules, ['pr-merged', 'pull-request-closed']);
  assert.deepEqual(
    wants.map(({ general, rule }) => [general, rule]),
    [
      ['deployment-general', 'pr-merged'],
      ['documentation-general', 'pr-merged'],
    ],
  );
  assert.deepEqual(repeated, [{ general: 'deployment-general', rule: 'pull-request-closed' }]);
});

test('orchestrator / routes / the most urgent rule gives the event its priority, each general keeps its own', () => {
  const { priority, wants } = routeEvent(eventOf(), DEFAULT_ROUTES, UNROUTED_GENERAL);
  assert.equal(priority, 'high');
  assert.deepEqual(
    wants.map((want) => want.priority),
    ['high', 'high', 'high', 'normal', 'normal'],
  );
});

test('orchestrator / routes / what a file says comes first, so that its strategy counts', () => {
  const file = [
    { name: 'mine', match: { kind: 'pr_created' }, generals: ['security'], strategy: 'capability' },
  ] as const;
  const wants = wantsOf(eventOf(), file);
  assert.deepEqual(wants.slice(0, 2), ['security-general capability', 'architecture-general broadcast']);
  assert.equal(wants.length, 5);
});

test('orchestrator / routes / a file rule with the name of a default replaces it whole', () => {
  const file = [{ name: 'issue-opened', match: { kind: 'issue_opened' }, generals: ['triage'] }] as const;
  assert.deepEqual(wantsOf(eventOf({ kind: 'issue_opened' }), file), ['triage-general round_robin']);
});

test('orchestrator / routes / a default can be taken away', () => {
  assert.deepEqual(wantsOf(eventOf({ kind: 'issue_opened' }), [{ name: 'issue-opened', enabled: false }]), [
    'general-purpose-general round_robin',
  ]);
});

test('orchestrator / routes / a rule without generals drops what it matches', () => {
  const file = [{ name: 'quiet', match: { kind: 'status_changed' }, generals: [] }] as const;
  assert.deepEqual(wantsOf(eventOf({ kind: 'status_changed' }), file), []);
});

test('orchestrator / routes / what an agent said starts no other agent, what it did may, and what a person said may', () => {
  const everything = [{ name: 'all', match: {}, generals: ['triage-general'] }] as const;
  const said = ['pr_commented', 'issue_commented', 'commit_commented', 'review_submitted', 'review_commented'] as const;
  for (const kind of said) {
    assert.deepEqual(wantsOf(eventOf({ kind, hops: 1 }), everything), [], kind);
    assert.ok(wantsOf(eventOf({ kind, hops: 0 }), everything).includes('triage-general round_robin'), kind);
  }
  for (const kind of ['pr_created', 'commit_graph', 'check_completed'] as const) {
    assert.ok(wantsOf(eventOf({ kind, hops: 1 }), everything).includes('triage-general round_robin'), kind);
  }
  const { rules } = routeEvent(eventOf({ kind: 'pr_commented', hops: 1 }), DEFAULT_ROUTES, UNROUTED_GENERAL);
  assert.deepEqual(rules, ['own-words']);
});

test('orchestrator / routes / without the defaults only the file counts', () => {
  assert.deepEqual(wantsOf(eventOf(), [], false), ['general-purpose-general round_robin']);
});

test('orchestrator / routes / a rule without a name is called by its place, and each tells where it comes from', () => {
  const routes = mergeRoutes([{ generals: ['qa'] }, { name: 'b', generals: ['triage-general'] }]);
  assert.deepEqual(
    routes.slice(0, 3).map(({ name, origin }) => [name, origin]),
    [
      ['route-1', 'file'],
      ['b', 'file'],
      ['needs-attention', 'default'],
    ],
  );
  assert.deepEqual(routes[0]?.generals, ['quality-assurance-general']);
});

const asked = (data: NonNullable<MeshEvent['data']['asked']>) => eventOf({ data: { asked: data } });

test('orchestrator / routes / who distributes may choose generals, strategy and clusters', () => {
  const event = asked({ generals: ['triage', 'qa'], strategy: 'load_balanced', clusters: ['dev'], priority: 'high' });
  const { rules, wants } = routeEvent(event, DEFAULT_ROUTES, UNROUTED_GENERAL);
  assert.deepEqual(rules, ['asked']);
  assert.deepEqual(
    wants.map(({ general, strategy, priority, clusters }) => [general, strategy, priority, clusters]),
    [
      ['triage-general', 'load_balanced', 'high', ['dev']],
      ['quality-assurance-general', 'load_balanced', 'high', ['dev']],
    ],
  );
});

test('orchestrator / routes / a choice of clusters alone keeps the routes', () => {
  const { rules, wants } = routeEvent(asked({ clusters: ['dev'] }), DEFAULT_ROUTES, UNROUTED_GENERAL);
  assert.deepEqual(rules, ['pr-created', 'pull-request-opened']);
  assert.ok(wants.every(({ clusters }) => clusters?.join() === 'dev'));
});

test('orchestrator / routes / names that cannot be generals and unknown strategies are passed over', () => {
  const event = asked({ generals: ['Not A General', 'triage'], strategy: 'guess' });
  assert.deepEqual(wantsOf(event), ['triage-general round_robin']);
  assert.deepEqual(wantsOf(asked({ generals: ['../x'] })).length, 5);
});

test('orchestrator / routes / trust is decided with the route', () => {
  const rules = mergeRoutes([{ name: 'inner', match: { trust: 'member' }, generals: ['triage'] }], { defaults: false });
  assert.equal(routeEvent(eventOf(), rules, UNROUTED_GENERAL).trust, 'member');
  const stranger = routeEvent(eventOf({ authorassociation: 'NONE' }), rules, UNROUTED_GENERAL);
  assert.deepEqual([stranger.trust, ...stranger.rules], ['stranger', 'unrouted']);
});
