import type { Offer, OfferReply } from '../../../protocols/dispatch.ts';
import type { PeerId, Position } from '../../../protocols/ids.ts';
import type { MeshRecord } from '../../../protocols/record.ts';

/** What a node shows of itself while it runs: the checks and the trace are made from it. */
export interface Probe {
  /** A record is in the tables of this node. */
  committed(node: string, record: MeshRecord, position: Position, own: boolean): void;
  /** An offer goes out; what it returns is called with the answer. */
  offering(node: string, to: PeerId, offer: Offer): (answer: OfferReply['type'] | 'unreachable') => void;
  /** This node says that it will do the work; its disk should say so too. */
  promised(node: string, offer: Offer, isOnDisk: boolean): void;
  /** Somebody would have to look at it. */
  trouble(node: string, phrase: string, facts: object): void;
  /** The process of the node ends by itself. */
  ended(node: string, problem: string): void;
}
