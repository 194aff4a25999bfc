import { type GossipSub, gossipsub } from '@libp2p/gossipsub';
import { type Identify, identify } from '@libp2p/identify';
import type { Connection, Ed25519PrivateKey, Libp2p, Stream } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { type Ping, ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { prologueOf } from '../../daemon/mesh/libp2p-settings.ts';
import { type PeerId, peerIdOf } from '../../protocols/ids.ts';
import { stopAtEnd, type TestNode } from './mesh-of.ts';

export interface RawPeer {
  readonly peer: PeerId;
  readonly libp2p: Libp2p<{ identify: Identify; ping: Ping; gossip: GossipSub }>;
  connect(node: TestNode): Promise<Connection>;
}

/** Plain libp2p without any of our rules: what a broken or hostile peer can do. */
export async function rawPeer(privateKey: Ed25519PrivateKey): Promise<RawPeer> {
  const libp2p = await createLibp2p({
    privateKey,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise({ prologueBytes: prologueOf('mindmesh') })],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping(), gossip: gossipsub({ allowPublishToZeroTopicPeers: true }) },
  });
  stopAtEnd(async () => libp2p.stop());
  return {
    peer: peerIdOf(libp2p.peerId.toString()),
    libp2p,
    connect: (node) => libp2p.dial(node.mesh.addresses().map((address) => multiaddr(address))),
  };
}

/** Resolves when the other side has ended or reset the stream. */
export function ended(stream: Stream): Promise<void> {
  return new Promise((resolve) => {
    const isEnded = () => stream.status !== 'open' || stream.remoteWriteStatus === 'closed';
    if (isEnded()) resolve();
    for (const event of ['close', 'remoteCloseWrite', 'end'] as const) stream.addEventListener(event, () => resolve());
  });
}
