import type { Note } from '../../protocols/dispatch.ts';
import { hasCode, type MeshError } from '../../protocols/errors.ts';
import type { EventId, PeerId } from '../../protocols/ids.ts';
import type { Result } from '../../protocols/result.ts';
import type { Dispatcher } from '../ports/dispatcher.ts';
import type { Inbox, InboxTask } from './inbox.ts';
import type { Job, Parking } from './job.ts';
import type { Session, Sessions } from './session.ts';

export interface InboxJobParts {
  readonly inbox: Inbox;
  readonly sessions: Sessions;
  readonly dispatcher: Dispatcher;
  /** The newest event in the inbox that makes this one needless (W2). */
  readonly successor: () => EventId | undefined;
  /** Nothing is in its way: its execution is recorded with its acceptance. Default: false. */
  readonly beginsAtOnce?: boolean;
}

/** A task of the inbox on its way: every step is a synced record, and its owner gets a hint. */
export class InboxJob implements Job {
  readonly task: InboxTask;
  readonly #inbox: Inbox;
  readonly #sessions: Sessions;
  readonly #dispatcher: Dispatcher;
  readonly #successor: () => EventId | undefined;
  /** Numbers count on over crashes and over nodes; a session that goes on is the same execution. */
  readonly #attempt: number;
  /** It was recorded with its acceptance that it begins. */
  readonly #beginsAtOnce: boolean;
  #session: Session | undefined;
  #owner: PeerId;
  #hasBegun = false;
  #parkedFor: Parking | undefined;

  constructor(task: InboxTask, parts: InboxJobParts) {
    this.task = task;
    this.#successor = parts.successor;
    this.#owner = task.owner;
    this.#inbox = parts.inbox;
    this.#sessions = parts.sessions;
    this.#beginsAtOnce = parts.beginsAtOnce === true;
    this.#attempt = !this.#beginsAtOnce && parts.sessions.canContinue(task, task.begun) ? task.begun : task.begun + 1;
    this.#dispatcher = parts.dispatcher;
  }

  get general() {
    return this.task.general;
  }

  get subject() {
    return this.task.subject;
  }

  get number() {
    return this.task.number;
  }

  get priority() {
    return this.task.priority;
  }

  get event() {
    return this.task.event;
  }

  get promised() {
    const { eventId, slot, begun } = this.task;
    return this.#session && { task: { eventId, slot, isRepeat: begun > 0 }, session: this.#session };
  }

  /** Who offers it again owns its event now, and gets the notes. */
  ownedBy(owner: PeerId): void {
    this.#owner = owner;
  }

  /** Of the execution that is under way, or would be the next. */
  get attempt() {
    return this.#attempt;
  }

  get hasBegun() {
    return this.#hasBegun;
  }

  orders() {
    return this.#inbox.ordersFor(this.task);
  }

  get parkedFor() {
    return this.#parkedFor;
  }

  /** It stays in the inbox and renews its lease: it is this node's, and goes on here. */
  parked(by: Parking): void {
    this.#parkedFor = by;
  }

  async begin(): Promise<boolean> {
    this.#hasBegun = true;
    if (this.#beginsAtOnce) this.#session = await this.#sessions.open(this.task, this.#attempt);
    return this.#beginsAtOnce || this.#beginLate();
  }

  /** Much may have happened while it waited. */
  async #beginLate(): Promise<boolean> {
    if (await this.#inbox.isDone(this.task)) {
      await this.#inbox.failed(this.task, this.#attempt, DONE_ELSEWHERE);
      return false;
    }
    const by = this.#successor() ?? (await this.#inbox.supersededBy(this.task));
    if (by !== undefined) {
      await this.#inbox.superseded(this.task, by);
      this.#hint(true);
      return false;
    }
    this.#session = await this.#sessions.open(this.task, this.#attempt);
    if (this.#attempt === this.task.begun) await this.#session.resume();
    else await this.#inbox.started(this.task, this.#attempt);
    return true;
  }

  async done(result: Result): Promise<void> {
    try {
      // In one commit group, nearly always; what a crash leaves in between is tidied up at the next start.
      await Promise.all([this.#inbox.done(this.task, this.#attempt, result), this.#session?.end()]);
    } catch (error) {
      if (!hasCode(error, 'record-too-large')) throw error;
      return this.failed(error);
    }
    this.#hint(true);
  }

  /** Its session stays open: the next execution need not ask again what was answered. */
  async failed(error: MeshError): Promise<void> {
    // Nothing follows: the conversation ends too, also one that an earlier process left.
    if (hasCode(error, 'session-cancelled')) {
      await (this.#session ?? (await this.#sessions.open(this.task, this.#attempt))).end();
    }
    await this.#inbox.failed(this.task, this.#attempt, error);
    this.#hint(false);
  }

  /** Another may do it (W8); should the record not be written, the task stays in the inbox for the next start. */
  async returned(): Promise<void> {
    await this.#inbox.handBack(this.task).catch(() => undefined);
  }

  /**
   * Another may do it (W8): it failed here, so that whoever is next looks whether its effect is there. Its session stays. Should
   * the record not be written, the task stays in the inbox for the next start.
   */
  async left(): Promise<void> {
    await this.#inbox.failed(this.task, this.#attempt, LEFT).catch(() => undefined);
    this.#hint(false);
  }

  /** Renews the lease, also while the task is queued: the owner cannot tell a long queue from a dead node. */
  beat(): void {
    this.#note({ type: 'running', ...this.#id, attempt: this.#attempt });
  }

  #hint(ok: boolean): void {
    this.#note({ type: 'result', ...this.#id, ok });
  }

  get #id() {
    return { eventId: this.task.eventId, slot: this.task.slot };
  }

  #note(note: Note): void {
    this.#dispatcher.note(this.#owner, note);
  }
}

const LEFT = { code: 'left', message: 'the node left before it ended' };

/** Takes it out of the inbox; as nothing began, it counts as no attempt. */
const DONE_ELSEWHERE = { code: 'superseded', message: 'another node has done it' };
