import type { PeerId } from '../../protocols/ids.ts';
import type { ProtocolId, Topic } from '../../protocols/names.ts';
import type { GossipMessages } from '../../protocols/verdicts.ts';

/** One long-lived stream to one peer, in whole frames. */
export interface Link {
  readonly peer: PeerId;
  /**
   * Resolves when the stream takes more (back-pressure), not when the peer has read it.
   * @throws MeshError `peer-unreachable` once the link is closed.
   */
  send(frame: Uint8Array): Promise<void>;
  /** Ends the stream; the reason goes into the log of this node only. */
  close(reason: string): void;
}

export interface LinkHandler {
  /**
   * Called once for each whole frame, in order. A throw closes the link. A returned promise pauses the stream until it settles
   * (back-pressure reaches the sender, memory stays bounded); its rejection closes the link too.
   */
  frame(bytes: Uint8Array): void | Promise<void>;
  closed(): void;
}

/** What a role needs of the network. The adapter is libp2p; the simulator's is a seeded fake. */
export interface Mesh {
  /** Peers with an open, admitted connection. */
  connected(): readonly PeerId[];
  /** Calls back with the peer at each connection gained or lost. */
  onPeer(listener: (peer: PeerId, connected: boolean) => void): void;
  /** Opens a stream of the protocol to a connected peer. @throws MeshError `peer-unreachable`. */
  open(protocol: ProtocolId, peer: PeerId, handler: LinkHandler): Promise<Link>;
  /** Answers streams that peers open. One handler a protocol, set before the node starts. */
  serve(protocol: ProtocolId, accept: (link: Link) => LinkHandler): void;
  /** Calls back with the sender of each whole frame on any link: nobody else could have sent it, and not before (W1). */
  onFrame?(listener: (peer: PeerId) => void): void;
  /** A hint to every node of the org: may be lost, never repaired (gossipsub keeps nothing for the absent). */
  publish<T extends Topic>(topic: T, message: GossipMessages[T]): void;
  onGossip<T extends Topic>(topic: T, listener: (from: PeerId, message: GossipMessages[T]) => void): void;
}
