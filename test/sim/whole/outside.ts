import { type EventId, eventIdOf } from '../../../protocols/ids.ts';
import { issueEvent } from '../../fakes/events.ts';
import type { Observer } from './observer.ts';
import type { Delivery } from './schedule.ts';
import type { SimNode } from './sim-node.ts';
import { wallAt } from './sim-runtime.ts';
import type { World } from './world.ts';

/** What GitHub sends: it can send the same again later, on request only. */
interface Webhook {
  readonly guid: string;
  readonly number: number;
  readonly kind: Delivery['kind'];
  readonly mac: string;
}

const PERSON_EVERY = 5;
/** By the number of the delivery. */
const SENT = new WeakMap<World, Map<number, Webhook>>();

/** Sends one webhook. Like GitHub it tries once: nobody there, or no answer, and that was it. */
export function deliver(delivery: Delivery, world: World, observer: Observer): void {
  const sent = SENT.get(world) ?? new Map<number, Webhook>();
  const webhook = webhookOf(delivery, sent);
  SENT.set(world, sent.set(delivery.id, webhook));
  observer.sends(eventIdOf('github', webhook.guid), webhook.mac);
  // People work on the same branches.
  if (delivery.id % PERSON_EVERY === 0) world.github.branches.pushByPerson(`b${delivery.id % 2}`);
  send(webhook, world.host(delivery.to).node, world, observer);
}

/** The same body says the same about the same subject: only the id, which GitHub does not sign, may be another. */
function webhookOf({ id, kind, subject, repeats }: Delivery, sent: ReadonlyMap<number, Webhook>): Webhook {
  const guid = `event-${id}`;
  const first = repeats && sent.get(repeats.id);
  if (first === undefined) return { guid, number: Number(subject.split('#')[1]), kind, mac: `mac-${id}` };
  return repeats?.as === 'same id' ? first : { ...first, guid };
}

/** Once more, to any aggregator that is up: there is a balancer before them. */
export function redeliver(guid: string, world: World, observer: Observer): void {
  const webhook = [...(SENT.get(world)?.values() ?? [])].find((each) => each.guid === guid);
  const node = world.running().find(({ aggregator }) => aggregator !== undefined);
  if (webhook) send(webhook, node, world, observer);
}

function send(webhook: Webhook, node: SimNode | undefined, world: World, observer: Observer): void {
  const { clock, github } = world;
  const id = eventIdOf('github', webhook.guid);
  const at = wallAt(clock.now);
  const entry = { id: String(github.deliveries.length + 1), guid: webhook.guid, at, event: 'issues', status: 0 };
  const place = github.deliveries.push(entry) - 1;
  if (node?.aggregator === undefined) {
    observer.note('world', 'nobody answers', id);
    return;
  }
  const delivery = { status: 'event', event: eventOf(webhook, id, at), mac: webhook.mac } as const;
  void node.aggregator.admit(delivery, 'github').then((outcome) => {
    if (!node.isAlive()) return;
    const isTaken = outcome.status === 'accepted' || outcome.status === 'duplicate';
    const known = isTaken ? outcome.eventId : id;
    github.deliveries[place] = { ...entry, status: STATUS[outcome.status] };
    observer.note('world', `${node.card.name} answers ${outcome.status} to ${id}`, known);
    // The same body under another id is answered with the id that it has already.
    if (isTaken) observer.sent.delete(id);
    if (isTaken) observer.answered(node.card.name, known);
  });
}

const STATUS = { accepted: 202, duplicate: 200, ping: 200, 'not-ours': 204, refused: 503 } as const;

function eventOf({ number, kind }: Webhook, id: EventId, at: number) {
  const subject = `acme/app#${number}`;
  const time = new Date(at).toISOString();
  return issueEvent({ number }, { id, correlationid: id, kind, subject, repository: 'acme/app', time });
}
