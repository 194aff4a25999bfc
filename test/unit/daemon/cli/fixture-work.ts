import { eventIdOf, slotOf } from '../../../../protocols/ids.ts';
import type { DeadLetter, ExplainView, LockLine, ReplayView, TaskLine } from '../../../../protocols/operator.ts';
import type { UsageView } from '../../../../protocols/usage-view.ts';
import { runNamed } from '../../../fakes/runs.ts';
import { BUILDERS, EVENT, EXPLAIN, NOW, REVIEWERS, ROUTE_TEST } from './fixture-views.ts';

/** What is under way, what was given up, and a replay. */
export const TASKS: readonly TaskLine[] = [
  task({ slot: 'security-general@prod-us', state: 'running', attempts: 2, node: REVIEWERS, nodeName: 'reviewers' }),
  task({ slot: 'code-review-general@dev', state: 'accepted', node: BUILDERS }),
  task({ slot: 'triage-general', state: 'failed', attempts: 1, note: 'internal: it broke\nin two lines' }),
  task({ slot: 'architecture-general', state: 'waiting', note: 'nobody offers it' }),
];

function task(given: Partial<TaskLine> & Pick<TaskLine, 'slot' | 'state'>): TaskLine {
  return {
    eventId: EVENT,
    general: given.slot.split('@', 1)[0] ?? '',
    kind: 'pr_created',
    subject: 'acme/api#7',
    since: NOW - 125_000,
    priority: 'normal',
    attempts: 0,
    ...given,
  };
}

export const LOCKS: readonly LockLine[] = [
  lock('main', 0, { kind: 'docs', since: NOW - 3_725_000 }),
  lock('main', 1, { branches: ['main', 'release/2026-03'] }),
  lock('main', 2, { run: runNamed('third'), attempt: 2 }),
  lock('release/2026-03', 1, { branches: ['main', 'release/2026-03'] }),
];

function lock(branch: string, place: number, given: Partial<LockLine> = {}): LockLine {
  return {
    repository: 'acme/api',
    branch,
    state: place === 0 ? 'holds' : 'waits',
    place,
    since: NOW - 125_000,
    run: runNamed(`${place}`),
    attempt: 1,
    kind: 'code',
    eventId: EVENT,
    slot: slotOf('developer-general'),
    cluster: 'prod-us',
    branches: [branch],
    ...given,
  };
}

export const DEAD_LETTERS: readonly DeadLetter[] = [
  {
    eventId: EVENT,
    slot: slotOf('triage-general', 'dev'),
    general: 'triage-general',
    kind: 'pr_created',
    subject: 'acme/api#7',
    repository: 'acme/api',
    at: NOW - 3_600_000,
    reason: '8 executions failed, the last with model-unavailable: the model cannot be used',
    attempts: 8,
    round: 0,
    dropped: false,
  },
  {
    eventId: eventIdOf('github', 'older'),
    slot: slotOf('developer-general'),
    general: 'developer-general',
    kind: 'issue_labeled',
    subject: 'acme/web#12',
    repository: 'acme/web',
    at: NOW - 86_400_000,
    reason: 'nobody took it before its deadline',
    attempts: 0,
    round: 2,
    dropped: false,
  },
];

/** What `dlq show` shows: only what was given up. */
export const DEAD: ExplainView = { ...EXPLAIN, tasks: EXPLAIN.tasks.filter(({ state }) => state === 'dead') };

/** Everything that may happen to a task beside being done. */
export const EXPLAIN_WORK: ExplainView = {
  ...EXPLAIN,
  waiting: [],
  tasks: [
    {
      slot: slotOf('triage-general'),
      general: 'triage-general',
      state: 'running',
      candidates: [],
      acceptedBy: REVIEWERS,
      handedBack: [BUILDERS],
      round: 1,
      attempts: [{ number: 9, by: REVIEWERS, startedAt: NOW - 60_000 }],
      offers: [],
    },
    {
      slot: slotOf('code-review-general'),
      general: 'code-review-general',
      state: 'superseded',
      supersededBy: eventIdOf('github', 'newer'),
      candidates: [],
      attempts: [],
      offers: [],
    },
  ],
};

const REPLAYED: ReplayView = { causationid: EVENT, hops: 1, route: ROUTE_TEST };
export const REPLAY: ReplayView = { eventId: eventIdOf('replay', '01JNF3M2V4S6K8C0E2G4J6M8P0'), ...REPLAYED };
export const DRY_REPLAY: ReplayView = { ...REPLAYED, to: 'security-general' };

export const USAGE: UsageView = {
  by: 'repository',
  since: '2026-02-02',
  lines: [
    { name: 'acme/api', calls: 1_234, promptTokens: 12_345_678, completionTokens: 987_654, costNanoUsd: 2_444_444_100 },
    { name: 'acme/web', calls: 3, promptTokens: 3_000, completionTokens: 300, costNanoUsd: 49_999 },
    { name: '', calls: 1, promptTokens: 900, completionTokens: 9, costNanoUsd: 0 },
  ],
  total: { calls: 1_238, promptTokens: 12_349_578, completionTokens: 987_963, costNanoUsd: 2_444_494_099 },
};
