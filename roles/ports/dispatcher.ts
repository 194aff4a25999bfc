import type { Note, Offer, OfferReply } from '../../protocols/dispatch.ts';
import type { PeerId } from '../../protocols/ids.ts';

/** Request and reply on the one dispatch stream of a peer pair. */
export interface Dispatcher {
  /** @throws MeshError `peer-unreachable` or `request-timeout`: both mean the next candidate. */
  offer(peer: PeerId, offer: Offer): Promise<OfferReply>;
  /** A hint; losing it costs time only. */
  note(peer: PeerId, note: Note): void;
}

/** The other end of it. */
export interface DispatchHandler {
  offer(from: PeerId, offer: Offer): Promise<OfferReply>;
  note(from: PeerId, note: Note): void;
}
