import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasCode } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { PROTOCOLS, TOPICS } from '../../protocols/names.ts';
import type { Link, LinkHandler, Mesh } from '../../roles/ports/links.ts';
import { presenceOf } from '../mesh/presence-of.ts';
import { waitFor } from '../support/wait-for.ts';

export type GossipMesh = Pick<Mesh, 'connected' | 'onPeer' | 'publish' | 'onGossip'>;

export interface OpenMesh<M extends GossipMesh> {
  readonly peers: readonly [PeerId, PeerId, PeerId];
  readonly meshes: readonly [M, M, M];
  /** Connects all three; handlers are set before. */
  connect(): Promise<void>;
  /** Cuts the third off. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

type On<M extends GossipMesh> = (claim: string, body: (opened: OpenMesh<M>) => Promise<void>) => void;

function onEach<M extends GossipMesh>(open: () => Promise<OpenMesh<M>>): On<M> {
  return (claim, body) => {
    void test(claim, async () => {
      const opened = await open();
      try {
        await body(opened);
      } finally {
        await opened.close();
      }
    });
  };
}

/** Connections and gossip: what the membership roles rely on. */
export function gossipSuite(name: string, open: () => Promise<OpenMesh<GossipMesh>>): void {
  const on = onEach(open);
  describe(`mesh / ${name} / gossip`, () => {
    on(
      'each peer is told once when it comes, and once when it goes',
      async ({ peers, meshes: [mesh], connect, cut }) => {
        const told: string[] = [];
        mesh.onPeer((peer, connected) => told.push(`${peer} ${connected}`));
        assert.deepEqual(mesh.connected(), []);
        await connect();
        await waitFor('both are connected', () => mesh.connected().length === 2);
        assert.deepEqual([...mesh.connected()].toSorted(), [peers[1], peers[2]].toSorted());
        await cut();
        await waitFor('the third is gone', () => mesh.connected().length === 1);
        assert.deepEqual(mesh.connected(), [peers[1]]);
        const wanted = [`${peers[1]} true`, `${peers[2]} true`, `${peers[2]} false`];
        assert.deepEqual(told.toSorted(), wanted.toSorted());
      },
    );

    on('a message reaches the others with its author, and not its author', async ({ peers, meshes, connect }) => {
      const heard = meshes.map(() => new Set<PeerId>());
      meshes.forEach((mesh, i) => {
        mesh.onGossip(TOPICS.presence, (from, { card }) => {
          assert.equal(card.peer, from);
          heard[i]?.add(from);
        });
        mesh.onGossip(TOPICS.heads, () => assert.fail('another topic'));
      });
      await connect();
      await waitFor('the others hear', () => {
        meshes[0].publish(TOPICS.presence, presenceOf(peers[0]));
        return heard[1]?.size === 1 && heard[2]?.size === 1;
      });
      assert.deepEqual(
        heard.map((authors) => [...authors]),
        [[], [peers[0]], [peers[0]]],
      );
    });

    on('publishing to nobody is no error', async ({ peers, meshes: [mesh] }) => {
      mesh.publish(TOPICS.presence, presenceOf(peers[0]));
    });
  });
}

/** Streams: what replication and dispatch rely on. */
export function linksSuite(name: string, open: () => Promise<OpenMesh<Mesh>>): void {
  const on = onEach(open);
  describe(`mesh / ${name} / links`, () => {
    on('frames go both ways, in order, and closing tells each side once', async ({ peers, meshes, connect }) => {
      const [client, server] = [recorder(), recorder()];
      meshes[1].serve(PROTOCOLS.log, server.accept);
      await connect();
      const link = await meshes[0].open(PROTOCOLS.log, peers[1], client.handler);
      for (let i = 1; i <= 50; i++) await link.send(Buffer.alloc(i, i));
      const back = await waitFor('all frames', () => (server.frames.length === 50 ? server.link() : undefined));
      assert.deepEqual([link.peer, back.peer], [peers[1], peers[0]]);
      assert.deepEqual(
        server.frames.map((frame) => frame.length),
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      await back.send(Buffer.from('answer'));
      await waitFor('the answer', () => client.frames.length === 1);
      back.close('done');
      await waitFor('both are told', () => client.closed() > 0 && server.closed() > 0);
      link.close('too late');
      assert.deepEqual([client.closed(), server.closed()], [1, 1]);
      await assert.rejects(link.send(Buffer.from('x')), (error) => hasCode(error, 'peer-unreachable'));
    });

    on('each frame tells who it came from, both ways', async ({ peers, meshes, connect }) => {
      const heard = meshes.map(() => [] as PeerId[]);
      for (const [i, mesh] of meshes.entries()) mesh.onFrame?.((peer) => heard[i]?.push(peer));
      const [client, server] = [recorder(), recorder()];
      meshes[1].serve(PROTOCOLS.log, server.accept);
      await connect();
      const link = await meshes[0].open(PROTOCOLS.log, peers[1], client.handler);
      for (const text of ['one', 'two']) await link.send(Buffer.from(text));
      await waitFor('both arrive', () => server.frames.length === 2);
      await server.link()?.send(Buffer.from('answer'));
      await waitFor('the answer', () => client.frames.length === 1);
      assert.deepEqual(heard, [[peers[1]], [peers[0], peers[0]], []]);
    });

    on('a peer that goes closes its links', async ({ peers, meshes, connect, cut }) => {
      const [client, server] = [recorder(), recorder()];
      meshes[2].serve(PROTOCOLS.log, server.accept);
      await connect();
      const link = await meshes[0].open(PROTOCOLS.log, peers[2], client.handler);
      await cut();
      await waitFor('both are told', () => client.closed() === 1 && server.closed() === 1);
      await assert.rejects(link.send(Buffer.from('x')), (error) => hasCode(error, 'peer-unreachable'));
      const again = meshes[0].open(PROTOCOLS.log, peers[2], client.handler);
      await assert.rejects(again, (error) => hasCode(error, 'peer-unreachable'));
    });

    on('the next frame waits for the promise of the one before', async ({ peers, meshes, connect }) => {
      const order: string[] = [];
      const gates = [1, 2].map(() => Promise.withResolvers<void>());
      meshes[1].serve(PROTOCOLS.log, () => ({
        frame: async ([number = 0]) => {
          order.push(`begin ${number}`);
          await gates[number]?.promise;
          order.push(`end ${number}`);
        },
        closed: () => undefined,
      }));
      await connect();
      const link = await meshes[0].open(PROTOCOLS.log, peers[1], recorder().handler);
      for (const number of [0, 1]) await link.send(Buffer.of(number));
      await waitFor('the first begins', () => order.length === 1);
      gates[0]?.resolve();
      gates[1]?.resolve();
      await waitFor('both end', () => order.length === 4);
      assert.deepEqual(order, ['begin 0', 'end 0', 'begin 1', 'end 1']);
    });

    on('a handler that throws closes its link and no other', async ({ peers, meshes, connect }) => {
      const [good, bad] = [recorder(), recorder()];
      meshes[1].serve(PROTOCOLS.log, good.accept);
      meshes[1].serve(PROTOCOLS.dispatch, () => ({
        ...bad.handler,
        frame: () => {
          throw new Error('not understood');
        },
      }));
      await connect();
      const bystander = await meshes[0].open(PROTOCOLS.log, peers[1], recorder().handler);
      const link = await meshes[0].open(PROTOCOLS.dispatch, peers[1], recorder().handler);
      await link.send(Buffer.from('garbage'));
      await waitFor('it is closed', () => bad.closed() === 1);
      await bystander.send(Buffer.from('fine'));
      await waitFor('the other goes on', () => good.frames.length === 1);
    });
  });
}

function recorder() {
  const frames: Uint8Array[] = [];
  let closed = 0;
  let link: Link | undefined;
  const handler: LinkHandler = {
    frame: (bytes) => {
      frames.push(bytes);
    },
    closed: () => {
      closed++;
    },
  };
  const accept = (opened: Link): LinkHandler => {
    link = opened;
    return handler;
  };
  return { frames, handler, accept, closed: () => closed, link: () => link };
}
