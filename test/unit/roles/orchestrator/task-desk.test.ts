import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEASE_MS, type Offer, type OfferReply } from '../../../../protocols/dispatch.ts';
import { type EventId, eventIdOf, type PeerId, slotOf } from '../../../../protocols/ids.ts';
import { Sight } from '../../../../roles/orchestrator/sight.ts';
import { TaskDesk } from '../../../../roles/orchestrator/task-desk.ts';
import type { Task } from '../../../../roles/replica/story.ts';
import { cardOf, peerNamed } from '../../../fakes/cards.ts';
import { MemoryTables } from '../../../fakes/journal.ts';
import { manualRuntime, settled } from '../../../fakes/manual-runtime.ts';
import { memberOf } from '../../../fakes/members.ts';
import { silentMeter } from '../../../fakes/runtime-lite.ts';
import { eventOf } from './samples.ts';

const GENERAL = 'triage-general';
const SLOT = slotOf(GENERAL);
const A = peerNamed('a');
const B = peerNamed('b');
const SUBJECT = 'acme/app#1';

/** Two nodes that offer one general; who answers an offer is the test. */
async function deskOf() {
  const runtime = manualRuntime();
  const asked: { to: PeerId; number: number; answer: (reply: OfferReply) => Promise<void> }[] = [];
  const dispatcher = {
    offer: (to: PeerId, { number }: Offer) =>
      new Promise<OfferReply>((resolve) => {
        const answer = async (reply: OfferReply) => {
          resolve(reply);
          await settled();
        };
        asked.push({ to, number, answer });
      }),
    note: () => {},
  };
  const members = ['a', 'b'].map((name) => memberOf(name, { offers: [GENERAL] }));
  const roster = { members: () => members, onChange: () => {} };
  const sight = new Sight(cardOf('orc'), { tables: new MemoryTables(), roster, runtime });
  await sight.start();
  const taken = new Set<string>();
  const none = () => {};
  const replanned: EventId[] = [];
  const replan = (id: EventId) => void replanned.push(id);
  const hooks = { replan, bury: none, supersede: none, isTakingOver: (subject: string) => taken.has(subject) };
  const eventBy = async () => eventOf();
  const desk = new TaskDesk({ sight, dispatcher, runtime, meter: silentMeter, eventOf: eventBy, ...hooks });
  const update = async (number: number, ranked: readonly PeerId[], fields: Partial<Task> = {}) => {
    const assignment = { eventId: idOf(number), subject: SUBJECT, number, deadline: 1e15 };
    desk.update(assignment, taskOf(ranked, fields), { ends: () => ({ giveUpAt: 1e9, abandonAt: 1e9 }) });
    await settled();
  };
  return { runtime, desk, taken, asked, replanned, update, said: () => asked.map(({ to, number }) => [number, to]) };
}

function idOf(number: number): EventId {
  return eventIdOf('github', String(number));
}

function taskOf(ranked: readonly PeerId[], fields: Partial<Task>): Task {
  const candidates = ranked.map((peer, rank) => ({ peer, cluster: 'prod-us', score: 1, rank, reason: 'free' }));
  const plan = { slot: SLOT, general: GENERAL, candidates };
  const untouched = { state: 'offered', attempts: [], handedBack: [], effects: [], round: 0 } as const;
  return { slot: SLOT, general: GENERAL, plan, ...untouched, ...fields };
}

const BUSY = { type: 'busy', retryAfterMs: 1_000 } as const;

test('orchestrator / task desk / what was refused is offered to nobody else before what came first', async () => {
  const { asked, update, said } = await deskOf();
  await update(2, [A, B]);
  await update(1, [A, B]);
  assert.deepEqual(said(), [[2, A]]);
  await asked[0]?.answer(BUSY);
  assert.equal(asked[1]?.number, 1);
});

test('orchestrator / task desk / who waits for room at a node goes before a newcomer of its subject', async () => {
  const { asked, update, said } = await deskOf();
  await update(1, [A]);
  await asked[0]?.answer(BUSY);
  await update(2, [A, B]);
  assert.deepEqual(said(), [[1, A]]);
});

test('orchestrator / task desk / one that needs a new decision goes before those behind it', async () => {
  const { replanned, update, said } = await deskOf();
  await update(1, [peerNamed('away')]);
  await update(2, [A, B]);
  assert.deepEqual(replanned, [idOf(1)]);
  assert.deepEqual(said(), []);
  await update(1, [peerNamed('away'), A]);
  assert.deepEqual(said(), [[1, A]]);
});

test('orchestrator / task desk / one whose silent node is alone in its decision goes before those behind it', async () => {
  const { runtime, update, said } = await deskOf();
  const away = peerNamed('away');
  await update(1, [away], { state: 'accepted', accepted: { by: away, at: 1 } });
  await update(2, [A, B]);
  await runtime.advance(LEASE_MS + 1);
  await update(1, [away, A], { state: 'accepted', accepted: { by: away, at: 1 } });
  assert.deepEqual(
    said().filter(([, to]) => to !== away),
    [[1, A]],
  );
});

test('orchestrator / task desk / one that nobody at hand may do blocks nobody', async () => {
  const { update, said } = await deskOf();
  await update(1, [peerNamed('away')]);
  await update(2, [A, B]);
  // It is decided again, and nobody more is ranked.
  await update(1, [peerNamed('away')]);
  assert.deepEqual(said(), [[2, A]]);
});

test('orchestrator / task desk / of a subject that was taken over nothing is offered until all of it is known', async () => {
  const { desk, taken, update, said } = await deskOf();
  taken.add(SUBJECT);
  await update(2, [A, B]);
  await update(1, [A, B], { state: 'accepted', accepted: { by: B, at: 1 } });
  assert.deepEqual(
    said().filter(([number]) => number === 2),
    [],
  );
  taken.delete(SUBJECT);
  desk.retry(SUBJECT);
  await settled();
  assert.deepEqual(
    said().filter(([number]) => number === 2),
    [[2, B]],
  );
});
