import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogId, PeerId } from '../../../../protocols/ids.ts';
import { NOTHING_WANTED, type Stored } from '../../../../protocols/log-sync.ts';
import type { SignedHead } from '../../../../protocols/record.ts';
import type { Link } from '../../../../roles/ports/links.ts';
import { decodeLogFrame, encodeCaughtUp, encodeHave, encodeMore } from '../../../../roles/replica/log-frames.ts';
import { LogWriter } from '../../../../roles/replica/log-writer.ts';
import type { Replica } from '../../../../roles/replica/replica.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { countingMeter, settled } from '../../../fakes/manual-runtime.ts';

const READER = peerNamed('reader');
const A: LogId = { origin: peerNamed('a'), epoch: epochNumber(1) };
const B: LogId = { origin: peerNamed('b'), epoch: epochNumber(1) };
/** The fake logs are read in batches of two. */
const BATCH = 2;

function setUp(lengths: Map<LogId, number>, options: { readonly answers: boolean } = { answers: true }) {
  const sent: string[] = [];
  const happened: string[] = [];
  const floors = new Map<LogId, SignedHead>();
  const words: { stored: Stored; isAll: boolean }[] = [];
  let release: (() => void) | undefined;
  let isSlow = false;
  const link: Link = {
    peer: READER,
    send: (frame) => {
      const message = decodeLogFrame(frame, READER);
      const { batch } = message.type === 'batch' ? message : {};
      if ((batch || message.type === 'floor') && options.answers) queueMicrotask(() => writer.frame(encodeMore()));
      sent.push(
        batch ? `${batch.head.origin === A.origin ? 'a' : 'b'} ${batch.from}-${batch.head.length}` : message.type,
      );
      return isSlow ? new Promise((resolve) => (release = resolve)) : Promise.resolve();
    },
    close: (reason) => happened.push(reason),
  };
  const find = (log: LogId) => [...lengths.keys()].find(({ origin }) => origin === log.origin) ?? log;
  const lengthOf = (log: LogId) => lengths.get(find(log)) ?? 0;
  const replica: Pick<Replica, 'have' | 'digest' | 'lengthOf' | 'readBatch' | 'floorOf'> = {
    have: () => [...lengths].map(([{ origin, epoch }, length]) => [origin, epoch, length, `hash ${length}`] as const),
    digest: () => ({
      open: [],
      closed: [...lengths].map(([{ origin, epoch }, length]) => [origin, epoch, length, `hash ${length}`] as const),
      hash: 'same',
    }),
    lengthOf,
    floorOf: (log) => floors.get(find(log)),
    readBatch: async (log, from) => {
      const length = Math.min(from + BATCH, lengthOf(log));
      if (from >= length) return undefined;
      const head = { ...log, length, hash: Buffer.alloc(32), signature: Buffer.alloc(64) };
      return { from, records: Array.from({ length: length - from }, () => Buffer.from('x')), head };
    },
  };
  const writer = new LogWriter({
    link,
    replica,
    meter: countingMeter(),
    onStored: (stored, isAll) => words.push({ stored, isAll }),
    onRefused: ({ epoch }) => happened.push(`refused ${epoch === A.epoch}`),
    onClosed: () => happened.push('closed'),
  });
  return {
    writer,
    floors,
    words,
    sent,
    happened,
    have: async (logs: [LogId, number, string?][], except: PeerId[] = []) => {
      const ends = logs.map(([{ origin, epoch }, length, hash]): [PeerId, typeof epoch, number, string] => [
        origin,
        epoch,
        length,
        hash ?? `hash ${length}`,
      ]);
      writer.frame(encodeHave({ type: 'have', logs: ends, except }));
      await settled();
    },
    commit: async (log: LogId, length: number) => {
      lengths.set(find(log), length);
      writer.committed([log]);
      await settled();
    },
    setSlow: () => (isSlow = true),
    take: async () => {
      release?.();
      await settled();
    },
  };
}

describe('replica / log writer', () => {
  test('closed epochs that both hold alike need no list; others are asked for', async () => {
    const { sent, writer } = setUp(new Map([[A, 4]]));
    writer.frame(encodeHave({ type: 'have', logs: [], closed: 'other' }));
    await settled();
    assert.deepEqual(sent, ['list']);
    writer.frame(encodeHave({ type: 'have', logs: [], closed: 'same' }));
    await settled();
    assert.deepEqual(sent, ['list', 'caught-up']);
  });

  test('what the reader has enough of is not pushed until it says again what it has, and then all of it comes', async () => {
    const { sent, writer, have, commit } = setUp(
      new Map([
        [A, 2],
        [B, 2],
      ]),
    );
    await have([
      [A, 2],
      [B, 2],
    ]);
    writer.frame(encodeMore([], [A.origin]));
    await commit(A, 3);
    await commit(B, 3);
    assert.deepEqual(sent, ['caught-up', 'b 2-3']);
    await have([
      [A, 2],
      [B, 3],
    ]);
    await commit(A, 4);
    assert.deepEqual(sent.slice(2), ['a 2-3', 'caught-up', 'a 3-4']);
  });

  test('of a log that begins behind the reader’s end the floor is sent, then what follows', async () => {
    const { sent, have, floors } = setUp(
      new Map([
        [A, 6],
        [B, 3],
      ]),
    );
    const signed = { hash: Buffer.alloc(32), signature: Buffer.alloc(64) };
    floors.set(A, { ...A, ...signed, length: 4 });
    floors.set(B, { ...B, ...signed, length: 3 });
    await have([[A, 1]]);
    assert.deepEqual(sent, ['floor', 'floor', 'a 4-6', 'caught-up']);
    sent.length = 0;
    await have([
      [A, 4],
      [B, 3],
    ]);
    assert.deepEqual(sent, ['a 4-6', 'caught-up']);
  });

  test('sends nothing before the reader has spoken', async () => {
    const { sent, commit } = setUp(new Map([[A, 4]]));
    await commit(A, 5);
    assert.deepEqual(sent, []);
  });

  test('sends what is not listed, the logs in turn, then says so, then pushes', async () => {
    const { sent, have, commit } = setUp(
      new Map([
        [A, 5],
        [B, 3],
      ]),
    );
    await have([[B, 1]]);
    assert.deepEqual(sent, ['a 0-2', 'b 1-3', 'a 2-4', 'a 4-5', 'caught-up']);
    await commit(A, 6);
    assert.deepEqual(sent.slice(5), ['a 5-6']);
  });

  test('the next batch waits until the stream has taken the one before', async () => {
    const { sent, have, setSlow, take } = setUp(new Map([[A, 6]]));
    setSlow();
    await have([]);
    assert.deepEqual(sent, ['a 0-2']);
    await take();
    assert.deepEqual(sent, ['a 0-2', 'a 2-4']);
  });

  test('two batches are on their way, and the next goes when the reader says so', async () => {
    const { writer, sent, have } = setUp(new Map([[A, 8]]), { answers: false });
    await have([]);
    assert.deepEqual(sent, ['a 0-2', 'a 2-4']);
    writer.frame(encodeMore());
    await settled();
    assert.deepEqual(sent, ['a 0-2', 'a 2-4', 'a 4-6']);
  });

  test('a reader that wants more at once gets it until it has caught up, then two', async () => {
    const { writer, sent, commit } = setUp(new Map([[A, 5]]), { answers: false });
    writer.frame(encodeHave({ type: 'have', logs: [], window: 4 }));
    await settled();
    assert.deepEqual(sent, ['a 0-2', 'a 2-4', 'a 4-5', 'caught-up']);
    await commit(A, 6);
    assert.equal(sent.length, 4);
    writer.frame(encodeMore());
    writer.frame(encodeMore());
    await settled();
    assert.deepEqual(sent.slice(4), ['a 5-6']);
  });

  test('a reader that says it too often gets no more than two at once', async () => {
    const { writer, sent, have } = setUp(new Map([[A, 20]]), { answers: false });
    for (let i = 0; i < 9; i++) writer.frame(encodeMore());
    await have([]);
    assert.equal(sent.length, 2);
  });

  test('commits that come while the reader writes become one batch', async () => {
    const { writer, sent, have, commit } = setUp(new Map([[A, 0]]), { answers: false });
    await have([[A, 0]]);
    for (const length of [1, 2, 3, 4]) await commit(A, length);
    writer.frame(encodeMore());
    await settled();
    assert.deepEqual(sent, ['caught-up', 'a 0-1', 'a 1-2', 'a 2-4']);
  });

  test('a second word of the reader moves the cursor back', async () => {
    const { sent, have } = setUp(new Map([[A, 2]]));
    await have([]);
    await have([]);
    assert.deepEqual(sent, ['a 0-2', 'caught-up', 'a 0-2', 'caught-up']);
  });

  test('a reader that has more is sent nothing', async () => {
    const { sent, have } = setUp(new Map([[A, 2]]));
    await have([[A, 7]]);
    assert.deepEqual(sent, ['caught-up']);
  });

  test('of a log that ends elsewhere at the same length everything is sent', async () => {
    const { sent, have } = setUp(new Map([[A, 3]]));
    await have([[A, 3, 'another hash']]);
    assert.deepEqual(sent, ['a 0-2', 'a 2-3', 'caught-up']);
  });

  test('of a log that the reader has quarantined nothing is sent, now or later', async () => {
    const { sent, have, commit } = setUp(new Map([[A, 3]]));
    await have([[A, NOTHING_WANTED, '']]);
    await commit(A, 9);
    assert.deepEqual(sent, ['caught-up']);
  });

  test('a log that the reader has more of than we do is followed from where the reader is', async () => {
    const { sent, have, commit } = setUp(new Map());
    await have([[A, 3]]);
    await commit(A, 4);
    assert.deepEqual(sent, ['caught-up', 'a 3-4']);
  });

  test('what the reader gets from its source is not pushed, but is part of every answer', async () => {
    const { sent, have, commit } = setUp(
      new Map([
        [A, 1],
        [B, 1],
      ]),
    );
    await have(
      [
        [A, 1],
        [B, 1],
      ],
      [A.origin],
    );
    await commit(A, 2);
    await commit(B, 2);
    assert.deepEqual(sent, ['caught-up', 'b 1-2']);
    await have(
      [
        [A, 1],
        [B, 2],
      ],
      [A.origin],
    );
    assert.deepEqual(sent.slice(2), ['a 1-2', 'caught-up']);
  });

  test('the reader’s own records are not pushed back to it', async () => {
    const own = { origin: READER, epoch: epochNumber(1) };
    const { sent, have, commit } = setUp(new Map([[own, 1]]));
    await have([[own, 1]]);
    await commit(own, 2);
    assert.deepEqual(sent, ['caught-up']);
  });

  test('a link that does not take a batch ends the writer', async () => {
    const { writer, happened } = setUp(new Map([[A, 2]]));
    writer.close('the test');
    writer.committed([A]);
    writer.closed();
    assert.deepEqual(happened, ['closed', 'the test']);
  });

  test('what only writers send is refused', () => {
    const { writer } = setUp(new Map());
    assert.throws(() => writer.frame(encodeCaughtUp()), { code: 'frame-malformed' });
  });

  test('what the reader says it has stored is handed on: with each word for one more, and whole with each `have`', async () => {
    const { writer, words, have } = setUp(new Map([[A, 4]]));
    await have([
      [A, 2],
      [B, 7],
    ]);
    assert.deepEqual(words.splice(0, 1), [
      {
        stored: [
          [A.origin, A.epoch, 2],
          [B.origin, B.epoch, 7],
        ],
        isAll: true,
      },
    ]);
    writer.frame(encodeMore([[A.origin, A.epoch, 4]]));
    writer.frame(encodeMore());
    assert.deepEqual(words, [{ stored: [[A.origin, A.epoch, 4]], isAll: false }]);
  });

  test('a log of which a reader wants nothing is refused by it', async () => {
    const { happened, have } = setUp(new Map([[A, 4]]));
    await have([
      [A, NOTHING_WANTED, ''],
      [B, 3],
    ]);
    assert.deepEqual(happened, ['refused true']);
  });

  test('a log that ends alike and is another is no copy', async () => {
    const { words, have } = setUp(new Map([[A, 4]]));
    await have([[A, 4, 'another']]);
    assert.deepEqual(words, [{ stored: [], isAll: true }]);
  });
});
