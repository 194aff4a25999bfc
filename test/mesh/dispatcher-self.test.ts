import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDispatcher } from '../../daemon/mesh/dispatcher.ts';
import type { Note, Offer } from '../../protocols/dispatch.ts';
import { MeshError } from '../../protocols/errors.ts';
import { eventIdOf, type PeerId, slotOf } from '../../protocols/ids.ts';
import { peerNamed } from '../fakes/cards.ts';
import { manualRuntime } from '../fakes/manual-runtime.ts';
import { eventOf } from '../unit/roles/orchestrator/samples.ts';

const SELF = peerNamed('self');
const EVENT_ID = eventIdOf('github', '1');
const SLOT = slotOf('triage-general');
const OFFER: Offer = {
  ...{ type: 'offer', eventId: EVENT_ID, slot: SLOT, general: 'triage-general', subject: 's', number: 0 },
  ...{ priority: 'normal', attempts: 0, deadline: 1, event: eventOf({ id: EVENT_ID }) },
};
const NOTE: Note = { type: 'result', eventId: EVENT_ID, slot: SLOT, ok: true };

/** A node that is connected to nobody. */
function dispatcherAlone() {
  const heard: [PeerId, string][] = [];
  const dispatcher = createDispatcher(
    { self: SELF },
    {
      mesh: {
        connected: () => [],
        onPeer: () => {},
        open: async (_protocol, peer) => {
          throw new MeshError('peer-unreachable', { peer, problem: 'nobody is connected' });
        },
        serve: () => {},
        publish: () => {},
        onGossip: () => {},
      },
      runtime: manualRuntime(),
      handler: {
        offer: async (from, offer) => {
          heard.push([from, offer.type]);
          return { type: 'accept' };
        },
        note: (from, note) => heard.push([from, note.type]),
      },
    },
  );
  return { dispatcher, heard };
}

test('mesh / dispatcher / a node that is orchestrator and general offers to itself without a connection', async () => {
  const { dispatcher, heard } = dispatcherAlone();
  assert.deepEqual(await dispatcher.offer(SELF, OFFER), { type: 'accept' });
  dispatcher.note(SELF, NOTE);
  assert.deepEqual(heard, [
    [SELF, 'offer'],
    [SELF, 'result'],
  ]);
});

test('mesh / dispatcher / others still need a connection', async () => {
  const { dispatcher, heard } = dispatcherAlone();
  await assert.rejects(dispatcher.offer(peerNamed('other'), OFFER), { code: 'peer-unreachable' });
  assert.deepEqual(heard, []);
});
