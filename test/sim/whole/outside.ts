import { type EventId, eventIdOf } from '../../../protocols/ids.ts';
import { meshEvent } from '../../fakes/events.ts';
import type { Observer } from './observer.ts';
import type { Delivery } from './schedule.ts';
import type { World } from './world.ts';

/** Sends one webhook. Like GitHub it tries once: nobody there, or no answer, and that was it. */
export function deliver(delivery: Delivery, world: World, observer: Observer): void {
  const { kind, subject, to, repeats } = delivery;
  const id = idOf(repeats?.as === 'same id' ? repeats.id : delivery.id);
  const { node } = world.host(to);
  if (node?.aggregator === undefined) {
    observer.note('world', `no answer from ${to} to ${id}`, id);
    return;
  }
  const event = meshEvent({ id, correlationid: id, kind, subject, repository: 'acme/app' });
  const mac = `mac-${repeats?.id ?? delivery.id}`;
  const answering = node.aggregator.admit({ status: 'event', event, mac }, 'github');
  void answering.then((outcome) => {
    if (!node.isAlive()) return;
    const isTaken = outcome.status === 'accepted' || outcome.status === 'duplicate';
    const known = isTaken ? outcome.eventId : id;
    observer.note('world', `${to} answers ${outcome.status} to ${id}`, known);
    if (isTaken && !observer.acked.has(known)) observer.acked.set(known, world.clock.now);
  });
}

function idOf(id: number): EventId {
  return eventIdOf('github', `event-${id}`);
}
