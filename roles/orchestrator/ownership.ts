import type { PeerId } from '../../protocols/ids.ts';
import { rendezvousOwner } from '../policy/rendezvous.ts';
import type { Member } from '../ports/roster.ts';

/**
 * The nodes that may own subjects of an org (W1): its live orchestrators. Those that leave or have not caught up yet are
 * passed over while there is another.
 */
export function orchestratorsOf(org: string, members: readonly Member[]): PeerId[] {
  const live = members.filter(
    ({ live, presence: { card, draining } }) =>
      live && !draining && card.org === org && card.roles.includes('orchestrator'),
  );
  const ready = live.filter(({ presence }) => presence.ready);
  return (ready.length > 0 ? ready : live).map(({ peer }) => peer).sort();
}

/** Who decides about a subject: everybody with the same roster names the same node. */
export function ownerOf(subject: string, orchestrators: readonly PeerId[]): PeerId | undefined {
  return rendezvousOwner(subject, orchestrators);
}
