import type { Note, Offer, OfferReply } from '../../protocols/dispatch.ts';
import { MeshError } from '../../protocols/errors.ts';
import type { EventId, PeerId, SlotId } from '../../protocols/ids.ts';
import type { GeneralLoad, NodeCard } from '../../protocols/presence.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import type { Result } from '../../protocols/result.ts';
import type { DispatchHandler } from '../../roles/ports/dispatcher.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';

export interface SimBehaviour {
  /** Milliseconds of one execution. */
  durationMs: number;
  /** How many executions fail before one succeeds. */
  failures: number;
  /** Says this instead of deciding by its queue. */
  answer: OfferReply | undefined;
  /** Accepts and is never heard of again. */
  isMute: boolean;
}

export interface Execution {
  readonly eventId: EventId;
  readonly slot: SlotId;
  readonly attempt: number;
  readonly at: number;
}

interface Job {
  readonly offer: Offer;
  owner: PeerId;
  isOver: boolean;
}

interface SimGeneralParts {
  readonly append: (record: MeshRecord) => Promise<unknown>;
  readonly note: (to: PeerId, note: Note) => void;
  readonly runtime: Runtime;
  /** Its load is another. */
  readonly changed: () => void;
}

/** The dispatch side of a node with generals, as W3 wants it, with work that only takes time. */
export class SimGeneral implements DispatchHandler {
  readonly behaviour: SimBehaviour = { durationMs: 1_000, failures: 0, answer: undefined, isMute: false };
  readonly executions: Execution[] = [];
  readonly #jobs = new Map<string, Job>();
  readonly #card: NodeCard;
  readonly #parts: SimGeneralParts;

  constructor(card: NodeCard, parts: SimGeneralParts) {
    this.#card = card;
    this.#parts = parts;
  }

  async offer(from: PeerId, offer: Offer): Promise<OfferReply> {
    const key = `${offer.eventId} ${offer.slot}`;
    const known = this.#jobs.get(key);
    if (known !== undefined && known.offer.attempts === offer.attempts) {
      known.owner = from;
      return { type: 'accept' };
    }
    if (this.behaviour.answer !== undefined) return this.behaviour.answer;
    const load = this.load().find(({ name }) => name === offer.general);
    if (load === undefined) throw new MeshError('general-not-here', { general: offer.general, offered: '' });
    if (load.running + load.queued >= load.capacity) return { type: 'busy', retryAfterMs: 1_000 };
    const job = { offer, owner: from, isOver: false };
    this.#jobs.set(key, job);
    const { general, subject, number, priority } = offer;
    await this.#append(job, { type: 'accepted', general, subject, number, priority, owner: from });
    this.#parts.changed();
    this.#work(job);
    return { type: 'accept' };
  }

  note(): void {}

  load(): GeneralLoad[] {
    const jobs = [...this.#jobs.values()].filter(({ isOver }) => !isOver);
    return this.#card.generals.map(({ name, capacity, concurrency }) => {
      const count = jobs.filter(({ offer }) => offer.general === name).length;
      const running = Math.min(count, concurrency);
      return { name, running, queued: count - running, capacity, failureRate: 0 };
    });
  }

  #work(job: Job): void {
    if (this.behaviour.isMute) return;
    const { eventId, slot, attempts } = job.offer;
    const attempt = attempts + 1;
    const { runtime, note } = this.#parts;
    this.executions.push({ eventId, slot, attempt, at: runtime.monotonic() });
    const isToFail = this.behaviour.failures-- > 0;
    const say = () => {
      if (job.isOver) return;
      note(job.owner, { type: 'running', eventId, slot, attempt });
      runtime.after(30_000, say);
    };
    runtime.after(30_000, say);
    // A node that was killed meanwhile cannot write any more, which is all there is to it.
    this.#append(job, { type: 'started', attempt }).catch(() => undefined);
    runtime.after(this.behaviour.durationMs, () => {
      this.#end(job, attempt, isToFail).catch(() => undefined);
    });
  }

  async #end(job: Job, attempt: number, isToFail: boolean): Promise<void> {
    const { eventId, slot, general } = job.offer;
    if (isToFail) await this.#append(job, { type: 'failed', attempt, code: 'internal', message: 'it was told to' });
    else await this.#append(job, { type: 'done', attempt, result: resultOf(general, this.#card.cluster) });
    job.isOver = true;
    this.#parts.changed();
    this.#parts.note(job.owner, { type: 'result', eventId, slot, ok: !isToFail });
  }

  async #append({ offer: { eventId, slot } }: Job, fields: Ending): Promise<void> {
    const at = Math.round(this.#parts.runtime.wall());
    await this.#parts.append({ v: 1, at, eventId, slot, ...fields });
  }
}

type WorkRecord = Extract<MeshRecord, { type: 'accepted' | 'started' | 'done' | 'failed' }>;
type Ending = WorkRecord extends infer R
  ? R extends WorkRecord
    ? Omit<R, 'v' | 'at' | 'eventId' | 'slot'>
    : never
  : never;

function resultOf(general: string, cluster: string): Result {
  return {
    general,
    cluster,
    specialisations: [],
    answer: { summary: 'looked at it', findings: [], recommendations: [], confidence: 1 },
    engine: 'offline-rules',
    usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
    durationMs: 1,
  };
}
