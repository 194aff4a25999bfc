import { type Epoch, epochOf, type PeerId, peerIdOf } from '../../protocols/ids.ts';
import type { GeneralLoad, NodeCard, Presence } from '../../protocols/presence.ts';

/** A well-formed peer id that a reader of a failed test can tell from the others. */
export function peerNamed(name: string): PeerId {
  // Base58 has no 0, O, I, l; names that differ must stay different.
  const safe = name
    .replaceAll('0', 'o')
    .replaceAll('l', 'L')
    .replaceAll(/[^1-9A-HJ-NP-Za-km-z]/g, 'x');
  return peerIdOf(`12D3KooW${safe}`.padEnd(52, 'Z'));
}

export function epochNumber(order: number): Epoch {
  return epochOf(`01HX${String(order).padStart(22, '0')}`);
}

export function cardOf(name: string, fields: Partial<NodeCard> & { offers?: readonly string[] } = {}): NodeCard {
  const { offers = [], ...rest } = fields;
  return {
    peer: peerNamed(name),
    name,
    org: 'acme',
    cluster: 'prod-us',
    region: 'us-east',
    roles: offers.length > 0 ? ['general'] : ['orchestrator'],
    generals: offers.map((general) => ({ name: general, specialisations: [], concurrency: 2, capacity: 10 })),
    version: '0.1.0',
    ...rest,
  };
}

export function presenceOf(card: NodeCard, fields: Partial<Presence> = {}): Presence {
  return {
    v: 1,
    card,
    epoch: epochNumber(1),
    counter: 0,
    clock: 1_700_000_000_000,
    ready: true,
    draining: false,
    load: card.generals.map(({ name, capacity }) => idleLoad(name, capacity)),
    ...fields,
  };
}

export function idleLoad(name: string, capacity = 10): GeneralLoad {
  return { name, running: 0, queued: 0, capacity, failureRate: 0 };
}
