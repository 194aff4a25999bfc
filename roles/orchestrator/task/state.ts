import type { OfferReply } from '../../../protocols/dispatch.ts';
import type { EventId, PeerId, SlotId } from '../../../protocols/ids.ts';
import { grantLease, type Lease } from '../../policy/lease.ts';
import type { Task } from '../../replica/story.ts';

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
  /** How often an operator had it tried anew, and executions that count no more since. */
  readonly round: number;
  readonly forgiven: number;
  /** How often each node gave it back before it began anything. */
  readonly handedBack: ReadonlyMap<PeerId, number>;
  /** Rounds in which nobody took it, since somebody last did. */
  readonly tries: number;
  readonly retryAfterMs: number;
  readonly dueAt?: number;
  /** A new decision is asked for. It keeps its place in its subject until that is made: nothing but the decision is missing (W2). */
  readonly isUndecided?: true;
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
  /** A newer event shows all that this one would. */
  | { readonly type: 'superseded'; readonly by: EventId }
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
  | { readonly type: 'bury'; readonly reason: string }
  /** Ends as needless. */
  | { readonly type: 'supersede'; readonly by: EventId };

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
    round: task.round,
    forgiven: task.retried?.attempts ?? 0,
    handedBack: new Map(),
    tries: 0,
    retryAfterMs: 0,
    ...ends,
  };
}

/** Executions that count against the most there may be (W4). */
export function spentOf({ attempts, forgiven }: TaskState): number {
  return attempts - forgiven;
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

export function held(state: TaskState, peer: PeerId, { now }: Moment): TaskState {
  const lapsed = state.lapsed.filter((each) => each !== peer);
  return { ...without(state), phase: 'held', lease: grantLease(peer, now), declined: [], lapsed, tries: 0 };
}

export function ready(state: TaskState): TaskState {
  return { ...without(state), phase: 'ready' };
}

export function bury(state: TaskState, reason: string): Step {
  return { state: { ...without(state), phase: 'dying' }, effects: [{ type: 'bury', reason }] };
}

/** The state without what belongs to one phase only. */
export function without({
  offeredTo: _offeredTo,
  lease: _lease,
  dueAt: _dueAt,
  isUndecided: _isUndecided,
  ...rest
}: TaskState): Omit<TaskState, 'offeredTo' | 'lease' | 'dueAt' | 'isUndecided'> {
  return rest;
}

/** The decision that was asked for is made, or is not needed. */
export function decided({ isUndecided: _isUndecided, ...rest }: TaskState): TaskState {
  return rest;
}

export function stay(state: TaskState): Step {
  return { state, effects: [] };
}
