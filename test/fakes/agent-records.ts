import { effectKey } from '../../protocols/effects.ts';
import type { MeshRecord, RecordType } from '../../protocols/record.ts';
import { AT, eventId, SLOT } from './records.ts';

type Of<T extends RecordType> = Extract<MeshRecord, { type: T }>;
type Fields<T extends RecordType> = Partial<Omit<Of<T>, 'type' | 'v'>>;

const ISSUE = 'acme/app#7';
const HASH = 'a'.repeat(64);

export function usageRecord(number: number, fields: Fields<'usage'> = {}): Of<'usage'> {
  const who = { general: 'security-general', repository: 'acme/app', provider: 'openai', model: 'gpt-4o-mini' };
  const spent = { modelClass: 'small', promptTokens: 1_000, completionTokens: 100, costNanoUsd: 210_000 } as const;
  return { v: 1, type: 'usage', ...work(number), ...who, ...spent, ...fields };
}

export function actionRecord(number: number, fields: Fields<'action'> = {}): Of<'action'> {
  const what = { agentType: 'product-owner-general', actionType: 'analysed', payload: { questions: 2 }, actor: 'ada' };
  return {
    v: 1,
    type: 'action',
    ...work(number),
    actionId: `act-${number}`,
    conversationId: ISSUE,
    ...what,
    ...fields,
  };
}

export function conversationRecord(number: number, fields: Fields<'conversation'> = {}): Of<'conversation'> {
  const issue = { conversationId: ISSUE, issueNumber: 7, repoFullName: 'acme/app', textHash: HASH, createdAt: AT };
  return { v: 1, type: 'conversation', ...work(number), ...issue, status: 'analyzing', analysis: {}, ...fields };
}

export function codeGenerationRecord(number: number, fields: Fields<'code-generation'> = {}): Of<'code-generation'> {
  const made = { filesChanged: ['a.ts'], testsGenerated: ['a.test.ts'], createdAt: AT };
  const ids = { generationId: `gen-${number}`, conversationId: ISSUE };
  return { v: 1, type: 'code-generation', ...work(number), ...ids, ...made, status: 'generated', ...fields };
}

export function approvalAskedRecord(number: number, fields: Fields<'approval-asked'> = {}): Of<'approval-asked'> {
  const asked = { general: 'developer-general', subject: ISSUE, what: 'open a pull request', textHash: HASH };
  const key = effectKey(eventId(number), SLOT, 'approval');
  return { v: 1, type: 'approval-asked', ...work(number), key, ...asked, ...fields };
}

export function approvalRecord(number: number, fields: Fields<'approval'> = {}): Of<'approval'> {
  const said = { subject: ISSUE, textHash: HASH, verdict: 'approved', by: 'ada', via: 'comment' } as const;
  return { v: 1, type: 'approval', at: AT + number, ...said, ...fields };
}

export function sessionOrderRecord(number: number, fields: Fields<'session-order'> = {}): Of<'session-order'> {
  return { v: 1, type: 'session-order', ...work(number), order: 'pause', by: 'ada', ...fields };
}

function work(number: number) {
  return { at: AT + number, eventId: eventId(number), slot: SLOT };
}
