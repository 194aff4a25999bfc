import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createDispatcher, type DispatcherOptions, type MeshDispatcher } from '../../daemon/mesh/dispatcher.ts';
import type { Note, Offer, OfferReply } from '../../protocols/dispatch.ts';
import { encodeAnswer } from '../../protocols/dispatch-frames.ts';
import { hasCode } from '../../protocols/errors.ts';
import { eventIdOf, type PeerId, slotOf } from '../../protocols/ids.ts';
import { LIMITS, PROTOCOLS } from '../../protocols/names.ts';
import type { Mesh } from '../../roles/ports/links.ts';
import { waitFor } from '../support/wait-for.ts';
import { introduce, join, newKey, newNode, stopEverything, type TestNode } from './mesh-of.ts';
import { offerOf } from './offers.ts';
import { assertNothingUncaught } from './process-watch.ts';
import { type RawPeer, rawPeer } from './raw-peer.ts';

const ACCEPT: OfferReply = { type: 'accept' };

let asking: TestNode;
let answering: TestNode;
let raw: RawPeer;
let dispatcher: MeshDispatcher;
/** What the answering node does; each test sets its own. */
let answer: (from: PeerId, offer: Offer) => Promise<OfferReply>;
const notes: [from: PeerId, note: Note][] = [];

beforeEach(() => {
  answer = async () => ACCEPT;
});

before(async () => {
  [asking, answering] = [await newNode(), await newNode()];
  dispatcher = dispatcherOf(asking);
  dispatcherOf(answering);
  raw = await rawPeer(await newKey());
  await join([asking, answering]);
  introduce([asking, answering], [raw.peer]);
  await raw.connect(asking);
  await waitFor('the raw peer is admitted', () => asking.mesh.connected().includes(raw.peer));
});

after(stopEverything);
after(assertNothingUncaught);

function dispatcherOf(node: TestNode, options: DispatcherOptions = {}): MeshDispatcher {
  const handler = {
    offer: (from: PeerId, offer: Offer) => answer(from, offer),
    note: (from: PeerId, note: Note) => void notes.push([from, note]),
  };
  return createDispatcher(options, { mesh: node.mesh, runtime: node.runtime, handler });
}

/** A dispatcher with its own options on the asking node, which serves already. */
function askerWith(options: DispatcherOptions, onOpen: () => void = () => undefined): MeshDispatcher {
  const { mesh: node } = asking;
  const mesh: Mesh = {
    open: (...args) => {
      onOpen();
      return node.open(...args);
    },
    serve: () => undefined,
    connected: () => node.connected(),
    onPeer: (listener) => node.onPeer(listener),
    publish: (topic, message) => node.publish(topic, message),
    onGossip: (topic, listener) => node.onGossip(topic, listener),
  };
  return createDispatcher(options, {
    mesh,
    runtime: asking.runtime,
    handler: { offer: answer, note: () => undefined },
  });
}

test('mesh / dispatcher / an offer arrives as it was sent and its answer returns', async () => {
  const replies: readonly OfferReply[] = [
    ACCEPT,
    { type: 'busy', retryAfterMs: 250 },
    { type: 'refuse', reason: 'not here', final: true },
  ];
  for (const reply of replies) {
    const seen: unknown[] = [];
    answer = async (from, offer) => {
      seen.push(from, offer);
      return reply;
    };
    assert.deepEqual(await dispatcher.offer(answering.peer, offerOf(1, 'π')), reply);
    assert.deepEqual(seen, [asking.peer, offerOf(1, 'π')]);
  }
});

test('mesh / dispatcher / seventy at once are all answered, each with its own answer, over one stream', async () => {
  answer = async (_from, { number }) => ({ type: 'busy', retryAfterMs: number });
  let opened = 0;
  const counted = askerWith({}, () => void opened++);
  const numbers = Array.from({ length: 70 }, (_, i) => i);
  const replies = await Promise.all(numbers.map((number) => counted.offer(answering.peer, offerOf(number))));
  assert.equal(opened, 1);
  assert.deepEqual(
    replies,
    numbers.map((number) => ({ type: 'busy', retryAfterMs: number })),
  );
});

test('mesh / dispatcher / answers may come in any order', async () => {
  const held = new Map<number, (reply: OfferReply) => void>();
  answer = (_from, { number }) => new Promise((resolve) => held.set(number, resolve));
  const order: number[] = [];
  const asked = [0, 1, 2].map(async (number) => {
    await dispatcher.offer(answering.peer, offerOf(number));
    order.push(number);
  });
  await waitFor('all are asked', () => held.size === 3);
  for (const number of [2, 0, 1]) {
    held.get(number)?.(ACCEPT);
    await waitFor('its answer', () => order.includes(number));
  }
  await Promise.all(asked);
  assert.deepEqual(order, [2, 0, 1]);
});

test('mesh / dispatcher / no more than the limit are in flight to one peer, the rest wait', async () => {
  let [now, most] = [0, 0];
  answer = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    return ACCEPT;
  };
  const narrow = askerWith({ inFlight: 3 });
  await Promise.all(Array.from({ length: 20 }, (_, i) => narrow.offer(answering.peer, offerOf(i))));
  assert.equal(most, 3);
  narrow.stop();
});

test('mesh / dispatcher / without an answer in time it is request-timeout, and the next request goes over another stream', async () => {
  const quick = askerWith({ deadlineMs: 1_000 });
  const { promise: never, resolve } = Promise.withResolvers<OfferReply>();
  answer = () => never;
  await assert.rejects(quick.offer(answering.peer, offerOf(1)), (error) => hasCode(error, 'request-timeout'));
  answer = async () => ACCEPT;
  resolve({ type: 'refuse', reason: 'a late answer must not reach the next request', final: true });
  assert.deepEqual(await quick.offer(answering.peer, offerOf(2)), ACCEPT);
  quick.stop();
});

test('mesh / dispatcher / a peer without a connection is peer-unreachable at once', async () => {
  const { peer } = await newNode();
  await assert.rejects(dispatcher.offer(peer, offerOf(1)), (error) => hasCode(error, 'peer-unreachable'));
  dispatcher.note(peer, { type: 'result', eventId: offerOf(1).eventId, slot: slotOf('a'), ok: true });
});

test('mesh / dispatcher / a handler that throws answers a refusal that is not final', async () => {
  for (const fail of [
    () => {
      throw new Error('the disk is full');
    },
    () => Promise.reject(new Error('the disk is full')),
  ]) {
    answer = fail;
    const reply = await dispatcher.offer(answering.peer, offerOf(1));
    assert.deepEqual(reply, { type: 'refuse', reason: 'the disk is full', final: false });
  }
});

test('mesh / dispatcher / notes reach the handler in order, without an answer', async () => {
  const work = { eventId: eventIdOf('github', '1'), slot: slotOf('code-review-general') };
  const sent: Note[] = [
    { type: 'running', ...work, attempt: 1 },
    { type: 'result', ...work, ok: true },
  ];
  for (const note of sent) dispatcher.note(answering.peer, note);
  await waitFor('both notes', () => notes.length === 2);
  assert.deepEqual(
    notes,
    sent.map((note) => [asking.peer, note]),
  );
});

test('mesh / dispatcher / an offer over the limit is refused here, a large one passes', async () => {
  const large = offerOf(1, 'x'.repeat(LIMITS.offerBytes - 4_096));
  assert.deepEqual(await dispatcher.offer(answering.peer, large), ACCEPT);
  const tooLarge = dispatcher.offer(answering.peer, offerOf(1, 'x'.repeat(LIMITS.offerBytes)));
  await assert.rejects(tooLarge, (error) => hasCode(error, 'record-too-large'));
});

test('mesh / dispatcher / what is in flight fails as unreachable when the peer cuts the stream or answers garbage', async () => {
  const answers: readonly (readonly Uint8Array[])[] = [
    [],
    [Buffer.from('garbage')],
    [encodeAnswer(0, { type: 'busy', retryAfterMs: -1 })],
  ];
  for (const frames of answers) {
    await raw.libp2p.handle(
      PROTOCOLS.dispatch,
      (stream) => {
        for (const frame of frames) stream.send(Buffer.concat([Buffer.of(0, 0, 0, frame.length), frame]));
        if (frames.length === 0) stream.abort(new Error('cut'));
      },
      { force: true },
    );
    const asked = [1, 2, 3].map((number) => dispatcher.offer(raw.peer, offerOf(number)));
    for (const one of asked) await assert.rejects(one, (error) => hasCode(error, 'peer-unreachable'));
  }
  await raw.libp2p.unhandle(PROTOCOLS.dispatch);
});

test('mesh / dispatcher / a peer that floods is answered busy beyond the bound, not with memory', async () => {
  const { promise: gate, resolve } = Promise.withResolvers<OfferReply>();
  let working = 0;
  answer = () => {
    working++;
    return gate;
  };
  const greedy = askerWith({ inFlight: 10_000 });
  const asked = Array.from({ length: 300 }, (_, i) => greedy.offer(answering.peer, offerOf(i)));
  const busy = await Promise.all(asked.slice(256));
  assert.ok(busy.every(({ type }) => type === 'busy'));
  assert.equal(working, 256);
  resolve(ACCEPT);
  assert.ok((await Promise.all(asked.slice(0, 256))).every(({ type }) => type === 'accept'));
  greedy.stop();
});

test('mesh / dispatcher / stop fails what waits and what is in flight, and later offers', async () => {
  const { promise: gate, resolve } = Promise.withResolvers<OfferReply>();
  answer = () => gate;
  const narrow = askerWith({ inFlight: 1 });
  const asked = [1, 2].map((number) => narrow.offer(answering.peer, offerOf(number)));
  narrow.stop();
  asked.push(narrow.offer(answering.peer, offerOf(3)));
  for (const one of asked) await assert.rejects(one, (error) => hasCode(error, 'peer-unreachable'));
  resolve(ACCEPT);
});
