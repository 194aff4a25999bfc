import { epochOf, type PeerId } from '../../protocols/ids.ts';
import type { Presence } from '../../protocols/presence.ts';

let counter = 0;

/** A well-formed presence, each with a counter of its own. */
export function presenceOf(peer: PeerId): Presence {
  counter++;
  const card = { peer, name: 'n', org: 'o', cluster: 'c', region: 'r', roles: [], generals: [], version: '0.1.0' };
  const epoch = epochOf('01ARZ3NDEKTSV4RRFFQ69G5FAV');
  return { v: 1, card, epoch, counter, clock: Date.now(), ready: true, draining: false, load: [] };
}
