import type { Offer, OfferReply } from '../../../protocols/dispatch.ts';
import { effectKey } from '../../../protocols/effects.ts';
import type { EventId, PeerId, Position, SlotId } from '../../../protocols/ids.ts';
import type { MeshRecord } from '../../../protocols/record.ts';
import { eventIdOfRecord } from '../../../roles/replica/story.ts';
import type { SimClock } from './clock.ts';
import type { Probe } from './probe.ts';
import type { Trace } from './trace.ts';

export interface Ended {
  readonly eventId: EventId;
  readonly slot: SlotId;
  /** Somebody who ended it had something to say, so that there is a comment. */
  readonly isToldOf: boolean;
}

export interface OfferSeen {
  /** Of its subject, as whoever offered it knew then: of an event that two decided about, one number stays. */
  readonly number: number;
  readonly sentAt: number;
  /** When it was answered. */
  readonly at: number;
  readonly by: string;
  readonly to: string;
  readonly answer: OfferReply['type'] | 'unreachable';
}

export interface NumberHeard {
  readonly at: number;
  readonly number: number;
  readonly subject: string;
}

/** An execution that began. */
export interface Begin {
  readonly at: number;
  /** Order in the whole run. */
  readonly order: number;
  readonly node: string;
  readonly eventId: EventId;
  readonly slot: SlotId;
  readonly attempt: number;
}

export interface Promised {
  readonly node: string;
  readonly at: number;
  readonly offer: Offer;
}

/** What the simulated world does to nodes, as they tell of it. */
const EXPECTED = new Set(['execution failed', 'the log cannot be written any more']);

/** Remembers what the checks ask for, and writes the trace. */
export class Observer implements Probe {
  /** Answered with 2xx, and when first. */
  readonly acked = new Map<EventId, number>();
  /** Everything that was ever sent to the mesh and not answered with 2xx yet. */
  readonly sent = new Set<EventId>();
  /** Of everything that was ever sent, the signature of its body. */
  readonly #macs = new Map<EventId, string>();
  readonly settledAt = new Map<EventId, number>();
  readonly outcomes = new Map<EventId, string>();
  readonly begins: Begin[] = [];
  /** When a node lost its disk, or got an older one. */
  readonly disksLost: { readonly node: string; readonly at: number }[] = [];
  /** Who answered so, by event. */
  readonly ackedBy = new Map<EventId, Set<string>>();
  /** Answered with 2xx by a node whose disk did not have it when its power failed. */
  readonly unsynced: { readonly node: string; readonly eventId: EventId }[] = [];
  /** Work that a node said it does, without a word of it on its disk. */
  readonly brokenPromises: Promised[] = [];
  /** By event and slot. */
  readonly offers = new Map<string, OfferSeen[]>();
  /** By node and event: since when the event itself is there, without which nobody can be offered anything. */
  readonly metAt = new Map<string, number>();
  /** By node and event: when it heard of a number, and of which: of an event that two decided about there are several. */
  readonly numbers = new Map<string, readonly NumberHeard[]>();
  /** When a task had to wait for somebody to take it: its event was decided anew, or it was handed back. By event, or event and slot. */
  readonly parkedAt = new Map<string, number>();
  /** Tasks that ended well, by the key of their effect. */
  readonly done = new Map<string, Ended>();
  readonly troubles: string[] = [];
  /** Nodes whose processes ended by themselves, for whoever starts them again. */
  onEnded: (node: string) => void = () => {};
  readonly #clock: SimClock;
  readonly #trace: Trace;
  readonly #names: ReadonlyMap<PeerId, string>;

  constructor(parts: { readonly clock: SimClock; readonly trace: Trace; readonly names: ReadonlyMap<PeerId, string> }) {
    this.#clock = parts.clock;
    this.#trace = parts.trace;
    this.#names = parts.names;
  }

  note(where: string, what: string, eventId?: EventId): void {
    this.#trace.add(this.#clock.now, where, what, eventId);
  }

  committed(node: string, record: MeshRecord, { seq }: Position, own: boolean): void {
    const eventId = eventIdOfRecord(record);
    if (eventId === undefined) return;
    const at = this.#clock.now;
    const slot = 'slot' in record ? ` ${record.slot}` : '';
    if (own) this.note(node, `writes ${record.type}${slot}${detailOf(record)} as ${seq}`, eventId);
    if (record.type === 'distribution') this.#decided(node, record);
    if (record.type === 'event') this.#met(node, eventId);
    if (record.type === 'settled' && !this.settledAt.has(eventId)) {
      this.settledAt.set(eventId, at);
      this.outcomes.set(eventId, record.outcome);
    }
    // Of a node that was killed just after it had written it, nobody but the others tells.
    if (record.type === 'done') {
      const key = effectKey(eventId, record.slot, 'result');
      const isToldOf = this.done.get(key)?.isToldOf === true || speaks(record.result);
      this.done.set(key, { eventId, slot: record.slot, isToldOf });
    }
    if (!own) return;
    if (record.type === 'started' || (record.type === 'accepted' && record.attempt !== undefined)) {
      const { slot, attempt = 1 } = record;
      this.begins.push({ at, order: this.begins.length, node, eventId, slot, attempt });
    }
    if (record.type === 'handed-back') this.parkedAt.set(taskKey(eventId, record.slot), at);
  }

  sends(eventId: EventId, mac: string): void {
    this.sent.add(eventId);
    this.#macs.set(eventId, mac);
  }

  /** The other ids under which its body was sent. */
  twinsOf(eventId: EventId): EventId[] {
    const mac = this.#macs.get(eventId);
    return [...this.#macs.keys()].filter((each) => each !== eventId && this.#macs.get(each) === mac);
  }

  lostDisk(node: string): void {
    this.disksLost.push({ node, at: this.#clock.now });
  }

  answered(node: string, eventId: EventId): void {
    if (!this.acked.has(eventId)) this.acked.set(eventId, this.#clock.now);
    this.ackedBy.set(eventId, (this.ackedBy.get(eventId) ?? new Set()).add(node));
  }

  offering(node: string, to: PeerId, { eventId, slot, number }: Offer): (answer: OfferSeen['answer']) => void {
    const name = this.#names.get(to) ?? to;
    const key = taskKey(eventId, slot);
    const sentAt = this.#clock.now;
    return (answer) => {
      const seen = { sentAt, at: this.#clock.now, by: node, to: name, number, answer };
      this.offers.set(key, [...(this.offers.get(key) ?? []), seen]);
      this.note(node, `offered ${slot} number ${number} to ${name}: ${answer}`, eventId);
    };
  }

  promised(node: string, offer: Offer, isOnDisk: boolean): void {
    if (!isOnDisk) this.brokenPromises.push({ node, offer, at: this.#clock.now });
  }

  trouble(node: string, phrase: string, facts: object): void {
    if (EXPECTED.has(phrase)) return;
    const text = `${phrase} ${JSON.stringify(facts, (_key, value) => (value instanceof Error ? value.message : value))}`;
    this.troubles.push(`${this.#clock.now} ${node} ${text}`);
    this.note(node, `says: ${text}`);
  }

  ended(node: string, problem: string): void {
    this.note(node, `ends: ${problem}`);
    this.onEnded(node);
  }

  #met(node: string, eventId: EventId): void {
    const key = `${node} ${eventId}`;
    if (!this.metAt.has(key)) this.metAt.set(key, this.#clock.now);
  }

  #decided(node: string, record: Extract<MeshRecord, { type: 'distribution' }>): void {
    const { eventId, number, subject, revision } = record;
    if (revision > 0 && !this.parkedAt.has(eventId)) this.parkedAt.set(eventId, this.#clock.now);
    const key = `${node} ${eventId}`;
    const known = this.numbers.get(key) ?? [];
    this.numbers.set(key, [...known, { at: this.#clock.now, number, subject }]);
  }
}

export function taskKey(eventId: EventId, slot: SlotId): string {
  return `${eventId} ${slot}`;
}

function detailOf(record: MeshRecord): string {
  switch (record.type) {
    case 'distribution':
      return ` ${record.revision}, number ${record.number} of ${record.subject}: ${record.slots.map(({ slot }) => slot).join(' ')}`;
    case 'accepted':
      return `, number ${record.number} of ${record.subject}${record.attempt === undefined ? '' : `, and begins ${record.attempt}`}`;
    case 'started':
    case 'done':
      return ` ${record.attempt}`;
    case 'failed':
      return ` ${record.attempt}: ${record.code}`;
    case 'dead':
      return `: ${record.reason}`;
    case 'settled':
      return `: ${record.outcome}`;
    default:
      return '';
  }
}

/** A general with nothing to say posts nothing. */
function speaks({ answer }: Extract<MeshRecord, { type: 'done' }>['result']): boolean {
  return answer.findings.some(({ severity }) => severity !== 'info');
}
