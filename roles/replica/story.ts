import type { MeshEvent } from '../../protocols/event.ts';
import { comparePositions, type EventId, type PeerId, type Position, type SlotId } from '../../protocols/ids.ts';
import type { DistributionRecord, MeshRecord, SlotPlan } from '../../protocols/record.ts';
import type { Result } from '../../protocols/result.ts';

/**
 * Everything the logs say about one event. Records come from many logs in any order and some of them twice, so a story is
 * a set of facts and each question is answered by folding the whole set: the order of arrival can never change an answer.
 */
export interface Fact {
  readonly position: Position;
  readonly record: MeshRecord;
}

export const TASK_STATES = ['offered', 'accepted', 'running', 'failed', 'done', 'dead'] as const;
/**
 * offered: decided, nobody has taken it · accepted: lies in a general's inbox · running: an execution began ·
 * failed: the last execution failed, another may follow · done · dead: given up.
 */
export type TaskState = (typeof TASK_STATES)[number];

export interface Attempt {
  readonly number: number;
  readonly by: PeerId;
  readonly startedAt: number;
  readonly failed?: { readonly at: number; readonly code: string; readonly message: string };
}

/** One event × one slot. */
export interface Task {
  readonly slot: SlotId;
  readonly general: string;
  readonly cluster?: string;
  readonly plan: SlotPlan;
  readonly state: TaskState;
  readonly accepted?: { readonly by: PeerId; readonly at: number };
  readonly attempts: readonly Attempt[];
  readonly done?: { readonly by: PeerId; readonly at: number; readonly result: Result };
  readonly dead?: { readonly at: number; readonly reason: string };
}

export type Outcome = Extract<MeshRecord, { type: 'settled' }>['outcome'];

export interface Story {
  readonly eventId: EventId;
  /** The copy that counts: the lowest position (I2). */
  readonly event?: MeshEvent;
  readonly position?: Position;
  readonly receivedAt?: number;
  /** The newest decision. */
  readonly distribution?: DistributionRecord;
  readonly distributedBy?: PeerId;
  readonly tasks: readonly Task[];
  readonly settled?: { readonly at: number; readonly outcome: Outcome };
}

/** The event a record speaks of, or undefined for records about nodes and generals. */
export function eventIdOfRecord(record: MeshRecord): EventId | undefined {
  switch (record.type) {
    case 'event':
      return record.event.id;
    case 'distribution':
    case 'accepted':
    case 'started':
    case 'done':
    case 'failed':
    case 'dead':
    case 'intended':
    case 'effect':
    case 'settled':
      return record.eventId;
    case 'card':
    case 'general-status':
      return undefined;
  }
}

export function foldStory(eventId: EventId, facts: readonly Fact[]): Story {
  const sorted = [...facts].sort((a, b) => comparePositions(a.position, b.position));
  const events = ofType(sorted, 'event');
  const decisions = ofType(sorted, 'distribution').sort((a, b) => b.record.revision - a.record.revision);
  const first = events[0];
  const decision = decisions[0];
  const settled = ofType(sorted, 'settled')[0]?.record;
  return {
    eventId,
    ...(first && { event: first.record.event, position: first.position, receivedAt: first.record.at }),
    ...(decision && { distribution: decision.record, distributedBy: decision.position.origin }),
    tasks: foldTasks(sorted, decisions),
    ...(settled && { settled: { at: settled.at, outcome: settled.outcome } }),
  };
}

type FactOf<T extends MeshRecord['type']> = { position: Position; record: Extract<MeshRecord, { type: T }> };

function ofType<T extends MeshRecord['type']>(facts: readonly Fact[], type: T): FactOf<T>[] {
  return facts.filter((fact): fact is FactOf<T> => fact.record.type === type);
}

function foldTasks(facts: readonly Fact[], decisions: readonly FactOf<'distribution'>[]): Task[] {
  const plans = new Map<SlotId, SlotPlan[]>();
  for (const { record } of decisions) {
    for (const plan of record.slots) plans.set(plan.slot, [...(plans.get(plan.slot) ?? []), plan]);
  }
  return [...plans.values()].map((revisions) => foldTask(facts, revisions));
}

/** `revisions` newest first. Only nodes that some decision ranked for the slot may speak about it (W3). */
function foldTask(facts: readonly Fact[], revisions: readonly SlotPlan[]): Task {
  const plan = revisions[0] as SlotPlan;
  const assigned = new Set(
    revisions.flatMap((each) => each.candidates.filter((c) => c.rank !== undefined).map((c) => c.peer)),
  );
  const about = facts.filter(
    ({ record, position }) =>
      'slot' in record && record.slot === plan.slot && (record.type === 'dead' || assigned.has(position.origin)),
  );
  const attempts = foldAttempts(about);
  const accepted = ofType(about, 'accepted')
    .sort((a, b) => a.record.at - b.record.at)
    .at(-1);
  const done = ofType(about, 'done')[0];
  const dead = ofType(about, 'dead')[0];
  return {
    slot: plan.slot,
    general: plan.general,
    ...(plan.cluster !== undefined && { cluster: plan.cluster }),
    plan,
    attempts,
    state: stateOf(attempts, accepted !== undefined, done !== undefined, dead !== undefined),
    ...(accepted && { accepted: { by: accepted.position.origin, at: accepted.record.at } }),
    ...(done && { done: { by: done.position.origin, at: done.record.at, result: done.record.result } }),
    ...(dead && { dead: { at: dead.record.at, reason: dead.record.reason } }),
  };
}

function foldAttempts(about: readonly Fact[]): Attempt[] {
  const failures = ofType(about, 'failed');
  return ofType(about, 'started')
    .map(({ record, position }) => {
      const failure = failures.find(
        (f) => f.position.origin === position.origin && f.record.attempt === record.attempt,
      );
      return {
        number: record.attempt,
        by: position.origin,
        startedAt: record.at,
        ...(failure && {
          failed: { at: failure.record.at, code: failure.record.code, message: failure.record.message },
        }),
      };
    })
    .sort((a, b) => a.number - b.number || a.startedAt - b.startedAt);
}

function stateOf(attempts: readonly Attempt[], accepted: boolean, done: boolean, dead: boolean): TaskState {
  if (done) return 'done';
  if (dead) return 'dead';
  const last = attempts.at(-1);
  if (last) return last.failed ? 'failed' : 'running';
  return accepted ? 'accepted' : 'offered';
}

/** How an event ended whose tasks have all ended. One that a rule drops has no task: nothing of it was left undone. */
export function outcomeOfTasks(tasks: readonly Task[]): Outcome {
  const done = tasks.filter(({ state }) => state === 'done').length;
  if (done === tasks.length) return 'done';
  return done === 0 ? 'dead' : 'partly';
}

/** Nothing more will happen to it. */
export function isEnded(task: Task): boolean {
  return task.state === 'done' || task.state === 'dead';
}
