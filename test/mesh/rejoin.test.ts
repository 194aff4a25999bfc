import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { after, before, test } from 'node:test';
import { createDispatcher, type MeshDispatcher } from '../../daemon/mesh/dispatcher.ts';
import { loadIdentity } from '../../daemon/mesh/identity.ts';
import { hasCode } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { TOPICS } from '../../protocols/names.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Child, startChild } from './child.ts';
import { join, newNode, stopAtEnd, stopEverything, type TestNode } from './mesh-of.ts';
import { offerOf } from './offers.ts';
import { presenceOf } from './presence-of.ts';
import { assertNothingUncaught } from './process-watch.ts';

/** What the first issue promises of a peer that was killed and comes back. */
const REJOIN_MS = 5_000;

interface Survivor extends TestNode {
  readonly dispatcher: MeshDispatcher;
  readonly heard: Set<PeerId>;
}

let survivors: readonly Survivor[];
let keyFile: string;
let child: Child;

before(async () => {
  const dir = await mkdtemp(joinPath(tmpdir(), 'mindmesh-rejoin-'));
  stopAtEnd(() => rm(dir, { recursive: true }));
  keyFile = joinPath(dir, 'node.key');
  survivors = [await newSurvivor(), await newSurvivor()];
  await join(survivors);
  const { identity } = await loadIdentity(keyFile);
  list({ peer: identity.peer, addresses: [] });
  child = await startChild({ keyFile, port: 0, peers: known() });
  list(child);
  await assertWhole();
});

after(stopEverything);
after(assertNothingUncaught);

async function newSurvivor(): Promise<Survivor> {
  const node = await newNode();
  const handler = { offer: async () => ({ type: 'accept' as const }), note: () => undefined };
  const dispatcher = createDispatcher({ deadlineMs: 500 }, { mesh: node.mesh, runtime: node.runtime, handler });
  const heard = new Set<PeerId>();
  node.mesh.onGossip(TOPICS.presence, (from) => heard.add(from));
  return { ...node, dispatcher, heard };
}

function known(): { peer: PeerId; addresses: string[] }[] {
  return survivors.map(({ peer, mesh }) => ({ peer, addresses: [...mesh.addresses()] }));
}

function list({ peer, addresses }: { readonly peer: PeerId; readonly addresses: readonly string[] }): void {
  for (const { discovery } of survivors) discovery.replace([...known(), { peer, addresses }]);
}

/** Connected, links open, gossip heard both ways, by every survivor. */
async function assertWhole(): Promise<void> {
  child.forget();
  for (const { heard } of survivors) heard.clear();
  await waitFor(
    'the child is in the mesh again',
    async () => {
      for (const { mesh, peer } of survivors) mesh.publish(TOPICS.presence, presenceOf(peer));
      if (!survivors.every(({ mesh, heard }) => mesh.connected().includes(child.peer) && heard.has(child.peer)))
        return false;
      if (!survivors.every(({ peer }) => child.heard.has(peer))) return false;
      const replies = await Promise.all(survivors.map(({ dispatcher }) => dispatcher.offer(child.peer, offerOf(1))));
      return replies.every(({ type }) => type === 'accept');
    },
    REJOIN_MS,
  );
}

test('mesh / rejoin / killed and started again, several times, it is back each time, and nobody else restarts', async () => {
  for (let round = 0; round < 3; round++) {
    await child.signal('SIGKILL');
    await waitFor('its loss is seen', () => survivors.every(({ mesh }) => !mesh.connected().includes(child.peer)));
    for (const { dispatcher } of survivors) {
      await assert.rejects(dispatcher.offer(child.peer, offerOf(1)), (error) => hasCode(error, 'peer-unreachable'));
    }
    child = await startChild({ keyFile, port: child.port, peers: known() });
    await assertWhole();
  }
});

test('mesh / rejoin / nobody lists where the others are but the survivors: they find it by themselves', async () => {
  await child.signal('SIGKILL');
  const peers = known().map(({ peer }) => ({ peer, addresses: [] }));
  child = await startChild({ keyFile, port: child.port, peers });
  await assertWhole();
});

test('mesh / rejoin / frozen, it does not answer; killed while frozen and started again, it is back', async () => {
  await child.signal('SIGSTOP');
  const [first] = survivors;
  assert.ok(first);
  await assert.rejects(first.dispatcher.offer(child.peer, offerOf(1)), (error) => hasCode(error, 'request-timeout'));
  await child.signal('SIGKILL');
  child = await startChild({ keyFile, port: child.port, peers: known() });
  await assertWhole();
});

test('mesh / rejoin / frozen for a moment and thawed, it goes on where it was', async () => {
  await child.signal('SIGSTOP');
  const [first] = survivors;
  assert.ok(first);
  await assert.rejects(first.dispatcher.offer(child.peer, offerOf(1)), (error) => hasCode(error, 'request-timeout'));
  await child.signal('SIGCONT');
  await assertWhole();
});
