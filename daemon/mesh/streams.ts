import type { Libp2p } from '@libp2p/interface';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import { type PeerId, peerIdOf } from '../../protocols/ids.ts';
import type { ProtocolId } from '../../protocols/names.ts';
import type { Link, LinkHandler } from '../../roles/ports/links.ts';
import type { Logger } from '../../roles/ports/runtime.ts';
import type { Connections } from './connections.ts';
import { StreamLink } from './link.ts';

/** Negotiation is two round trips; a peer that takes longer is as good as away. */
const OPEN_DEADLINE_MS = 5_000;
/** Each side keeps one a protocol; a few more while a broken one is replaced. */
const MAX_STREAMS = 8;

type Accept = (link: Link) => LinkHandler;

export interface StreamsParts {
  readonly connections: Connections;
  readonly log: Logger;
}

/** Opens and answers the long-lived streams of our own protocols. */
export class Streams {
  readonly #connections: Connections;
  readonly #log: Logger;
  readonly #served = new Map<ProtocolId, Accept>();
  readonly #links = new Set<StreamLink>();
  readonly #frameListeners: ((peer: PeerId) => void)[] = [];
  #started = false;

  constructor(parts: StreamsParts) {
    this.#connections = parts.connections;
    this.#log = parts.log;
  }

  serve(protocol: ProtocolId, accept: Accept): void {
    const problem = this.#started
      ? 'the mesh has started'
      : this.#served.has(protocol)
        ? 'it has a handler'
        : undefined;
    if (problem !== undefined) throw new MeshError('internal', { problem: `${protocol} cannot be served: ${problem}` });
    this.#served.set(protocol, accept);
  }

  /** Told of the sender of each whole frame. */
  onFrame(listener: (peer: PeerId) => void): void {
    this.#frameListeners.push(listener);
  }

  /** Before the node listens, so that no stream finds a protocol unserved. */
  async start(libp2p: Libp2p): Promise<void> {
    this.#started = true;
    for (const [protocol, accept] of this.#served) {
      const limits = { maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS };
      await libp2p.handle(
        protocol,
        (stream, { remotePeer }) => {
          const link = new StreamLink({ peer: peerIdOf(remotePeer.toString()) }, { stream, log: this.#log });
          this.#attach(link, accept(link));
        },
        limits,
      );
    }
  }

  /** @throws MeshError `peer-unreachable`. */
  async open(protocol: ProtocolId, peer: PeerId, handler: LinkHandler): Promise<Link> {
    const connection = this.#connections.preferred(peer);
    if (connection === undefined) throw new MeshError('peer-unreachable', { peer, problem: 'no connection' });
    try {
      const signal = AbortSignal.timeout(OPEN_DEADLINE_MS);
      const stream = await connection.newStream(protocol, { signal, maxOutboundStreams: MAX_STREAMS });
      const link = new StreamLink({ peer }, { stream, log: this.#log });
      this.#attach(link, handler);
      return link;
    } catch (error) {
      throw new MeshError('peer-unreachable', { peer, problem: messageOf(error) }, { cause: error });
    }
  }

  stop(): void {
    for (const link of this.#links) link.close('this node stops');
  }

  #attach(link: StreamLink, handler: LinkHandler): void {
    this.#links.add(link);
    link.attach({
      frame: (bytes) => {
        for (const listener of this.#frameListeners) listener(link.peer);
        return handler.frame(bytes);
      },
      closed: () => {
        this.#links.delete(link);
        handler.closed();
      },
    });
  }
}
