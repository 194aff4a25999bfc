import { packGossip } from '../../../daemon/mesh/gossip-bytes.ts';
import type { Degrees } from './gossip-graph.ts';

/** How gossipsub is set up, as far as it costs bytes. */
export interface GossipModel extends Degrees {
  bytesOf(message: object): number;
  /** Does the author send its own message to all of so many peers, and not only to its neighbours? */
  floods(peers: number): boolean;
  /** To how many others a node announces what it has, at each heartbeat. */
  announcedTo(peers: number, degree: number): number;
  /** A message is announced for so long, milliseconds. */
  readonly announcedMs: number;
  announcementBytes(messages: number): number;
}

export interface GossipSettings extends Degrees {
  readonly Dlazy: number;
  readonly gossipFactor: number;
  /** Windows of the message cache that are announced, one heartbeat each. */
  readonly mcacheGossip: number;
  floods(peers: number): boolean;
}

/** Around the data of a message: author, key, sequence number, topic, signature and protobuf (171), the RPC (2), yamux and noise (30). */
const ENVELOPE_BYTES = 203;
/** An announcement names each message by key and sequence number; topic, protobuf, yamux and noise are around that. */
const MESSAGE_ID_BYTES = 46;
const ANNOUNCEMENT_BYTES = 55;
const HEARTBEAT_MS = 1_000;

export function gossipModel(settings: GossipSettings): GossipModel {
  const { D, Dlo, Dhi, Dlazy, gossipFactor, mcacheGossip } = settings;
  return {
    D,
    Dlo,
    Dhi,
    bytesOf: (message) => packGossip(Buffer.from(JSON.stringify(message))).length + ENVELOPE_BYTES,
    floods: settings.floods,
    announcedTo: (peers, degree) => {
      const others = Math.max(0, peers - degree);
      return Math.floor(Math.min(others, Math.max(Dlazy, gossipFactor * others)));
    },
    announcedMs: mcacheGossip * HEARTBEAT_MS,
    announcementBytes: (messages) => ANNOUNCEMENT_BYTES + MESSAGE_ID_BYTES * messages,
  };
}
