import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Note, OfferReply } from '../../../protocols/dispatch.ts';
import { decodeAnswer, decodeAsk, encodeAnswer, encodeNote, encodeOffer } from '../../../protocols/dispatch-frames.ts';
import { hasCode } from '../../../protocols/errors.ts';
import { encodeFrame } from '../../../protocols/frames.ts';
import { eventIdOf, slotOf } from '../../../protocols/ids.ts';
import { offerOf } from '../../mesh/offers.ts';

const work = { eventId: eventIdOf('github', '1'), slot: slotOf('code-review-general', 'prod-us') };

test('dispatch frames / offer / returns with its number', () => {
  assert.deepEqual(decodeAsk(encodeOffer(7, offerOf(3)), 'peer'), { ...offerOf(3), id: 7 });
});

const NOTES: readonly Note[] = [
  { type: 'running', ...work, attempt: 2 },
  { type: 'result', ...work, ok: false },
];
for (const note of NOTES) {
  test(`dispatch frames / ${note.type} / returns as it was, without a number`, () => {
    assert.deepEqual(decodeAsk(encodeNote(note), 'peer'), note);
  });
}

const REPLIES: readonly OfferReply[] = [
  { type: 'accept' },
  { type: 'busy', retryAfterMs: 1_000 },
  { type: 'refuse', reason: 'not here', final: true },
];
for (const reply of REPLIES) {
  test(`dispatch frames / ${reply.type} / returns with the number of its request`, () => {
    assert.deepEqual(decodeAnswer(encodeAnswer(7, reply), 'peer'), { ...reply, id: 7 });
  });
}

const BAD: readonly { readonly id: string; readonly header: unknown }[] = [
  { id: 'an offer without a number', header: offerOf(1) },
  { id: 'a number below zero', header: { ...offerOf(1), id: -1 } },
  { id: 'an unknown type', header: { type: 'hug', id: 1 } },
  { id: 'no object', header: 'offer' },
  { id: 'an answer', header: { type: 'accept', id: 1 } },
];
for (const { id, header } of BAD) {
  test(`dispatch frames / ask / ${id} is malformed`, () => {
    assert.throws(
      () => decodeAsk(encodeFrame(header), 'peer'),
      (error) => hasCode(error, 'frame-malformed') && error.facts.peer === 'peer',
    );
  });
}

test('dispatch frames / answer / without a number, or of another type, is malformed', () => {
  for (const header of [{ type: 'accept' }, { type: 'busy', id: 1 }, { type: 'offer', id: 1 }]) {
    assert.throws(
      () => decodeAnswer(encodeFrame(header), 'peer'),
      (error) => hasCode(error, 'frame-malformed'),
    );
  }
});
