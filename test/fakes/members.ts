import type { Presence } from '../../protocols/presence.ts';
import type { Member } from '../../roles/ports/roster.ts';
import { cardOf, presenceOf } from './cards.ts';

type MemberFields = Partial<Omit<Member, 'peer' | 'presence'>> & { presence?: Partial<Presence> };

/** A live, connected node as the roster sees it. */
export function memberOf(name: string, card: Parameters<typeof cardOf>[1] = {}, fields: MemberFields = {}): Member {
  const { presence, ...rest } = fields;
  const full = presenceOf(cardOf(name, card), presence);
  return { peer: full.card.peer, presence: full, live: true, connected: true, heardAt: 0, driftMs: 0, ...rest };
}
