import { MAX_ATTEMPTS, type Offer, type OfferReply, RUNNING_INTERVAL_MS } from '../../protocols/dispatch.ts';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId, PeerId, SlotId } from '../../protocols/ids.ts';
import type { GeneralLoad, NodeCard, OfferedGeneral } from '../../protocols/presence.ts';
import type { Result } from '../../protocols/result.ts';
import { headStateOf, supersedes } from '../policy/supersede.ts';
import type { Dispatcher, DispatchHandler } from '../ports/dispatcher.ts';
import type { Committed } from '../ports/journal.ts';
import { type AdmissionState, DRAINING_RETRY_MS } from './admission.ts';
import type { ConversationParts } from './conversation-parts.ts';
import { conductsOf } from './conversations.ts';
import { DirectJob } from './direct-job.ts';
import { Executions } from './executions.ts';
import { Inbox, type InboxTask } from './inbox.ts';
import { InboxJob } from './inbox-job.ts';
import { OfferDesk, type Place } from './offer-desk.ts';
import { Sessions } from './session.ts';
import { type Conduct, SessionRunner } from './session-runner.ts';
import { TaskQueue } from './task-queue.ts';
import { TaskStats } from './task-stats.ts';

export interface GeneralOptions {
  readonly self: NodeCard;
  /** What this node offers. */
  readonly generals: readonly OfferedGeneral[];
  /** Longest wait for the model in one execution, milliseconds. Default 120 000: above what the model's own deadline should be. */
  readonly modelDeadlineMs?: number;
  /** How long `stop` lets running executions end, milliseconds. Default 20 000 (W8 gives 25 s for everything). */
  readonly drainMs?: number;
}

export interface GeneralParts extends ConversationParts {
  /** How every general comes from an event to an answer. Default: each as roles/general/conversations.ts says. */
  readonly conduct?: Conduct | undefined;
  /** False while this node has too little room for new work (I4). Default: always. */
  readonly mayAccept?: () => boolean;
  readonly dispatcher: Dispatcher;
}

const MODEL_DEADLINE_MS = 120_000;
const DRAIN_MS = 20_000;
/** A node that comes back tells owners of its inbox soon, once connections are there. */
const FIRST_BEAT_MS = 5_000;

/** A task that begins as soon as its record is synced. */
interface AtOnce extends Place {
  readonly job: InboxJob;
}

/** The generals of this node: takes offers into the inbox, works them off, and records what came of it (W3, W4). */
export class General implements Pick<DispatchHandler, 'offer'> {
  readonly #options: GeneralOptions;
  readonly #parts: GeneralParts;
  readonly #inbox: Inbox;
  readonly #sessions: Sessions;
  readonly #desk: OfferDesk<AtOnce>;
  readonly #stats = new TaskStats();
  readonly #queue: TaskQueue<InboxJob | DirectJob>;
  readonly #executions: Executions<InboxJob | DirectJob>;
  /** What is in the inbox, by event and slot. */
  readonly #jobs = new Map<string, InboxJob>();
  /** What was handed back while leaving. */
  readonly #returned = new Set<string>();
  readonly #listeners: (() => void)[] = [];
  #phase: Exclude<AdmissionState['phase'], 'crowded'> = 'starting';
  #cancelBeat: (() => void) | undefined;
  /** Approvals that came, and how many had when an execution began. */
  #heard = 0;
  readonly #heardAtBegin = new WeakMap<object, number>();

  constructor(options: GeneralOptions, parts: GeneralParts) {
    const { self, generals, modelDeadlineMs: deadlineMs = MODEL_DEADLINE_MS } = options;
    this.#options = options;
    this.#parts = parts;
    this.#inbox = new Inbox({ self: self.peer }, parts);
    this.#sessions = new Sessions({ self: self.peer }, parts);
    this.#desk = new OfferDesk({
      inbox: this.#inbox,
      state: (general) => this.#admissionState(general),
      reserve: (task) => this.#reserve(task),
      accepted: (task, place) => (place === undefined ? this.#take(task) : this.#begin(place.job)),
    });
    const concurrency = new Map(generals.map((each) => [each.name, each.concurrency]));
    this.#queue = new TaskQueue(concurrency, () => parts.runtime.monotonic());
    const conductOf = conductsOf({ self, deadlineMs }, parts);
    const runner = new SessionRunner(parts);
    this.#executions = new Executions(options, {
      ...parts,
      conduct: (job, general, signal) => {
        const { task, session } = job.promised ?? {};
        const conduct = parts.conduct ?? conductOf(general.name);
        const orders = () => job.orders();
        this.#heardAtBegin.set(job, this.#heard);
        return conduct(runner, { general, event: job.event, signal, orders, ...(task && { task }) }, session);
      },
      queue: this.#queue,
      stats: this.#stats,
      changed: (ended) => this.#onChange(ended),
    });
    parts.journal.onCommit((entries) => this.#onCommit(entries));
  }

  /** Takes up what an earlier boot accepted and did not end; from then on offers are taken. */
  async start(): Promise<void> {
    for (const task of await this.#inbox.load()) await this.#takeUp(task);
    await this.#sessions.tidy();
    this.#phase = 'open';
    this.#beatAfter(FIRST_BEAT_MS);
    this.#executions.pump();
    this.#onChange();
  }

  /** Takes no more, hands back what has not begun, lets executions end, and gives up those that do not, for another to do (W8). */
  async stop(): Promise<void> {
    this.#phase = 'draining';
    const handedBack = this.#queue.clear().map((job) => this.#return(job));
    await this.#executions.stop(this.#options.drainMs ?? DRAIN_MS);
    await Promise.all(handedBack);
    this.#cancelBeat?.();
  }

  /** Called when the load has changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** A repeat of an offer that was accepted is accepted again, without a second record and without a second execution. */
  async offer(from: PeerId, offer: Offer): Promise<OfferReply> {
    const job = this.#jobs.get(keyOf(offer));
    if (job === undefined) return this.#decide(from, offer);
    job.ownedBy(from);
    return { type: 'accept' };
  }

  /** What is accepted in the moment of leaving is handed back before anybody hears of it. */
  async #decide(from: PeerId, offer: Offer): Promise<OfferReply> {
    const reply = await this.#desk.decide(keyOf(offer), from, offer);
    const job = this.#jobs.get(keyOf(offer));
    if (reply.type !== 'accept' || this.#phase !== 'draining') return reply;
    if (job?.hasBegun === false) await this.#return(job);
    return this.#returned.has(keyOf(offer)) ? { type: 'busy', retryAfterMs: DRAINING_RETRY_MS } : reply;
  }

  async #return(job: InboxJob | DirectJob): Promise<void> {
    if (job instanceof InboxJob) {
      this.#jobs.delete(keyOf(job.task));
      this.#returned.add(keyOf(job.task));
    }
    this.#onChange();
    await job.returned();
  }

  load(): GeneralLoad[] {
    return this.#options.generals.map(({ name, capacity }) => ({
      name,
      running: this.#queue.running(name),
      queued: this.#queue.queued(name),
      capacity,
      ...this.#stats.of(name),
    }));
  }

  /**
   * Works on an event that somebody waits for (`POST /process`), through the same execution as any task, but outside the log.
   *
   * @throws MeshError `general-not-here`, `queue-full`, `overloaded`, or what the execution failed with
   */
  async process(general: string, event: MeshEvent): Promise<Result> {
    this.#checkRoom(general);
    const job = new DirectJob(general, event);
    this.#queue.add(job);
    this.#executions.pump();
    return job.result;
  }

  #checkRoom(general: string): void {
    const { generals } = this.#options;
    const capacity = generals.find(({ name }) => name === general)?.capacity;
    if (capacity === undefined) {
      throw new MeshError('general-not-here', { general, offered: generals.map(({ name }) => name).join(', ') });
    }
    if (this.#phase !== 'open') throw new MeshError('overloaded', { reason: `it is ${this.#phase}` });
    if (this.#held(general) >= capacity) throw new MeshError('queue-full', { general, limit: capacity });
  }

  #admissionState(general: string): AdmissionState {
    const { self, generals } = this.#options;
    const { latencyMs } = this.#stats.of(general);
    return {
      cluster: self.cluster,
      generals,
      held: this.#held(general),
      phase: this.#phase === 'open' && this.#parts.mayAccept?.() === false ? 'crowded' : this.#phase,
      now: this.#parts.runtime.wall(),
      ...(latencyMs !== undefined && { latencyMs }),
    };
  }

  #held(general: string): number {
    return this.#queue.running(general) + this.#queue.queued(general) + this.#desk.accepting(general);
  }

  /** What this node accepted before it lost its disk, or was restored, comes back from others while it runs (L1). */
  #onCommit(entries: readonly Committed[]): void {
    for (const { decoded, own, position } of entries) {
      if (!decoded.ok) continue;
      const { record } = decoded;
      if (record.type === 'session-order') this.#heed(record);
      // The owner's decision that a development begins may come behind the offer that follows from it.
      const isDecision = record.type === 'distribution' && record.development !== undefined;
      if (record.type === 'approval' || isDecision) this.#wake(record.subject);
      // Logs come in any order: the work may be here before what it is about.
      if (record.type === 'event') {
        for (const task of this.#inbox.takeEventless(record.event.id)) void this.#comeBack(task);
      }
      const isBack = !own && position.origin === this.#options.self.peer;
      if (isBack && record.type === 'accepted') void this.#comeBack(record);
    }
  }

  /** A person told one of them to go on, or to end. */
  #heed(order: Pick<InboxTask, 'eventId' | 'slot'>): void {
    const job = this.#jobs.get(keyOf(order));
    if (job?.parkedFor !== undefined && job.orders().state !== 'paused') this.#unpark(job);
  }

  /** What is parked about this subject may have waited for that. */
  #wake(subject: string): void {
    this.#heard += 1;
    for (const job of [...this.#jobs.values()]) {
      const isMeant = job.parkedFor !== undefined && job.subject === subject;
      if (isMeant && job.orders().state !== 'paused') this.#unpark(job);
    }
  }

  /** It goes on where it is, or ends if it was cancelled. */
  #unpark({ task }: InboxJob): void {
    this.#jobs.delete(keyOf(task));
    if (this.#phase === 'open') void this.#comeBack(task);
  }

  async #comeBack({ eventId, slot }: Pick<InboxTask, 'eventId' | 'slot'>): Promise<void> {
    try {
      const task = await this.#inbox.find({ eventId, slot });
      if (task !== undefined && !this.#jobs.has(keyOf(task))) await this.#takeUp(task);
    } catch (error) {
      // It stays in the inbox, for the next start.
      this.#parts.runtime.log.warn(
        { eventId, slot, problem: messageOf(error) },
        'task that came back cannot be taken up',
      );
    }
  }

  /** A task that took the process down every time is not begun again and again. */
  async #takeUp(task: InboxTask): Promise<void> {
    const { begun, lastOwn } = task;
    const mayBegin = lastOwn === undefined || begun < MAX_ATTEMPTS;
    if (mayBegin || this.#sessions.canContinue(task, begun)) return this.#take(task);
    const message = `${begun} executions began and none ended: the process went down each time`;
    await this.#inbox.failed(task, lastOwn, { code: 'internal', message });
  }

  #jobOf(task: InboxTask, beginsAtOnce: boolean): InboxJob {
    const { dispatcher } = this.#parts;
    const own = { inbox: this.#inbox, sessions: this.#sessions };
    return new InboxJob(task, { ...own, dispatcher, beginsAtOnce, successor: () => this.#successorOf(task) });
  }

  /** Where nothing waits and nothing else of its subject is here, acceptance and begin are one record. */
  #reserve(task: InboxTask): AtOnce | undefined {
    if (this.#phase !== 'open' || this.#jobs.has(keyOf(task))) return undefined;
    const job = this.#jobOf(task, true);
    if (!this.#queue.beginAtOnce(job)) return undefined;
    return { job, attempt: job.attempt, giveUp: () => this.#giveUp(job) };
  }

  #giveUp(job: InboxJob): void {
    this.#queue.end(job);
    this.#executions.pump();
  }

  #begin(job: InboxJob): void {
    this.#jobs.set(keyOf(job.task), job);
    // It is handed back before it has begun, whatever its record says.
    if (this.#phase === 'draining') this.#queue.end(job);
    else this.#executions.begin(job);
  }

  #take(task: InboxTask): void {
    if (this.#jobs.has(keyOf(task))) return;
    const job = this.#jobOf(task, false);
    this.#jobs.set(keyOf(task), job);
    if (this.#phase === 'draining') return;
    this.#queue.add(job);
    if (this.#phase === 'open') this.#executions.pump();
    this.#onChange();
  }

  /** Of the tasks for the same slot the newest whose event makes that of this one needless (W2). */
  #successorOf({ slot, subject, number, event }: InboxTask): EventId | undefined {
    const state = headStateOf(event);
    if (state === undefined) return undefined;
    let newest: InboxTask | undefined;
    for (const { task } of this.#jobs.values()) {
      if (task.slot !== slot || task.subject !== subject || task.number <= (newest?.number ?? number)) continue;
      const newer = headStateOf(task.event);
      if (newer !== undefined && supersedes(newer, state)) newest = task;
    }
    return newest?.eventId;
  }

  #beatAfter(ms: number): void {
    this.#cancelBeat = this.#parts.runtime.after(ms, () => {
      for (const job of this.#jobs.values()) job.beat();
      this.#beatAfter(RUNNING_INTERVAL_MS);
    });
  }

  /** What is parked stays this node's; what it waited for may have been said in the meantime. */
  #end(job: InboxJob): void {
    if (job.parkedFor === undefined) this.#jobs.delete(keyOf(job.task));
    else if (this.#mayGoOn(job)) this.#unpark(job);
  }

  /** While it was on its way to be parked the pause may have ended, or the approval it looked for have come. */
  #mayGoOn(job: InboxJob): boolean {
    return job.parkedFor === 'orders' ? job.orders().state !== 'paused' : this.#heardAtBegin.get(job) !== this.#heard;
  }

  #onChange(ended?: InboxJob | DirectJob): void {
    if (ended instanceof InboxJob) this.#end(ended);
    for (const listener of this.#listeners) listener();
  }
}

function keyOf({ eventId, slot }: { readonly eventId: EventId; readonly slot: SlotId }): string {
  return `${eventId}\n${slot}`;
}
