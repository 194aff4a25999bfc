import type { GeneralApi } from '../../daemon/http/general-api.ts';
import type { OperatorApi } from '../../daemon/http/operator-api.ts';
import type { OrchestratorApi } from '../../daemon/http/orchestrator-api.ts';
import type { PeopleApi } from '../../daemon/http/people-api.ts';
import type { WorkApi } from '../../daemon/http/work-api.ts';
import { MeshError } from '../../protocols/errors.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import type { EventLine, GeneralView } from '../../protocols/operator.ts';
import type { ConversationLine, SessionLine } from '../../protocols/people.ts';
import { agentCard } from '../../roles/operator/agent-card.ts';
import { eventLineOfStory } from '../../roles/operator/event-line.ts';
import { explainView } from '../../roles/operator/explain-view.ts';
import { generalViews } from '../../roles/operator/general-views.ts';
import { eventOfDistribute } from '../../roles/operator/given-event.ts';
import { lockLines } from '../../roles/operator/lock-lines.ts';
import { distributeResult, distributionLine, mindosStatus } from '../../roles/operator/mindos-view.ts';
import { processReply } from '../../roles/operator/process.ts';
import { taskLines } from '../../roles/operator/task-lines.ts';
import { peerViews, routeViews, statusView } from '../../roles/operator/views.ts';
import { foldStory } from '../../roles/replica/fold-story.ts';
import { cardOf, peerNamed } from './cards.ts';
import { AT, candidateOf, distributionOf, EVENT_ID, eventFact, factOf, planOf, RESULT } from './facts.ts';
import { memberOf } from './members.ts';
import { knownRun } from './runs.ts';

/** Small working answers for the routes: the real views of a mesh of two nodes and one event. */
const card = cardOf('me', { offers: ['security-general'] });
const members = [memberOf('me', { offers: ['security-general'] }), memberOf('boss')];
const plan = planOf('security-general', [candidateOf('me', 0)]);
const story = foldStory(EVENT_ID, [eventFact(), factOf('boss', 1, distributionOf([plan]))]);
const line = eventLineOfStory(story);
const lines: readonly EventLine[] = line === undefined ? [] : [line];
const nameOf = (peer: string) => peer;
const row = {
  eventId: EVENT_ID,
  at: AT,
  kind: 'pr_created',
  subject: 'acme/app#7',
  revision: 0,
  number: 0,
  rule: 'pull-requests',
  strategy: 'broadcast',
  priority: 'normal',
  slots: [plan.slot],
  waiting: [],
  by: peerNamed('boss'),
};

export function orchestratorApi(): OrchestratorApi {
  let status: GeneralView['status'] | undefined;
  const views = () => generalViews(members, () => status);
  const distributions = { total: 1, recent: [distributionLine(row, nameOf)] };
  return {
    distribute: async (request) => {
      const event = eventOfDistribute(request, { org: 'acme', now: AT, unique: 'u' });
      return { ...distributeResult(distributionOf([plan]), nameOf), event_id: event.id };
    },
    status: async () => mindosStatus(views(), distributions),
    general: async (cluster, name) => views().find((view) => view.cluster === cluster && view.name === name),
    setGeneralStatus: async (_cluster, _name, said) => {
      status = said;
    },
    distributions: async (limit) => ({ total: 1, recent: distributions.recent.slice(0, limit) }),
    events: async ({ kind }) => lines.filter((each) => kind === undefined || each.kind === kind),
    ...workApi(),
    ...peopleApi(),
  };
}

function workApi(): WorkApi {
  const tasks = taskLines(story);
  const letters = [{ ...LETTER, eventId: EVENT_ID, slot: plan.slot }];
  const change = (id: string) => {
    if (!EVENT_ID.endsWith(id)) throw new MeshError('not-found', { what: 'dead letter of', id });
    return { eventId: EVENT_ID, slots: [plan.slot] };
  };
  return {
    tasks: async ({ state, limit }) =>
      tasks.filter((task) => state === undefined || task.state === state).slice(0, limit),
    deadLetters: async ({ general, limit }) =>
      letters.filter((each) => general === undefined || each.general === general).slice(0, limit),
    locks: async ({ repository }) => lockLines(OPEN_RUNS, repository === undefined ? {} : { repository }),
    retry: async ({ id }) => change(id),
    drop: async ({ id }) => change(id),
    replay: async ({ dryRun }) => ({
      ...(dryRun !== true && { eventId: eventIdOf('replay', '1') }),
      causationid: EVENT_ID,
      hops: 0,
    }),
  };
}

function peopleApi(): PeopleApi {
  const session: SessionLine = {
    ...{ eventId: EVENT_ID, slot: plan.slot, general: 'security-general', kind: 'pr_created', subject: 'acme/app#7' },
    ...{ state: 'running', attempts: 1, since: AT, said: 1, step: 'think', turn: 2 },
  };
  const approval = {
    subject: 'acme/app#7',
    textHash: 'a'.repeat(64),
    state: 'open',
    what: 'merge it',
    at: AT,
  } as const;
  const known = (id: string) => {
    if (!EVENT_ID.endsWith(id)) throw new MeshError('not-found', { what: 'session of', id });
  };
  return {
    sessions: async ({ general }) => (general === undefined || general === session.general ? [session] : []),
    session: async ({ id }) => {
      known(id);
      return { ...session, words: [{ at: AT, by: 'ada', text: 'mind the cache' }] };
    },
    orderSession: async ({ id, order }) => {
      known(id);
      return { order, eventId: EVENT_ID, slots: [plan.slot] };
    },
    approvals: async ({ all }) => [approval, ...(all === true ? [{ ...approval, state: 'denied' as const }] : [])],
    conversations: async ({ status }) => (status === undefined || status === TALK.status ? [TALK] : []),
    onConversation: (listener) => {
      listener(TALK);
      return () => undefined;
    },
    approve: async ({ subject, verdict, by }) => {
      if (subject !== approval.subject) throw new MeshError('not-found', { what: 'approval asked for', id: subject });
      return { ...approval, state: verdict, ...(by !== undefined && { by }) };
    },
  };
}

const TALK: ConversationLine = {
  ...{ id: 'acme/app#9', issueNumber: 9, repository: 'acme/app', status: 'needs_clarification' },
  ...{
    analysis: { questions: ['Why?'] },
    createdAt: AT,
    updatedAt: AT + 5,
    textHash: 'a'.repeat(64),
    eventId: EVENT_ID,
  },
};

const OPEN_RUNS = [
  knownRun('holder', ['main'], { eventId: EVENT_ID, isAdmitted: true, admittedAt: AT + 1 }),
  knownRun('next', ['main', 'next'], { eventId: EVENT_ID, requestedAt: AT + 2 }),
];

const LETTER = {
  general: 'security-general',
  kind: 'pr_created',
  subject: 'acme/app#7',
  repository: 'acme/app',
  at: AT,
  reason: 'nobody took it before its deadline',
  attempts: 0,
  round: 0,
  dropped: false,
} as const;

export function generalApi(): GeneralApi {
  return {
    process: async (request) => {
      if (request.event_type === 'crash') throw new Error('the secret plan failed at /home/secret');
      if (request.event_type === 'full') throw new MeshError('queue-full', { general: 'security-general', limit: 10 });
      return processReply(RESULT, request, { startedAt: AT, endedAt: AT + 12 });
    },
    card: (url) => agentCard(card, url),
  };
}

export interface FakeOperator extends OperatorApi {
  /** An event comes in. */
  tell(line: EventLine): void;
  followers(): number;
}

export function operatorApi(): FakeOperator {
  const listeners = new Set<(line: EventLine) => void>();
  return {
    status: async () =>
      statusView(
        {
          card,
          pid: 7,
          uptimeMs: 5,
          ready: true,
          dataDir: '/data',
          addresses: [],
          http: {},
          log: { epoch: '', logs: 0, records: 0, own: 0, unreadable: 0 },
          events: { total: 1, open: 0 },
          generals: [],
          rssBytes: 1e8,
          model: 'offline-rules',
        },
        members,
        [],
      ),
    peers: async () => peerViews(members, card.peer, 0),
    ping: async (peer) => {
      if (peer !== 'boss') throw new MeshError('not-found', { what: 'peer', id: peer });
      return { peer: peerNamed('boss'), name: 'boss', rttMs: 1 };
    },
    generals: async () => generalViews(members, () => undefined),
    routes: async () => routeViews([], 'general-purpose-general'),
    routeTest: async () => ({
      kind: 'pr_created',
      subject: 'acme/app#7',
      rules: ['pull-requests'],
      strategy: 'broadcast',
      slots: [{ slot: plan.slot, candidates: plan.candidates }],
      waiting: [],
    }),
    events: async ({ limit }) => lines.slice(0, limit),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    explain: async (id) => (EVENT_ID.endsWith(id) ? explainView(story, { names: new Map(), offers: [] }) : undefined),
    eventBody: async (id) => {
      if (!EVENT_ID.endsWith(id)) throw new MeshError('not-found', { what: 'event', id });
      return Buffer.from('{"action":"opened"}');
    },
    ...workApi(),
    ...peopleApi(),
    usage: async ({ by, since = '2023-10-16' }) => {
      const figures = { calls: 2, promptTokens: 2_000, completionTokens: 200, costNanoUsd: 420_000 };
      return { by, since, lines: [{ name: 'security-general', ...figures }], total: figures };
    },
    config: async () => [{ key: 'node.name', value: 'me', source: 'default' }],
    version: () => ({ version: '0.1.0', node: process.version }),
    tell: (told) => {
      for (const listener of listeners) listener(told);
    },
    followers: () => listeners.size,
  };
}
