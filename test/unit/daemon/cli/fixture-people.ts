import { eventIdOf, slotOf } from '../../../../protocols/ids.ts';
import type { ApprovalLine, SessionLine, SessionView } from '../../../../protocols/people.ts';
import { EVENT, NOW, REVIEWERS } from './fixture-views.ts';

/** What generals have in hand, and what waits for a person. */
export const SESSIONS: readonly SessionLine[] = [
  session({ state: 'running', step: 'think', turn: 4, sessionId: 'ses-0123456789abcdef0123', said: 1 }),
  session({ state: 'paused', by: 'ada', step: 'act', turn: 2, slot: slotOf('developer-general') }),
  session({ state: 'failed', attempts: 3, slot: slotOf('triage-general', 'dev'), subject: 'acme/web#12' }),
];

function session(given: Partial<SessionLine> & Pick<SessionLine, 'state'>): SessionLine {
  const slot = given.slot ?? slotOf('product-owner-general');
  return {
    eventId: EVENT,
    slot,
    general: slot.split('@', 1)[0] ?? '',
    kind: 'issue_commented',
    subject: 'acme/api#7',
    attempts: 1,
    since: NOW - 125_000,
    node: REVIEWERS,
    nodeName: 'reviewers',
    said: 0,
    ...given,
  };
}

export const SESSION: SessionView = {
  ...session({ state: 'paused', by: 'ada', step: 'think', turn: 4, sessionId: 'ses-0123456789abcdef0123', said: 2 }),
  words: [
    { at: NOW - 90_000, by: 'ada', text: 'keep the public API as it is' },
    { at: NOW - 60_000, by: 'bob', text: 'two lines\nof it' },
  ],
  conversation: { status: 'needs_clarification', updatedAt: NOW - 70_000, textHash: '1f0c9a2b'.repeat(8) },
};

export const APPROVALS: readonly ApprovalLine[] = [
  {
    subject: 'acme/api#7',
    textHash: '1f0c9a2b'.repeat(8),
    state: 'open',
    what: 'development of issue #7',
    eventId: EVENT,
    slot: slotOf('product-owner-general'),
    at: NOW - 3_725_000,
  },
  {
    subject: 'acme/web#12',
    textHash: '7e57ab1e'.repeat(8),
    state: 'denied',
    what: 'merge the pull request',
    general: 'developer-general',
    eventId: eventIdOf('github', 'older'),
    slot: slotOf('developer-general'),
    at: NOW - 86_400_000,
    by: 'ada',
    via: 'comment',
    saidAt: NOW - 80_000_000,
    reason: 'not before the release',
  },
];
