import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { epochOf } from '../../protocols/ids.ts';
import { LIMITS, TOPICS } from '../../protocols/names.ts';
import type { Presence } from '../../protocols/presence.ts';
import { waitFor } from '../support/wait-for.ts';
import { introduce, join, newKey, newNode, stopAll, stopEverything, type TestNode } from './mesh-of.ts';
import { presenceOf } from './presence-of.ts';
import { assertNothingUncaught } from './process-watch.ts';
import { type RawPeer, rawPeer } from './raw-peer.ts';

after(stopEverything);
after(assertNothingUncaught);

/** What each node has heard: `<author> <counter>`. */
function listen(nodes: readonly TestNode[]): string[][] {
  return nodes.map(({ mesh }) => {
    const heard: string[] = [];
    mesh.onGossip(TOPICS.presence, (from, { counter }) => heard.push(`${from} ${counter}`));
    return heard;
  });
}

/** Repeats until everybody hears everybody: a subscription takes a moment to spread. */
async function warmUp(nodes: readonly TestNode[], heard: readonly string[][]): Promise<void> {
  await waitFor('everybody hears everybody', () => {
    for (const { mesh, peer } of nodes) mesh.publish(TOPICS.presence, presenceOf(peer));
    return heard.every((lines) => new Set(lines.map((line) => line.split(' ')[0])).size === nodes.length - 1);
  });
}

for (const count of [3, 10]) {
  test(`mesh / gossip / among ${count} nodes every message reaches every other node once`, async () => {
    const nodes = await Promise.all(Array.from({ length: count }, () => newNode()));
    const heard = listen(nodes);
    await join(nodes);
    await warmUp(nodes, heard);
    const sent = nodes.map(({ peer }) => Array.from({ length: 10 }, () => presenceOf(peer)));
    for (let round = 0; round < 10; round++) {
      for (const [i, node] of nodes.entries()) {
        const message = sent[i]?.[round];
        if (message !== undefined) node.mesh.publish(TOPICS.presence, message);
      }
    }
    const all = sent.flat().map(({ card, counter }) => `${card.peer} ${counter}`);
    for (const [i, { peer }] of nodes.entries()) {
      const wanted = all.filter((line) => !line.startsWith(peer));
      const got = () => (heard[i] ?? []).filter((line) => wanted.includes(line));
      await waitFor(`node ${i} hears all`, () => got().length >= wanted.length);
      assert.deepEqual(got().toSorted(), wanted.toSorted());
    }
    await stopAll(nodes);
  });
}

async function withRawPeer(): Promise<{ nodes: readonly [TestNode, TestNode]; heard: string[][]; raw: RawPeer }> {
  const nodes = [await newNode(), await newNode()] as const;
  const heard = listen(nodes);
  const raw = await rawPeer(await newKey());
  await join(nodes);
  introduce(nodes, [raw.peer]);
  await raw.connect(nodes[0]);
  await warmUp(nodes, heard);
  await waitFor('the raw peer gossips', () => raw.libp2p.services.gossip.getSubscribers(TOPICS.presence).length > 0);
  return { nodes, heard, raw };
}

function say(raw: RawPeer, message: unknown): Promise<unknown> {
  const bytes = Buffer.isBuffer(message) ? message : Buffer.from(JSON.stringify(message));
  return raw.libp2p.services.gossip.publish(TOPICS.presence, bytes);
}

function verdicts({ lines }: TestNode): string[] {
  return lines.flatMap(({ phrase, facts }) =>
    phrase === 'gossip not taken' && 'verdict' in facts ? [String(facts.verdict)] : [],
  );
}

test('mesh / gossip / what an honest peer cannot send is rejected, what only a newer one can is ignored', async () => {
  const { nodes, heard, raw } = await withRawPeer();
  const [node] = nodes;
  const own = presenceOf(raw.peer);
  const cases: readonly (readonly [unknown, string])[] = [
    [{ ...own, v: 99, surprise: true }, 'ignore'],
    [Buffer.from('no JSON'), 'reject'],
    [{ ...own, card: undefined }, 'reject'],
    [presenceOf(nodes[1].peer), 'reject'],
    [{ v: 1, text: 'x'.repeat(LIMITS.gossipBytes) }, 'reject'],
  ];
  for (const [i, [message, verdict]] of cases.entries()) {
    await say(raw, message);
    await waitFor(`case ${i} is judged`, () => verdicts(node).length === i + 1);
    assert.equal(verdicts(node).at(-1), verdict);
  }
  assert.ok(!heard.flat().some((line) => line.startsWith(raw.peer)));
  await say(raw, own);
  await waitFor('an honest message passes', () => heard[0]?.includes(`${raw.peer} ${own.counter}`) === true);
});

test('mesh / gossip / five rejected messages end the connection and keep the peer out', async () => {
  const { nodes, raw } = await withRawPeer();
  const [node] = nodes;
  for (let i = 0; i < 5; i++) await say(raw, Buffer.from(`garbage ${i}`));
  await waitFor('it is hung up', () => !node.mesh.connected().includes(raw.peer));
  await waitFor('it is refused', async () => {
    await raw.connect(node).catch(() => undefined);
    return node.lines.some(
      ({ phrase, facts }) => phrase === 'peer refused' && 'reason' in facts && facts.reason === 'banned',
    );
  });
  assert.ok(node.mesh.connected().includes(nodes[1].peer));
});

test('mesh / gossip / an author nobody lists is ignored, and who passed it on is not blamed', async () => {
  const { nodes, heard, raw } = await withRawPeer();
  const stranger = await rawPeer(await newKey());
  raw.libp2p.services.gossip.subscribe(TOPICS.presence);
  const [address] = raw.libp2p.getMultiaddrs();
  assert.ok(address);
  await stranger.libp2p.dial(address);
  await waitFor(
    'the stranger gossips',
    () => stranger.libp2p.services.gossip.getSubscribers(TOPICS.presence).length > 0,
  );
  for (let i = 0; i < 10; i++) await say(stranger, presenceOf(stranger.peer));
  const own = presenceOf(raw.peer);
  await say(raw, own);
  await waitFor('the one who passed it on is heard', () => heard[0]?.includes(`${raw.peer} ${own.counter}`) === true);
  assert.ok(!heard.flat().some((line) => line.startsWith(stranger.peer)));
  assert.ok(nodes[0].mesh.connected().includes(raw.peer));
});

test('mesh / gossip / a message over the limit is not sent, and the next one passes', async () => {
  const nodes = [await newNode(), await newNode()] as const;
  const heard = listen(nodes);
  await join(nodes);
  await warmUp(nodes, heard);
  const [sender] = nodes;
  const large: Presence = { ...presenceOf(sender.peer), epoch: epochOf('01ARZ3NDEKTSV4RRFFQ69G5FAV') };
  const card = { ...large.card, name: 'x'.repeat(LIMITS.gossipBytes) };
  sender.mesh.publish(TOPICS.presence, { ...large, card });
  assert.ok(sender.lines.some(({ level, phrase }) => level === 'warn' && phrase === 'gossip too large to publish'));
  const next = presenceOf(sender.peer);
  sender.mesh.publish(TOPICS.presence, next);
  await waitFor('the next', () => heard[1]?.includes(`${sender.peer} ${next.counter}`) === true);
  assert.ok(!heard[1]?.includes(`${sender.peer} ${large.counter}`));
});

test('mesh / gossip / a listener that throws is told in the log and stops nobody else', async () => {
  const nodes = [await newNode(), await newNode()] as const;
  const [sender, receiver] = nodes;
  receiver.mesh.onGossip(TOPICS.presence, () => {
    throw new Error('a bug');
  });
  const heard = listen(nodes);
  await join(nodes);
  await warmUp([sender, receiver], heard);
  assert.ok(receiver.lines.some(({ level, phrase }) => level === 'error' && phrase === 'gossip listener failed'));
});

test('mesh / gossip / streams that a message over the receiver’s limit killed are mended on the living connection', async () => {
  const { nodes, heard, raw } = await withRawPeer();
  const [node] = nodes;
  const toRaw: string[] = [];
  raw.libp2p.services.gossip.addEventListener('message', ({ detail }) => {
    if (detail.type === 'signed') toRaw.push(detail.from.toString());
  });
  raw.libp2p.services.gossip.subscribe(TOPICS.presence);
  const [connection] = raw.libp2p.getConnections();
  await say(raw, Buffer.alloc(600 * 1024, 0x20));
  await waitFor('it is noticed', () => (node.counts.get('mindmesh_gossip_repairs_total') ?? 0) > 0, 5_000);
  const before = heard[0]?.length ?? 0;
  await waitFor(
    'gossip flows both ways again',
    async () => {
      await say(raw, presenceOf(raw.peer));
      node.mesh.publish(TOPICS.presence, presenceOf(node.peer));
      const news = heard[0]?.slice(before) ?? [];
      return news.some((line) => line.startsWith(raw.peer)) && toRaw.includes(node.peer);
    },
    5_000,
  );
  assert.equal(connection?.status, 'open');
});
