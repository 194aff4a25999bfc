import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId, PeerId, Position, SlotId } from '../../protocols/ids.ts';
import type { DistributionRecord, EffectRecord, MeshRecord, RecordType, SlotPlan } from '../../protocols/record.ts';
import type { Result } from '../../protocols/result.ts';

/**
 * Everything the logs say about one event. Records come from many logs in any order and some of them twice, so a story is
 * a set of facts and each question is answered by folding the whole set: the order of arrival can never change an answer.
 */
export interface Fact {
  readonly position: Position;
  readonly record: MeshRecord;
}

export type FactOf<T extends RecordType> = { position: Position; record: Extract<MeshRecord, { type: T }> };

export function ofType<T extends RecordType>(facts: readonly Fact[], type: T): FactOf<T>[] {
  return facts.filter((fact): fact is FactOf<T> => fact.record.type === type);
}

export const TASK_STATES = ['offered', 'accepted', 'running', 'failed', 'done', 'superseded', 'dead'] as const;
/**
 * offered: decided, nobody has taken it · accepted: lies in a general's inbox · running: an execution began ·
 * failed: the last execution failed, another may follow · done · superseded: a newer event made it needless · dead: given up.
 */
export type TaskState = (typeof TASK_STATES)[number];

export interface Attempt {
  readonly number: number;
  readonly by: PeerId;
  readonly startedAt: number;
  readonly failed?: { readonly at: number; readonly code: string; readonly message: string };
}

/** Something outside the mesh, as the records of all nodes tell of it. */
export interface TaskEffect extends Pick<EffectRecord, 'key' | 'kind' | 'target'> {
  /** Who meant to do it, each time it was about to. */
  readonly intended: readonly { readonly by: PeerId; readonly at: number }[];
  /** The newest word on it; absent while nobody has seen it there. */
  readonly done?: { readonly by: PeerId; readonly at: number; readonly ref: EffectRecord['ref'] };
  /** Surplus ones that were taken away. */
  readonly removed: number;
}

/** One event × one slot. */
export interface Task {
  readonly slot: SlotId;
  readonly general: string;
  readonly cluster?: string;
  readonly plan: SlotPlan;
  readonly state: TaskState;
  /** Not handed back since. */
  readonly accepted?: { readonly by: PeerId; readonly at: number };
  /** Nodes that accepted it, began nothing and left (W8), each as often as it did so. */
  readonly handedBack: readonly PeerId[];
  readonly attempts: readonly Attempt[];
  readonly effects: readonly TaskEffect[];
  readonly done?: { readonly by: PeerId; readonly at: number; readonly result: Result };
  readonly superseded?: { readonly by: EventId; readonly at: number };
  /** `dropped`: an operator wants to see it no more. */
  readonly dead?: { readonly at: number; readonly reason: string; readonly dropped: boolean };
  /** How often an operator had it tried anew. */
  readonly round: number;
  /** The newest of those times: when, and how many executions had begun by then. */
  readonly retried?: { readonly at: number; readonly attempts: number };
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
  /** How often an operator had a slot of it tried anew, all slots together. */
  readonly retries: number;
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
    case 'handed-back':
    case 'superseded':
    case 'dead':
    case 'retried':
    case 'dropped':
    case 'intended':
    case 'effect':
    case 'run-requested':
    case 'run-admitted':
    case 'run-ended':
    case 'settled':
      return record.eventId;
    // Checkpoints are large, and only the newest counts: they are found by the table `sessions`, not as part of the story.
    case 'session':
    // What agents tell beside their work, and people to them, has tables of its own.
    case 'usage':
    case 'action':
    case 'conversation':
    case 'code-generation':
    case 'approval-asked':
    case 'approval':
    case 'session-order':
    case 'card':
    case 'general-status':
      return undefined;
  }
}

/**
 * How an event ended whose tasks have all ended. One that a rule drops has no task, and what a newer event made needless is done
 * there: nothing of them was left undone.
 */
export function outcomeOfTasks(tasks: readonly Task[]): Outcome {
  const done = tasks.filter(({ state }) => state === 'done' || state === 'superseded').length;
  if (done === tasks.length) return 'done';
  return done === 0 ? 'dead' : 'partly';
}

/** Nothing more will happen to it. */
export function isEnded(task: Task): boolean {
  return task.state === 'done' || task.state === 'superseded' || task.state === 'dead';
}
