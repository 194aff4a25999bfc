import { MAX_ATTEMPTS, type OfferReply } from '../../protocols/dispatch.ts';
import type { PeerId, SlotId } from '../../protocols/ids.ts';
import { backoffMs } from '../policy/backoff.ts';
import { grantLease, isLapsed, type Lease, renewLease } from '../policy/lease.ts';
import { isEnded, type Task } from '../replica/story.ts';
import { isRanked } from './distribution.ts';

/**
 * One slot of one event on its way, as its owner drives it: a pure state machine. The records decide (`recorded`), answers
 * and timers only move it on between them. Times are monotonic milliseconds of this node.
 *
 * ready: to be offered · offering: an offer is out · held: a node took it and renews its lease · waiting: until `dueAt`, or
 * until there is room · dying: its end is being written · ended
 */
export type Phase = 'ready' | 'offering' | 'held' | 'waiting' | 'dying' | 'ended';

export interface TaskState {
  readonly slot: SlotId;
  readonly general: string;
  readonly phase: Phase;
  /** In the order of the decision. Only they may be offered: records of others do not count (W3). */
  readonly ranked: readonly PeerId[];
  /** Who an offer is out to. */
  readonly offeredTo?: PeerId;
  readonly lease?: Lease;
  /** Who said no for now in this round. */
  readonly declined: readonly PeerId[];
  /** Who said never. */
  readonly refused: readonly PeerId[];
  /** Why the last of them did. */
  readonly refusal?: string;
  /** Whose lease ran out. */
  readonly lapsed: readonly PeerId[];
  /** Executions by each node that failed. */
  readonly failures: ReadonlyMap<PeerId, number>;
  /** Number of the execution by each node that began and has not failed. */
  readonly running: ReadonlyMap<PeerId, number>;
  /** Executions that began, anywhere. */
  readonly attempts: number;
  /** Rounds in which nobody took it, since somebody last did. */
  readonly tries: number;
  readonly retryAfterMs: number;
  readonly dueAt?: number;
  /** End of trying. */
  readonly giveUpAt: number;
  /** End of trying while nobody offers the general. */
  readonly abandonAt: number;
}

/** Who can be asked at this moment. */
export interface View {
  readonly askable: readonly PeerId[];
  /** Everybody who offers the general, in whatever state. */
  readonly known: readonly PeerId[];
}

/** An offer's answer, or none. */
export type Answer = OfferReply | { readonly type: 'unreachable' };

export type TaskFact =
  /** What the log says about it now. */
  | { readonly type: 'recorded'; readonly task: Task }
  /** It may be offered: nothing of its subject is in the way. `patient`: only if somebody can take it at once. */
  | { readonly type: 'go'; readonly view: View; readonly patient: boolean }
  | { readonly type: 'answered'; readonly peer: PeerId; readonly answer: Answer; readonly view: View }
  /** A sign of life of an execution. */
  | { readonly type: 'running'; readonly peer: PeerId }
  /** Another task of its subject is in the way: it is offered as soon as that one is not (W2). */
  | { readonly type: 'blocked' }
  /** Its time has come: `dueOf`. */
  | { readonly type: 'due' };

/** What the world adds to a fact: monotonic milliseconds, and 0 ≤ chance < 1. */
export interface Moment {
  readonly now: number;
  readonly chance: number;
}

export type TaskEffect =
  | { readonly type: 'offer'; readonly peer: PeerId }
  /** Offers it again to who holds it: gets the same answer, and tells the node who owns the event now. */
  | { readonly type: 'remind'; readonly peer: PeerId }
  /** Nodes came that the decision does not rank. */
  | { readonly type: 'replan' }
  /** Ends as a dead letter. */
  | { readonly type: 'bury'; readonly reason: string };

export interface Step {
  readonly state: TaskState;
  readonly effects: readonly TaskEffect[];
}

export function newTask(task: Task, ends: { readonly giveUpAt: number; readonly abandonAt: number }): TaskState {
  return {
    slot: task.slot,
    general: task.general,
    phase: 'ready',
    ranked: [],
    declined: [],
    refused: [],
    lapsed: [],
    failures: new Map(),
    running: new Map(),
    attempts: 0,
    tries: 0,
    retryAfterMs: 0,
    ...ends,
  };
}

/** When `due` should come; undefined while only others can move it on. */
export function dueOf(state: TaskState): number | undefined {
  if (state.phase === 'held') return state.lease?.until;
  return state.phase === 'waiting' ? state.dueAt : undefined;
}

/** Who has it now or is about to. */
export function assigneeOf(state: TaskState): PeerId | undefined {
  if (state.phase === 'offering') return state.offeredTo;
  return state.phase === 'held' ? state.lease?.holder : undefined;
}

/**
 * What an offer to a node says about earlier executions. One that has an execution under way is offered what it accepted then,
 * so that it knows the offer again and does not begin anew.
 */
export function attemptsFor(state: TaskState, peer: PeerId): number {
  const running = state.running.get(peer);
  return running === undefined ? state.attempts : running - 1;
}

export function transition(state: TaskState, fact: TaskFact, moment: Moment): Step {
  if (state.phase === 'ended') return stay(state);
  switch (fact.type) {
    case 'recorded':
      return recorded(state, fact.task, moment);
    case 'go':
      return go(state, fact.view, fact.patient, moment);
    case 'answered':
      return answered(state, fact.peer, fact.answer, fact.view, moment);
    case 'running':
      return running(state, fact.peer, moment);
    case 'blocked':
      return stay(state.phase === 'waiting' ? ready(state) : state);
    case 'due':
      return due(state, moment);
  }
}

function recorded(before: TaskState, task: Task, moment: Moment): Step {
  if (isEnded(task)) return stay({ ...before, phase: 'ended' });
  const failures = failuresOf(task);
  const ranked = task.plan.candidates.filter(isRanked).map(({ peer }) => peer);
  const state = { ...before, ranked, failures, running: runningOf(task), attempts: task.attempts.length };
  const { lease } = before;
  switch (before.phase) {
    case 'held': {
      if (lease === undefined) return stay(state);
      const hasFailed = (failures.get(lease.holder) ?? 0) > (before.failures.get(lease.holder) ?? 0);
      if (hasFailed) return afterFailure(state, task, moment);
      const hasStarted = state.attempts > before.attempts && task.attempts.at(-1)?.by === lease.holder;
      return stay(hasStarted ? { ...state, lease: grantLease(lease.holder, moment.now) } : state);
    }
    case 'ready':
    case 'waiting':
      return takenUp(before, state, task, moment);
    case 'offering':
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
  const failures = new Map<PeerId, number>();
  for (const { by, failed } of task.attempts) {
    if (failed !== undefined) failures.set(by, (failures.get(by) ?? 0) + 1);
  }
  return failures;
}

function runningOf(task: Task): ReadonlyMap<PeerId, number> {
  const last = new Map(task.attempts.map((attempt) => [attempt.by, attempt]));
  const unfailed = [...last.values()].filter(({ failed }) => failed === undefined);
  return new Map(unfailed.map(({ by, number }) => [by, number]));
}

function afterFailure(state: TaskState, task: Task, { now, chance }: Moment): Step {
  if (state.attempts >= MAX_ATTEMPTS) {
    const last = task.attempts.findLast(({ failed }) => failed !== undefined)?.failed;
    return bury(state, `${state.attempts} executions failed, the last with ${last?.code}: ${last?.message}`);
  }
  const dueAt = now + backoffMs(Math.max(0, state.attempts - 1), chance);
  return stay({ ...without(state), phase: 'waiting', declined: [], dueAt });
}

function go(state: TaskState, view: View, patient: boolean, moment: Moment): Step {
  if (state.phase !== 'ready' && state.phase !== 'waiting') return stay(state);
  if (patient && !view.askable.some((peer) => isOpen(state, peer))) return stay(state);
  return offerNext(state, view, moment);
}

function offerNext(state: TaskState, view: View, moment: Moment): Step {
  const peer = state.ranked
    .filter((each) => view.askable.includes(each) && isOpen(state, each))
    .sort(byRecord(state))[0];
  if (peer !== undefined) {
    return { state: { ...without(state), phase: 'offering', offeredTo: peer }, effects: [{ type: 'offer', peer }] };
  }
  if (view.askable.some((each) => !state.ranked.includes(each) && isOpen(state, each))) {
    const rested = rest(state, view, moment);
    return rested.state.phase === 'dying' ? rested : { state: rested.state, effects: [{ type: 'replan' }] };
  }
  if (view.known.length > 0 && view.known.every((each) => state.refused.includes(each))) {
    return bury(state, `everybody who offers it refused: ${state.refusal}`);
  }
  return rest(state, view, moment);
}

function isOpen(state: TaskState, peer: PeerId): boolean {
  return !state.refused.includes(peer) && !state.declined.includes(peer);
}

/** Who failed least first, who went silent last, else as ranked (the sort is stable). */
function byRecord({ failures, lapsed }: TaskState): (a: PeerId, b: PeerId) => number {
  const silent = (peer: PeerId) => (lapsed.includes(peer) ? 1 : 0);
  return (a, b) => silent(a) - silent(b) || (failures.get(a) ?? 0) - (failures.get(b) ?? 0);
}

/** Nobody took it in this round: full jitter, until the end of trying (W4). */
function rest(state: TaskState, view: View, { now, chance }: Moment): Step {
  const isOffered = view.askable.length > 0;
  const end = isOffered ? state.giveUpAt : Math.max(state.giveUpAt, state.abandonAt);
  if (now >= end) return bury(state, isOffered ? 'nobody took it before its deadline' : 'nobody offered it any more');
  const wait = Math.max(backoffMs(state.tries, chance), state.retryAfterMs);
  return stay({
    ...without(state),
    phase: 'waiting',
    tries: state.tries + 1,
    declined: [],
    retryAfterMs: 0,
    dueAt: Math.min(now + wait, end),
  });
}

function answered(state: TaskState, peer: PeerId, answer: Answer, view: View, moment: Moment): Step {
  const isAwaited = state.phase === 'offering' && state.offeredTo === peer;
  if (answer.type === 'accept') {
    const isFree = isAwaited || state.phase === 'ready' || state.phase === 'waiting';
    return stay(isFree ? held(state, peer, moment) : renewed(state, peer, moment));
  }
  if (!isAwaited) return stay(state);
  return offerNext(noted(state, peer, answer), view, moment);
}

function noted(state: TaskState, peer: PeerId, answer: Exclude<Answer, { type: 'accept' }>): TaskState {
  if (answer.type === 'refuse' && answer.final) {
    return { ...state, refused: [...state.refused, peer], refusal: answer.reason };
  }
  const declined = [...state.declined, peer];
  if (answer.type !== 'busy') return { ...state, declined };
  const asked = state.retryAfterMs === 0 ? answer.retryAfterMs : Math.min(state.retryAfterMs, answer.retryAfterMs);
  return { ...state, declined, retryAfterMs: asked };
}

/** Whoever was given up and turns out to be alive has it again, unless another took it meanwhile. */
function running(state: TaskState, peer: PeerId, moment: Moment): Step {
  const isFree = state.phase === 'ready' || state.phase === 'waiting';
  if (isFree && state.ranked.includes(peer)) return stay(held(state, peer, moment));
  return stay(renewed(state, peer, moment));
}

function due(state: TaskState, { now }: Moment): Step {
  if (state.phase === 'waiting' && now >= (state.dueAt ?? now)) return stay(ready(state));
  if (state.phase !== 'held' || state.lease === undefined || !isLapsed(state.lease, now)) return stay(state);
  if (state.attempts >= MAX_ATTEMPTS) return bury(state, `${state.attempts} executions began, the last went silent`);
  const lapsed = [...new Set([...state.lapsed, state.lease.holder])];
  return stay({ ...ready(state), lapsed });
}

function held(state: TaskState, peer: PeerId, { now }: Moment): TaskState {
  const lapsed = state.lapsed.filter((each) => each !== peer);
  return { ...without(state), phase: 'held', lease: grantLease(peer, now), declined: [], lapsed, tries: 0 };
}

function renewed(state: TaskState, peer: PeerId, { now }: Moment): TaskState {
  return state.lease === undefined ? state : { ...state, lease: renewLease(state.lease, peer, now) };
}

function ready(state: TaskState): TaskState {
  return { ...without(state), phase: 'ready' };
}

function bury(state: TaskState, reason: string): Step {
  return { state: { ...without(state), phase: 'dying' }, effects: [{ type: 'bury', reason }] };
}

/** The state without what belongs to one phase only. */
function without({
  offeredTo: _offeredTo,
  lease: _lease,
  dueAt: _dueAt,
  ...rest
}: TaskState): Omit<TaskState, 'offeredTo' | 'lease' | 'dueAt'> {
  return rest;
}

function stay(state: TaskState): Step {
  return { state, effects: [] };
}
