import { type MeshEvent, MeshEventSchema } from '../../protocols/event.ts';
import { type EventId, eventIdOf, slotOf } from '../../protocols/ids.ts';
import type { Candidate, DistributionRecord, MeshRecord, SlotPlan } from '../../protocols/record.ts';
import type { Result } from '../../protocols/result.ts';
import type { Fact } from '../../roles/replica/story.ts';
import { epochNumber, peerNamed } from './cards.ts';

/** Records about one event, with just enough in them to be told apart. */
export const EVENT_ID: EventId = eventIdOf('github', '1');
export const AT = 1_700_000_000_000;

export function eventFact(fields: Partial<MeshEvent> = {}, by = 'agg'): Fact {
  const event = MeshEventSchema.parse({
    specversion: '1.0',
    id: EVENT_ID,
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
    correlationid: EVENT_ID,
    data: {},
    ...fields,
  });
  return factOf(by, 1, { v: 1, at: AT, type: 'event', event });
}

export function candidateOf(node: string, rank?: number, cluster = 'prod-us'): Candidate {
  return {
    peer: peerNamed(node),
    cluster,
    score: 1,
    reason: rank === undefined ? 'away' : 'free',
    ...(rank !== undefined && { rank }),
  };
}

export function planOf(general: string, candidates: readonly Candidate[], cluster?: string): SlotPlan {
  return {
    slot: slotOf(general, cluster),
    general,
    ...(cluster !== undefined && { cluster }),
    rule: 'pull-requests',
    strategy: 'broadcast',
    priority: 'normal',
    candidates: [...candidates],
  };
}

export function distributionOf(
  slots: readonly SlotPlan[],
  waiting: DistributionRecord['waiting'] = [],
): DistributionRecord {
  return {
    v: 1,
    at: AT + 10,
    type: 'distribution',
    eventId: EVENT_ID,
    subject: 'acme/app#7',
    kind: 'pr_created',
    revision: 0,
    number: 0,
    rule: 'pull-requests',
    strategy: 'broadcast',
    priority: 'normal',
    deadline: AT + 1_000_000,
    slots: [...slots],
    waiting,
    trust: 'member',
  };
}

export const RESULT: Result = {
  general: 'security-general',
  cluster: 'prod-us',
  specialisations: ['security'],
  answer: { summary: 'nothing to see', findings: [], recommendations: ['go on'], confidence: 0.5 },
  engine: 'offline-rules',
  degraded: 'no model is configured',
  usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
  durationMs: 12,
};

/** What a general's node says about a slot. */
export function workFacts(
  node: string,
  slot: SlotPlan['slot'],
  ...types: ('accepted' | 'started' | 'failed' | 'done')[]
): Fact[] {
  const common = { v: 1, at: AT + 20, eventId: EVENT_ID, slot } as const;
  const records = {
    accepted: {
      ...common,
      type: 'accepted',
      general: 'security-general',
      subject: 'acme/app#7',
      number: 0,
      priority: 'normal',
      owner: peerNamed('boss'),
    },
    started: { ...common, type: 'started', attempt: 1 },
    failed: { ...common, type: 'failed', attempt: 1, code: 'model-unavailable', message: 'no answer' },
    done: { ...common, type: 'done', attempt: 1, result: RESULT },
  } as const;
  return types.map((type, i) => factOf(node, 10 + i, records[type]));
}

export function factOf(by: string, seq: number, record: MeshRecord): Fact {
  return { position: { origin: peerNamed(by), epoch: epochNumber(1), seq }, record };
}
