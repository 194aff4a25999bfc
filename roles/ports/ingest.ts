import type { ErrorCode } from '../../protocols/errors.ts';
import type { Kind, MeshEvent } from '../../protocols/event.ts';
import type { EventId } from '../../protocols/ids.ts';

/**
 * How a webhook comes in, in two steps: `ReadDelivery` (verify, parse, normalise: pure, may run in a worker thread) and
 * `Ingest.admit` (is it new, then into the log). The HTTP listener and the aggregator meet here.
 */

/** Who sends; each has its own way to sign and its own normaliser. */
export const SOURCES = ['github'] as const;
export type Source = (typeof SOURCES)[number];

/** One request as it came, body untouched: the signature is over these very bytes. */
export interface DeliveryRequest {
  readonly source: Source;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Wall-clock milliseconds. */
  readonly receivedAt: number;
}

export interface DeliveryOptions {
  /** Secrets of this source, several at once while one is rotated. The newest first is the fastest. */
  readonly secrets: readonly string[];
  /** The mesh org that takes the event in. */
  readonly org: string;
}

/** An error code with its facts, as plain data: a MeshError does not survive the way between threads. */
export interface Refusal {
  readonly status: 'refused';
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** The record of an event, checked and encoded by whoever read the delivery. */
export interface WrittenEvent {
  /** Wall-clock milliseconds in the record. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What a request turned out to be. Plain values only. */
export type Delivery =
  | {
      readonly status: 'event';
      readonly event: MeshEvent;
      readonly mac: string;
      readonly written?: WrittenEvent;
      /** The body, where the event holds only a part of it: `event.dataref` names it. */
      readonly whole?: Uint8Array;
    }
  | { readonly status: 'ping' }
  /** Listed as not ours in the event table; `event` names it, e.g. `star.created`. */
  | { readonly status: 'not-ours'; readonly event: string }
  | Refusal;

export type ReadDelivery = (request: DeliveryRequest, options: DeliveryOptions) => Delivery;

/** How a request is answered: 202, 200, 200, 204, and the status of the error's code. */
export type Outcome =
  | { readonly status: 'accepted'; readonly eventId: EventId }
  | { readonly status: 'duplicate'; readonly eventId: EventId }
  | { readonly status: 'ping' }
  | { readonly status: 'not-ours'; readonly event: string }
  | Refusal;

/** One line about an event. */
export interface RecentEvent {
  readonly id: EventId;
  /** Wall-clock milliseconds of its arrival. */
  readonly at: number;
  readonly kind: Kind;
  readonly type: string;
  readonly subject: string;
  readonly repository: string;
  readonly actor: string;
}

/** What `GET /stats` answers. The first three names are the source document's and tell of the whole org, through restarts. */
export interface IngestStats {
  readonly total_events: number;
  /** Kind → count. */
  readonly event_types: Readonly<Record<string, number>>;
  /** The newest ten, newest first. */
  readonly recent_events: readonly RecentEvent[];
  /** Deliveries of this node since its start, by what became of them. */
  readonly deliveries: Readonly<Record<Outcome['status'], number>>;
}

export interface Ingest {
  /** Why nothing is taken in right now; undefined while it is. A listener may answer 503 before it reads a body. */
  readonly closed: string | undefined;
  /** Resolves with `accepted` only once the record is synced (I1). Never rejects for what a sender or the store did. */
  admit(delivery: Delivery, source: Source): Promise<Outcome>;
  stats(): Promise<IngestStats>;
}
