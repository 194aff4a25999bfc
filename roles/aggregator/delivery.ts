import { isUtf8 } from 'node:buffer';
import { blobNameOf } from '../../protocols/blob.ts';
import { type ErrorCode, type Facts, MeshError, messageOf } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import { type EventId, EventIdSchema } from '../../protocols/ids.ts';
import type { Delivery, DeliveryOptions, DeliveryRequest, Refusal, Source } from '../ports/ingest.ts';
import { isObject, type JsonObject } from './json.ts';
import { NORMALIZERS } from './normalize.ts';
import { verifySignature } from './verify.ts';

/** Where each source puts what it says about a delivery. */
const HEADERS: Readonly<Record<Source, { signature: string; event: string; delivery: string }>> = {
  github: { signature: 'x-hub-signature-256', event: 'x-github-event', delivery: 'x-github-delivery' },
};

/** All that is read of the headers, of any source: whoever sends a request to another thread can leave the others out. */
export const DELIVERY_HEADERS: readonly string[] = Object.values(HEADERS).flatMap((names) => Object.values(names));

type EventDelivery = Extract<Delivery, { status: 'event' }>;

const EVENT_NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** The event a source sends to see whether anybody is there. */
const PING = 'ping';

/** Longest part of a parser's complaint that is passed on: it quotes the body. */
const PROBLEM_CHARACTERS = 160;

/**
 * Makes of a request what it is: verifies its signature, and only then reads it. Pure and synchronous, plain values in and
 * out, so that it can run in a worker thread. Never throws for anything a sender can send.
 */
export function readDelivery(request: DeliveryRequest, options: DeliveryOptions): Delivery {
  const names = HEADERS[request.source];
  const verification = verifySignature(request.body, request.headers[names.signature], options.secrets);
  if (verification.status === 'missing') return refuse('signature-missing', {});
  if (verification.status === 'wrong') return refuse('signature-wrong', {});
  const event = request.headers[names.event];
  if (event === undefined || !EVENT_NAME.test(event)) return refuse('header-missing', { header: names.event });
  const id = readId(request.source, request.headers[names.delivery]);
  if (id === undefined) return refuse('header-missing', { header: names.delivery });
  const payload = readBody(request.body);
  if (typeof payload === 'string') return refuse('body-not-json', { problem: payload });
  if (event === PING) return { status: 'ping' };
  return normalize(request, options, { event, id, payload, mac: verification.mac });
}

interface Verified {
  readonly event: string;
  readonly id: EventId;
  readonly payload: JsonObject;
  readonly mac: string;
}

function normalize(request: DeliveryRequest, options: DeliveryOptions, verified: Verified): Delivery {
  const { event, id, payload, mac } = verified;
  try {
    const normalized = NORMALIZERS[request.source](event, id, payload, {
      org: options.org,
      receivedAt: request.receivedAt,
    });
    if (normalized.status !== 'event') return normalized;
    return { ...withWhole(normalized.event, request.body), status: 'event', mac };
  } catch (error) {
    if (error instanceof MeshError) return { status: 'refused', code: error.code, facts: error.facts };
    throw error;
  }
}

/** What was cut of an event can be read in its body, which is kept beside it. */
function withWhole(event: MeshEvent, body: Uint8Array): Pick<EventDelivery, 'event' | 'whole'> {
  if (event.data.truncated === undefined) return { event };
  // In memory of its own, so that it can go to another thread.
  const whole = new Uint8Array(body);
  return { event: { ...event, dataref: blobNameOf(whole) }, whole };
}

function readId(source: Source, delivery: string | undefined): EventId | undefined {
  return delivery === undefined ? undefined : EventIdSchema.safeParse(`${source}:${delivery}`).data;
}

/** The object, or what is wrong with it. */
function readBody(body: Uint8Array): JsonObject | string {
  // A decoder would mend what is not UTF-8 in silence, and what is read would differ from what was signed.
  if (!isUtf8(body)) return 'it is not UTF-8';
  try {
    const json: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
    return isObject(json) ? json : 'it is something else';
  } catch (error) {
    return messageOf(error).slice(0, PROBLEM_CHARACTERS);
  }
}

function refuse<C extends ErrorCode>(code: C, facts: Facts<C>): Refusal {
  return { status: 'refused', code, facts };
}
