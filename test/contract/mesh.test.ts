import type { Mesh } from '../../roles/ports/links.ts';
import { peerNamed } from '../fakes/cards.ts';
import { GossipBus } from '../fakes/gossip-bus.ts';
import { join, newNode, stopAll } from '../mesh/mesh-of.ts';
import { type GossipMesh, gossipSuite, linksSuite, type OpenMesh } from './mesh.suite.ts';

gossipSuite('bus', async () => openBus());
gossipSuite('libp2p', openLibp2p);
linksSuite('libp2p', openLibp2p);

function openBus(): OpenMesh<GossipMesh> {
  const bus = new GossipBus();
  const [a, b, c] = [peerNamed('a'), peerNamed('b'), peerNamed('c')];
  return {
    peers: [a, b, c],
    meshes: [bus.mesh(a), bus.mesh(b), bus.mesh(c)],
    connect: async () => {
      bus.connect(a, b);
      bus.connect(b, c);
      bus.connect(a, c);
    },
    cut: async () => {
      bus.disconnect(a, c);
      bus.disconnect(b, c);
    },
    close: async () => {},
  };
}

async function openLibp2p(): Promise<OpenMesh<Mesh>> {
  const [a, b, c] = [await newNode(), await newNode(), await newNode()];
  return {
    peers: [a.peer, b.peer, c.peer],
    meshes: [a.mesh, b.mesh, c.mesh],
    connect: () => join([a, b, c]),
    cut: () => c.mesh.stop(),
    close: () => stopAll([a, b, c]),
  };
}
