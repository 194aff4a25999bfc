import { type EventId, eventIdOf, type PeerId, peerIdOf, slotOf } from '../../../../protocols/ids.ts';
import type {
  EventLine,
  ExplainView,
  GeneralView,
  PeerView,
  PingView,
  RouteTestView,
  RouteView,
  StatusView,
} from '../../../../protocols/operator.ts';
import type { Result } from '../../../../protocols/result.ts';

/** 2026-03-04 05:06:07 UTC: when every fixture is looked at. */
export const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);

export const ORCHESTRATOR = peerIdOf('12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp');
export const REVIEWERS = peerIdOf('12D3KooWSoLzampfxc4t3sy9z7yq1Cgzbi7zGXpV7nvt5hfeKUhR');
export const BUILDERS = peerIdOf('12D3KooWRBy97UB99e3J6hiPesre1MZeuNQvfan4gBziswrRJsNK');
const NAMES: Readonly<Record<PeerId, string>> = {
  [ORCHESTRATOR]: 'orchestrator',
  [REVIEWERS]: 'reviewers',
  [BUILDERS]: 'builders',
};
export const EVENT: EventId = eventIdOf('github', '72d3162e-cc78-11e3-81ab-4c9367dc0958');

export const STATUS: StatusView = {
  name: 'reviewers',
  peer: REVIEWERS,
  org: 'acme',
  cluster: 'prod-us',
  region: 'us-east',
  roles: ['general'],
  version: '0.1.0',
  pid: 4242,
  uptimeMs: 3_723_000,
  ready: true,
  dataDir: '/var/lib/mindmesh',
  addresses: [`/ip4/10.0.0.5/tcp/7946/p2p/${REVIEWERS}`, `/ip4/100.64.0.7/tcp/7946/p2p/${REVIEWERS}`],
  http: { general: 'http://127.0.0.1:8080' },
  peers: { known: 4, live: 3, connected: 3 },
  log: { epoch: '01JNF3M2V4S6K8C0E2G4J6M8P0', logs: 5, records: 1_204, own: 310, unreadable: 1 },
  events: { total: 96, open: 2 },
  generals: [
    { name: 'code-review-general', running: 2, queued: 3, capacity: 10, latencyMs: 1_850, failureRate: 0.05 },
    { name: 'security-general', running: 0, queued: 0, capacity: 10, failureRate: 0 },
  ],
  rssMb: 84.4,
  model: 'offline-rules: no key and no address for a model',
  concerns: [
    {
      level: 'warning',
      about: 'peer builders',
      problem: 'it is away since 12m',
      fix: 'start it, or take it out of mesh.peers',
    },
    { level: 'error', about: 'disk', problem: 'only 512 MiB are free', fix: 'free space on /var/lib/mindmesh' },
  ],
};

export const WELL: StatusView = { ...STATUS, generals: [], concerns: [], roles: ['aggregator', 'orchestrator'] };

export const PEERS: readonly PeerView[] = [
  peer({ peer: ORCHESTRATOR, name: 'orchestrator', roles: ['orchestrator'], self: true }),
  peer({
    peer: REVIEWERS,
    name: 'reviewers',
    roles: ['general'],
    generals: ['code-review-general', 'security-general'],
    running: 2,
    queued: 3,
    capacity: 20,
  }),
  peer({
    peer: BUILDERS,
    name: 'builders',
    cluster: 'dev',
    roles: ['general'],
    live: false,
    connected: false,
    heardAgoMs: 754_000,
    driftMs: -95_000,
    generals: ['developer-general'],
    capacity: 10,
  }),
];

function peer(given: Partial<PeerView> & Pick<PeerView, 'peer' | 'name' | 'roles'>): PeerView {
  return {
    org: 'acme',
    cluster: 'prod-us',
    region: 'us-east',
    generals: [],
    version: '0.1.0',
    self: false,
    live: true,
    connected: true,
    heardAgoMs: 2_100,
    driftMs: 12,
    running: 0,
    queued: 0,
    capacity: 0,
    ...given,
  };
}

export const PINGS: readonly PingView[] = [
  { peer: REVIEWERS, name: 'reviewers', rttMs: 0.8341 },
  { peer: REVIEWERS, name: 'reviewers', rttMs: 42.2 },
];

export const GENERALS: readonly GeneralView[] = [
  {
    name: 'code-review-general',
    cluster: 'prod-us',
    namespace: 'agents',
    endpoint: 'http://127.0.0.1:8080',
    status: 'active',
    specialization: ['code_review', 'quality', 'best_practices'],
    current_load: 5,
    max_load: 20,
    replicas: [
      { peer: REVIEWERS, node: 'reviewers', running: 2, queued: 3, live: true },
      { peer: BUILDERS, node: 'builders', running: 0, queued: 0, live: false },
    ],
  },
  {
    name: 'triage-general',
    cluster: 'dev',
    namespace: 'agents',
    endpoint: 'http://127.0.0.1:8081',
    status: 'inactive',
    specialization: ['prioritization', 'triage', 'routing'],
    current_load: 0,
    max_load: 10,
    replicas: [{ peer: BUILDERS, node: 'builders', running: 0, queued: 0, live: true }],
  },
];

export const ROUTES: readonly RouteView[] = [
  {
    name: 'payments',
    match: { kind: ['pr_created', 'pr_updated'], repository: 'acme/payments-*' },
    generals: ['security-general'],
    strategy: 'load_balanced',
    priority: 'high',
    origin: 'file',
  },
  {
    name: 'pr-created',
    match: { kind: 'pr_created' },
    generals: ['architecture-general', 'security-general', 'code-review-general'],
    strategy: 'broadcast',
    priority: 'normal',
    origin: 'default',
  },
  {
    name: 'everything',
    match: {},
    generals: ['general-purpose-general'],
    strategy: 'round_robin',
    priority: 'low',
    origin: 'file',
  },
];

const CANDIDATES = [
  { peer: BUILDERS, cluster: 'dev', score: 0.25, reason: 'away: not heard of for 12m' },
  { peer: REVIEWERS, cluster: 'prod-us', score: 0.875, rank: 0, reason: 'least busy: 5 of 20' },
];

export const ROUTE_TEST: RouteTestView = {
  kind: 'pr_created',
  subject: 'acme/api#7',
  rules: ['pr-created', 'payments'],
  strategy: 'load_balanced',
  slots: [{ slot: slotOf('security-general'), rule: 'payments', strategy: 'load_balanced', candidates: CANDIDATES }],
  waiting: [{ general: 'architecture-general', reason: 'nobody offers it', rule: 'pr-created' }],
  names: NAMES,
};

export const EVENTS: readonly EventLine[] = [
  {
    eventId: EVENT,
    at: NOW - 65_000,
    kind: 'pr_created',
    type: 'com.github.pull_request.opened',
    subject: 'acme/api#7',
    repository: 'acme/api',
    actor: 'octocat',
    state: 'running',
  },
  {
    eventId: eventIdOf('github', 'older'),
    at: NOW - 7_500_000,
    kind: 'issue_opened',
    type: 'com.github.issues.opened',
    subject: 'acme/web#12',
    repository: 'acme/web',
    actor: '',
    state: 'done',
  },
];

const RESULT: Result = {
  general: 'security-general',
  cluster: 'prod-us',
  specialisations: ['security', 'vulnerabilities', 'compliance'],
  answer: {
    summary:
      'The change adds a dependency and touches the workflow that publishes releases; both deserve a second look by somebody who knows what they may reach.',
    findings: [
      {
        severity: 'high',
        title: 'workflow changed',
        detail: 'a workflow with write permission was edited',
        where: '.github/workflows/release.yml',
      },
      { severity: 'info', title: 'no description', detail: 'the pull request says nothing about why' },
    ],
    recommendations: ['Ask for the reason of the new dependency.', 'Pin the action to a commit.'],
    confidence: 0.6,
  },
  engine: 'offline-rules',
  degraded: 'no model is configured',
  usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
  durationMs: 12.4,
};

const { degraded: _, ...MODEL_RESULT } = RESULT;

export const EXPLAIN: ExplainView = {
  eventId: EVENT,
  kind: 'pr_created',
  type: 'com.github.pull_request.opened',
  subject: 'acme/api#7',
  repository: 'acme/api',
  actor: 'octocat',
  title: 'Publish releases from CI',
  receivedAt: NOW - 65_000,
  receivedBy: ORCHESTRATOR,
  position: `${ORCHESTRATOR}/01JNF3M2V4S6K8C0E2G4J6M8P0/17`,
  owner: ORCHESTRATOR,
  rule: 'pr-created',
  strategy: 'broadcast',
  priority: 'normal',
  revision: 1,
  distributedAt: NOW - 64_960,
  distributedBy: ORCHESTRATOR,
  trust: 'member',
  waiting: [{ general: 'architecture-general', cluster: 'prod-us', reason: 'nobody offers it', rule: 'pr-created' }],
  tasks: [
    {
      slot: slotOf('security-general', 'prod-us'),
      general: 'security-general',
      rule: 'pr-created',
      strategy: 'broadcast',
      state: 'done',
      candidates: CANDIDATES,
      acceptedBy: REVIEWERS,
      attempts: [
        { number: 1, by: REVIEWERS, startedAt: NOW - 64_000, error: 'internal: it broke' },
        { number: 2, by: REVIEWERS, startedAt: NOW - 60_000 },
      ],
      result: RESULT,
      doneAt: NOW - 59_000,
      offers: [{ to: REVIEWERS, at: NOW - 64_900, answer: 'accept' }],
    },
    {
      slot: slotOf('code-review-general', 'prod-us'),
      general: 'code-review-general',
      state: 'offered',
      candidates: [],
      attempts: [],
      offers: [{ to: BUILDERS, at: NOW - 30_000, answer: 'busy, again in 2s' }],
    },
    {
      slot: slotOf('triage-general', 'dev'),
      general: 'triage-general',
      state: 'dead',
      candidates: CANDIDATES.slice(0, 1),
      attempts: [],
      dead: 'the deadline of 24h is over',
      offers: [],
    },
  ],
  names: NAMES,
};

export const EXPLAIN_MODEL: ExplainView = {
  ...EXPLAIN,
  waiting: [],
  revision: 0,
  settled: { at: NOW - 1_000, outcome: 'done' },
  tasks: EXPLAIN.tasks.slice(0, 1).map(({ attempts, ...task }) => ({
    ...task,
    attempts: attempts.slice(1).map((attempt) => ({ ...attempt, number: 1 })),
    result: {
      ...MODEL_RESULT,
      engine: 'model',
      model: 'gpt-4o-mini',
      usage: { promptTokens: 1_200, completionTokens: 340, costUsd: 0.00038 },
      durationMs: 2_345,
    },
  })),
};

/** Only stored: nobody has decided yet. */
export const EXPLAIN_NEW: ExplainView = {
  eventId: EVENT,
  kind: 'release_published',
  type: 'com.github.release.published',
  subject: 'acme/api',
  repository: '',
  actor: '',
  title: '',
  receivedAt: NOW - 400,
  receivedBy: BUILDERS,
  position: 'x/y/0',
  waiting: [],
  tasks: [],
};
