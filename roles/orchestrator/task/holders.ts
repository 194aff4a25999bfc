import { MAX_ATTEMPTS } from '../../../protocols/dispatch.ts';
import type { PeerId } from '../../../protocols/ids.ts';
import { backoffMs } from '../../policy/backoff.ts';
import { grantLease } from '../../policy/lease.ts';
import { isEnded, type Task } from '../../replica/story.ts';
import { isRanked } from '../distribution.ts';
import { bury, decided, held, type Moment, ready, type Step, spentOf, stay, type TaskState, without } from './state.ts';

export function recorded(before: TaskState, task: Task, moment: Moment): Step {
  if (isEnded(task)) return stay({ ...before, phase: 'ended' });
  const failures = failuresOf(task);
  const ranked = task.plan.candidates.filter(isRanked).map(({ peer }) => peer);
  const handedBack = countsOf(task.handedBack);
  const attempts = task.attempts.length;
  const state = { ...decided(before), ranked, failures, running: runningOf(task), attempts, handedBack };
  const { lease } = before;
  switch (before.phase) {
    case 'held': {
      if (lease === undefined) return stay(state);
      if (gaveBack(before, state, lease.holder)) return stay(declinedBy(lease.holder, state));
      const hasFailed = (failures.get(lease.holder) ?? 0) > (before.failures.get(lease.holder) ?? 0);
      if (hasFailed) return afterFailure(state, task, moment);
      const hasStarted = state.attempts > before.attempts && task.attempts.at(-1)?.by === lease.holder;
      return stay(hasStarted ? { ...state, lease: grantLease(lease.holder, moment.now) } : state);
    }
    case 'ready':
    case 'waiting':
      return takenUp(before, state, task, moment);
    case 'offering':
      if (before.offeredTo && gaveBack(before, state, before.offeredTo)) {
        return stay(declinedBy(before.offeredTo, state));
      }
      // Its record may be here before its answer, and the answer may get lost.
      return stay(
        before.offeredTo && holderOf(task) === before.offeredTo ? held(state, before.offeredTo, moment) : state,
      );
    case 'dying':
    case 'ended':
      return stay(state);
  }
}

/** Somebody may have taken it although no answer said so: the answer was lost, or another owner asked. */
function takenUp(before: TaskState, state: TaskState, task: Task, moment: Moment): Step {
  const holder = holderOf(task);
  if (holder !== undefined && !state.lapsed.includes(holder)) {
    return { state: held(state, holder, moment), effects: [{ type: 'remind', peer: holder }] };
  }
  const isNew = before.ranked.length === 0;
  if (isNew && task.state === 'failed') return afterFailure(state, task, moment);
  const somebodyCame = !isNew && state.ranked.some((peer) => !before.ranked.includes(peer));
  return stay(somebodyCame ? ready(state) : state);
}

/** Who works on it or has it in its inbox, as far as records tell. */
function holderOf(task: Task): PeerId | undefined {
  const last = task.attempts.at(-1);
  const { accepted } = task;
  if (accepted === undefined) return last !== undefined && last.failed === undefined ? last.by : undefined;
  const own = task.attempts.filter(({ by }) => by === accepted.by);
  // Both times are of one clock, its own.
  if (own.every(({ failed }) => failed === undefined || failed.at < accepted.at)) return accepted.by;
  return last !== undefined && last.failed === undefined ? last.by : undefined;
}

function failuresOf(task: Task): ReadonlyMap<PeerId, number> {
  return countsOf(task.attempts.filter(({ failed }) => failed !== undefined).map(({ by }) => by));
}

function countsOf(peers: readonly PeerId[]): ReadonlyMap<PeerId, number> {
  const counts = new Map<PeerId, number>();
  for (const peer of peers) counts.set(peer, (counts.get(peer) ?? 0) + 1);
  return counts;
}

/** It leaves, and says that it began nothing (W8). */
function gaveBack(before: TaskState, after: TaskState, peer: PeerId): boolean {
  return (after.handedBack.get(peer) ?? 0) > (before.handedBack.get(peer) ?? 0);
}

/** The others are asked at once. */
function declinedBy(peer: PeerId, state: TaskState): TaskState {
  return { ...ready(state), declined: [...state.declined, peer] };
}

function runningOf(task: Task): ReadonlyMap<PeerId, number> {
  const last = new Map(task.attempts.map((attempt) => [attempt.by, attempt]));
  const unfailed = [...last.values()].filter(({ failed }) => failed === undefined);
  return new Map(unfailed.map(({ by, number }) => [by, number]));
}

function afterFailure(state: TaskState, task: Task, { now, chance }: Moment): Step {
  const spent = spentOf(state);
  if (spent >= MAX_ATTEMPTS) {
    const last = task.attempts.findLast(({ failed }) => failed !== undefined)?.failed;
    return bury(state, `${spent} executions failed, the last with ${last?.code}: ${last?.message}`);
  }
  const dueAt = now + backoffMs(Math.max(0, spent - 1), chance);
  return stay({ ...without(state), phase: 'waiting', declined: [], dueAt });
}
