import { effectKey } from '../../protocols/effects.ts';
import { type EventId, eventIdOf, type PeerId, type SlotId, slotOf } from '../../protocols/ids.ts';
import type { MeshRecord, RecordType } from '../../protocols/record.ts';
import type { Result } from '../../protocols/result.ts';
import { cardOf, peerNamed } from './cards.ts';
import { meshEvent } from './events.ts';

type Of<T extends RecordType> = Extract<MeshRecord, { type: T }>;
type Fields<T extends RecordType> = Partial<Omit<Of<T>, 'type' | 'v'>>;

export const AT = 1_700_000_000_000;

/** `github:event-7`. */
export function eventId(number: number): EventId {
  return eventIdOf('github', `event-${number}`);
}

/** The `number`-th of a series of events about one pull request, `number` milliseconds after `AT`. */
export function eventRecord(
  number: number,
  fields: Fields<'event'> = {},
  event: Parameters<typeof meshEvent>[0] = {},
): Of<'event'> {
  const id = eventId(number);
  return { v: 1, type: 'event', at: AT + number, event: meshEvent({ id, correlationid: id, ...event }), ...fields };
}

export function cardRecord(name: string, fields: Fields<'card'> = {}): Of<'card'> {
  return { v: 1, type: 'card', at: AT, card: cardOf(name), ...fields };
}

/** Decides that the named nodes may work on one slot, best first. */
export function distributionRecord(
  number: number,
  ranked: readonly PeerId[],
  fields: Fields<'distribution'> = {},
): Of<'distribution'> {
  const candidates = ranked.map((peer, rank) => ({ peer, cluster: 'prod-us', score: -rank, rank, reason: 'free' }));
  return {
    v: 1,
    type: 'distribution',
    at: AT + number,
    eventId: eventId(number),
    subject: 'acme/app#7',
    kind: 'pr_created',
    revision: 0,
    number,
    rule: 'pull requests',
    strategy: 'broadcast',
    priority: 'normal',
    deadline: AT + 86_400_000,
    slots: [{ slot: SLOT, general: 'security-general', candidates }],
    waiting: [],
    ...fields,
  };
}

export const SLOT: SlotId = slotOf('security-general');

export function acceptedRecord(number: number, fields: Fields<'accepted'> = {}): Of<'accepted'> {
  const about = { subject: 'acme/app#7', number, priority: 'normal', owner: peerNamed('orchestrator') };
  return { v: 1, type: 'accepted', ...work(number), general: 'security-general', ...about, ...fields };
}

export function startedRecord(number: number, fields: Fields<'started'> = {}): Of<'started'> {
  return { v: 1, type: 'started', ...work(number), attempt: 1, ...fields };
}

export function doneRecord(number: number, fields: Fields<'done'> = {}): Of<'done'> {
  return { v: 1, type: 'done', ...work(number), attempt: 1, result: resultOf('nothing found'), ...fields };
}

export function failedRecord(number: number, fields: Fields<'failed'> = {}): Of<'failed'> {
  return { v: 1, type: 'failed', ...work(number), attempt: 1, code: 'internal', message: 'it broke', ...fields };
}

export function deadRecord(number: number, fields: Fields<'dead'> = {}): Of<'dead'> {
  return { v: 1, type: 'dead', ...work(number), reason: 'the deadline passed', ...fields };
}

export function handedBackRecord(number: number, fields: Fields<'handed-back'> = {}): Of<'handed-back'> {
  return { v: 1, type: 'handed-back', ...work(number), ...fields };
}

export function supersededRecord(number: number, fields: Fields<'superseded'> = {}): Of<'superseded'> {
  return { v: 1, type: 'superseded', ...work(number), by: eventId(number + 1), ...fields };
}

export function retriedRecord(number: number, fields: Fields<'retried'> = {}): Of<'retried'> {
  return { v: 1, type: 'retried', ...work(number), round: 1, attempts: 0, ...fields };
}

export function droppedRecord(number: number, fields: Fields<'dropped'> = {}): Of<'dropped'> {
  return { v: 1, type: 'dropped', ...work(number), round: 0, ...fields };
}

export function intendedRecord(number: number, fields: Fields<'intended'> = {}): Of<'intended'> {
  return { v: 1, type: 'intended', ...comment(number), ...fields };
}

export function effectRecord(number: number, fields: Fields<'effect'> = {}): Of<'effect'> {
  return { v: 1, type: 'effect', ...comment(number), ref: { id: '17' }, removed: 0, ...fields };
}

function comment(number: number) {
  const key = effectKey(eventId(number), SLOT, 'result');
  return { ...work(number), key, kind: 'comment', target: { repository: 'acme/app', number: 7 } };
}

export function sessionRecord(number: number, fields: Fields<'session'> = {}): Of<'session'> {
  const where = { attempt: 1, step: 'answer', turn: 1, resumed: 0, state: {} };
  const about = { general: 'security-general', subject: 'acme/app#7' };
  return { v: 1, type: 'session', ...work(number), sessionId: `ses-${number}`, ...about, ...where, ...fields };
}

export function runRequestedRecord(number: number, fields: Fields<'run-requested'> = {}): Of<'run-requested'> {
  const wish = { repository: 'acme/app', branches: ['main'], cluster: 'prod-us' };
  return { v: 1, type: 'run-requested', ...work(number), attempt: 1, kind: 'code', ...wish, ...fields };
}

export function runAdmittedRecord(number: number, fields: Fields<'run-admitted'> = {}): Of<'run-admitted'> {
  return { v: 1, type: 'run-admitted', ...work(number), attempt: 1, ...fields };
}

export function runEndedRecord(number: number, fields: Fields<'run-ended'> = {}): Of<'run-ended'> {
  return { v: 1, type: 'run-ended', ...work(number), attempt: 1, outcome: 'done', ...fields };
}

export function settledRecord(number: number, fields: Fields<'settled'> = {}): Of<'settled'> {
  return { v: 1, type: 'settled', at: AT + number, eventId: eventId(number), outcome: 'done', ...fields };
}

export function statusRecord(general: string, fields: Fields<'general-status'> = {}): Of<'general-status'> {
  return { v: 1, type: 'general-status', at: AT, cluster: 'prod-us', general, status: 'inactive', ...fields };
}

export function resultOf(summary: string): Result {
  return {
    general: 'security-general',
    cluster: 'prod-us',
    specialisations: ['security'],
    answer: { summary, findings: [], recommendations: [], confidence: 0.5 },
    engine: 'offline-rules',
    usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
    durationMs: 12,
  };
}

function work(number: number) {
  return { at: AT + number, eventId: eventId(number), slot: SLOT };
}
