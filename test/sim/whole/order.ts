import type { EventId } from '../../../protocols/ids.ts';
import { type Begin, type Observer, taskKey } from './observer.ts';

interface Broken {
  readonly what: string;
  readonly eventId: EventId;
}

/**
 * W2: of one subject and slot the work is begun by number. What a node could not know does not count: a number, or an event that
 * somebody else gave one in a partition and that itself did not get through, when it sent its offer. Neither does a
 * task that nobody took when its turn came: one that is parked, failed or dead blocks nobody.
 */
export function orderViolations(observer: Observer): Broken[] {
  const firsts = firstBegins(observer.begins);
  const bySubject = Map.groupBy(firsts, (begin) => `${numberOf(begin, observer)?.subject} ${begin.slot}`);
  return [...bySubject.values()].flatMap((begins) =>
    begins.flatMap((later) => begins.flatMap((earlier) => overtaken(earlier, later, observer))),
  );
}

/** Only the first time counts: what failed is tried again later, out of turn. */
function firstBegins(begins: readonly Begin[]): Begin[] {
  const firsts = new Map<string, Begin>();
  for (const begin of begins) {
    const key = taskKey(begin.eventId, begin.slot);
    if (!firsts.has(key)) firsts.set(key, begin);
  }
  return [...firsts.values()];
}

function numberOf({ node, eventId }: Begin, observer: Observer) {
  return observer.numbers.get(`${node} ${eventId}`)?.[0];
}

/** `later` had the higher number and began before. */
function overtaken(earlier: Begin, later: Begin, observer: Observer): Broken[] {
  if (later.order >= earlier.order || later.eventId === earlier.eventId) return [];
  const offer = observer.offers
    .get(taskKey(later.eventId, later.slot))
    ?.find(({ answer, to, at }) => answer === 'accept' && to === later.node && at <= later.at + 1_000);
  if (offer === undefined) return [];
  const metAt = observer.metAt.get(`${offer.by} ${earlier.eventId}`) ?? Number.POSITIVE_INFINITY;
  const heard = observer.numbers.get(`${offer.by} ${earlier.eventId}`)?.filter(({ at }) => at < offer.sentAt) ?? [];
  const [first] = heard;
  const number = Math.max(...heard.map((each) => each.number));
  if (first === undefined || number >= offer.number || metAt >= offer.sentAt) return [];
  if (wasParked(earlier, first.at, later.at, observer)) return [];
  const what = `${earlier.slot} number ${number} began after number ${offer.number} (${later.eventId} on ${later.node})`;
  return [{ what, eventId: earlier.eventId }];
}

/** A ready task is offered within milliseconds, or as soon as the offer before it is answered. */
const AT_ONCE_MS = 2_000;

/**
 * Until `at` it waited for something else than its turn: for a node, for room, or after somebody had declined it, given it back,
 * or lost it with his disk.
 */
function wasParked({ eventId, slot }: Begin, decidedAt: number, at: number, observer: Observer): boolean {
  const key = taskKey(eventId, slot);
  const offers = observer.offers.get(key) ?? [];
  const firstAt = offers[0]?.at ?? Number.POSITIVE_INFINITY;
  const hadToWait = Math.min(firstAt, at) - decidedAt > AT_ONCE_MS;
  const wasDeclined = offers.some((offer) => offer.at <= at && offer.answer !== 'accept');
  const isMarked = [eventId, key].some((each) => (observer.parkedAt.get(each) ?? Number.POSITIVE_INFINITY) <= at);
  const wasLost = offers.some(({ answer, to, at: takenAt }) =>
    observer.disksLost.some((each) => answer === 'accept' && each.node === to && each.at >= takenAt && each.at <= at),
  );
  return hadToWait || wasDeclined || isMarked || wasLost;
}
