import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MeshError } from '../../../../protocols/errors.ts';
import { encodeFrame } from '../../../../protocols/frames.ts';
import { CATCH_UP_WINDOW, type Have } from '../../../../protocols/log-sync.ts';
import type { Batch } from '../../../../roles/ports/disk.ts';
import type { Link } from '../../../../roles/ports/links.ts';
import {
  decodeLogFrame,
  encodeBatch,
  encodeCaughtUp,
  encodeHave,
  encodeMore,
} from '../../../../roles/replica/log-frames.ts';
import { LogReader } from '../../../../roles/replica/log-reader.ts';
import type { Applied } from '../../../../roles/replica/replica.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { countingMeter, manualRuntime, settled } from '../../../fakes/manual-runtime.ts';

const PEER = peerNamed('writer');
const head = { origin: PEER, epoch: epochNumber(1), length: 1, hash: Buffer.alloc(32), signature: Buffer.alloc(64) };
const BATCH = encodeBatch({ from: 0, records: [Buffer.from('x')], head });
const HAVE: Have = { type: 'have', logs: [] };

const typeOf = (frame: Uint8Array) => decodeLogFrame(frame, PEER).type;
const asked = (sent: readonly Uint8Array[]) => sent.filter((frame) => typeOf(frame) === 'have').length;

/** A reader whose batches are written when the test says so. */
function setUp() {
  const sent: Uint8Array[] = [];
  const happened: string[] = [];
  const writing: { resolve: (applied: Applied) => void; reject: (error: unknown) => void }[] = [];
  const meter = countingMeter();
  let synced = 0;
  const link: Link = {
    peer: PEER,
    send: async (frame) => void sent.push(frame),
    close: (reason) => happened.push(`link: ${reason}`),
  };
  const reader = new LogReader(PEER, {
    replica: {
      apply: (_batch: Batch) => new Promise<Applied>((resolve, reject) => writing.push({ resolve, reject })),
      jump: async () => 'known' as const,
      lengthOf: () => synced,
    },
    log: manualRuntime().log,
    meter,
    have: () => HAVE,
    onHeld: () => {},
    onFirst: () => {},
    isBroughtByAnother: () => true,
    onCaughtUp: () => happened.push('caught up'),
    onProgress: () => happened.push('progress'),
    onSuspect: (log) => happened.push(`suspect ${log.epoch === head.epoch}`),
    onClosed: () => happened.push('closed'),
  });
  const written = async (applied: Applied) => {
    writing.shift()?.resolve(applied);
    await settled();
  };
  const failed = async (error: unknown) => {
    writing.shift()?.reject(error);
    await settled();
  };
  return {
    reader,
    link,
    sent,
    happened,
    writing,
    meter,
    written,
    failed,
    setSynced: (length: number) => (synced = length),
  };
}

describe('replica / log reader', () => {
  test('each batch that is written is answered with a word for one more', async () => {
    const { reader, link, sent, written } = setUp();
    reader.attach(link);
    reader.frame(BATCH);
    reader.frame(BATCH);
    await settled();
    assert.deepEqual(sent.map(typeOf), []);
    await written('applied');
    assert.deepEqual(sent.map(typeOf), ['more']);
    await written('known');
    assert.deepEqual(sent.map(typeOf), ['more', 'more']);
  });

  test('records of another that a link brings sooner are not to be pushed here until it is asked again; its own always', async () => {
    const { reader, link, sent, written } = setUp();
    const other = { ...head, origin: peerNamed('another') };
    const words = () => sent.map((frame) => decodeLogFrame(frame, PEER)).filter((word) => word.type === 'more');
    reader.attach(link);
    reader.frame(encodeBatch({ from: 0, records: [Buffer.from('x')], head }));
    await written('known');
    reader.frame(encodeBatch({ from: 0, records: [Buffer.from('x')], head: other }));
    await written('known');
    assert.deepEqual(
      words().map(({ enough }) => enough),
      [[], [other.origin]],
    );
    reader.frame(encodeCaughtUp());
    await settled();
    reader.ask();
    reader.frame(encodeCaughtUp());
    await settled();
    assert.equal(reader.pushes(other.origin), true);
  });

  test('a writer that sends more than it was asked for is cut off', async () => {
    const { reader, link, written } = setUp();
    reader.attach(link);
    for (let sent = 0; sent < CATCH_UP_WINDOW; sent++) reader.frame(BATCH);
    await written('applied');
    reader.frame(BATCH);
    assert.throws(() => reader.frame(BATCH), { code: 'frame-malformed' });
  });

  test('it has caught up when what came before the word is written', async () => {
    const { reader, link, happened, written } = setUp();
    reader.attach(link);
    reader.ask();
    reader.frame(BATCH);
    reader.frame(encodeCaughtUp());
    await settled();
    assert.deepEqual([happened, reader.isLive], [[], false]);
    await written('applied');
    assert.deepEqual([happened, reader.isLive], [['progress', 'caught up'], true]);
  });

  test('asked twice it asks again when it was answered, once', async () => {
    const { reader, link, sent, happened } = setUp();
    reader.attach(link);
    for (let i = 0; i < 4; i++) reader.ask();
    assert.equal(asked(sent), 1);
    reader.frame(encodeCaughtUp());
    await settled();
    assert.deepEqual([asked(sent), happened], [2, []]);
    reader.frame(encodeCaughtUp());
    await settled();
    assert.deepEqual([asked(sent), happened], [2, ['caught up']]);
  });

  test('a word that nobody asked for changes nothing', async () => {
    const { reader, link, happened } = setUp();
    reader.attach(link);
    reader.frame(encodeCaughtUp());
    await settled();
    assert.deepEqual([happened, reader.isLive], [[], false]);
  });

  test('a gap makes it ask, and a writer that goes on leaving gaps is left', async () => {
    const { reader, link, sent, happened, written } = setUp();
    reader.attach(link);
    for (let i = 0; i < 3; i++) {
      reader.frame(BATCH);
      await written('gap');
      reader.frame(encodeCaughtUp());
      await settled();
    }
    assert.equal(asked(sent), 3);
    assert.equal(reader.isClosed, false);
    reader.frame(BATCH);
    await written('gap');
    assert.deepEqual(happened.slice(-2), ['closed', 'link: it leaves gaps']);
  });

  test('gaps are forgiven once a batch fits', async () => {
    const { reader, link, written } = setUp();
    reader.attach(link);
    for (const applied of ['gap', 'gap', 'gap', 'applied', 'gap', 'gap', 'gap'] as const) {
      reader.frame(BATCH);
      await written(applied);
    }
    assert.equal(reader.isClosed, false);
  });

  const facts = { peer: PEER, log: 'x', length: 1 };
  const failures: { error: MeshError; happened: string[] }[] = [
    { error: new MeshError('head-forged', facts), happened: ['closed'] },
    { error: new MeshError('chain-broken', facts), happened: ['suspect true', 'closed'] },
    { error: new MeshError('disk-full', { dir: 'x' }), happened: ['closed'] },
  ];
  for (const { error, happened: expected } of failures) {
    test(`${error.code} ends the link`, async () => {
      const { reader, link, happened, meter, failed } = setUp();
      reader.attach(link);
      reader.frame(BATCH);
      await failed(error);
      assert.deepEqual(happened, [...expected, `link: ${error.message}`]);
      assert.equal(meter.total('mindmesh_replication_refused_total', { code: error.code }), 1);
    });
  }

  test('a fork does not end the link: the peer is told what we want now', async () => {
    const { reader, link, sent, happened, failed } = setUp();
    reader.attach(link);
    reader.frame(BATCH);
    await failed(new MeshError('head-forked', facts));
    assert.deepEqual([happened, asked(sent)], [[], 1]);
  });

  test('what only readers send, and what is no frame, is refused', () => {
    const { reader, link, meter } = setUp();
    reader.attach(link);
    assert.throws(() => reader.frame(encodeHave(HAVE)), { code: 'frame-malformed' });
    assert.throws(() => reader.frame(encodeMore()), { code: 'frame-malformed' });
    assert.throws(() => reader.frame(encodeFrame({ type: 'batch', origin: 'nobody' })), { code: 'frame-malformed' });
    assert.throws(() => reader.frame(Buffer.alloc(0)), { code: 'frame-malformed' });
    assert.equal(meter.total('mindmesh_replication_refused_total', { code: 'frame-malformed' }), 4);
  });

  test('closed while it was opened, it closes the link that comes', () => {
    const { reader, link, happened } = setUp();
    reader.close('changed my mind');
    reader.attach(link);
    reader.ask();
    assert.deepEqual(happened, ['closed', 'link: it ended while it was opened']);
  });

  const moreOf = (sent: readonly Uint8Array[]) =>
    sent.flatMap((frame) => {
      const message = decodeLogFrame(frame, PEER);
      return message.type === 'more' ? [message.stored] : [];
    });

  test('once a batch of the writer’s own log is synced, the word for one more says how far', async () => {
    const { reader, link, sent, written, setSynced } = setUp();
    reader.attach(link);
    reader.frame(BATCH);
    await settled();
    assert.deepEqual(moreOf(sent), []);
    setSynced(1);
    await written('applied');
    assert.deepEqual(moreOf(sent), [[[PEER, head.epoch, 1]]]);
  });

  test('of a batch that was dropped, and of the log of somebody else, nothing is said', async () => {
    const { reader, link, sent, written, setSynced } = setUp();
    setSynced(1);
    reader.attach(link);
    reader.frame(BATCH);
    await written('quarantined');
    const other = { ...head, origin: peerNamed('other') };
    reader.frame(encodeBatch({ from: 0, records: [Buffer.from('x')], head: other }));
    await written('applied');
    assert.deepEqual(moreOf(sent), [[], []]);
  });

  test('what came from somebody else and is not synced yet is said as soon as it is', async () => {
    const { reader, link, sent, written, setSynced } = setUp();
    reader.attach(link);
    reader.frame(BATCH);
    await written('known');
    assert.deepEqual(moreOf(sent), [[]]);
    reader.committed();
    assert.equal(asked(sent), 0);
    setSynced(1);
    reader.committed();
    assert.equal(asked(sent), 1);
    reader.committed();
    assert.equal(asked(sent), 1);
  });
});
