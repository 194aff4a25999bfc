import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogId } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Batch, Disk } from '../../roles/ports/disk.ts';
import type { TableOp, Tables } from '../../roles/ports/tables.ts';
import { epochNumber, peerNamed } from '../fakes/cards.ts';

export interface OpenDisk {
  readonly disk: Disk;
  readonly tables: Tables;
  /** Closes it in good order and opens the same data again. */
  reopen(): Promise<OpenDisk>;
  close(): Promise<void>;
}

const LIMITS = { records: 256, bytes: 1024 * 1024 };
const A: LogId = { origin: peerNamed('a'), epoch: epochNumber(1) };
const A2: LogId = { origin: peerNamed('a'), epoch: epochNumber(2) };
const B: LogId = { origin: peerNamed('b'), epoch: epochNumber(1) };

/** What every disk does: run on the fake and on LevelDB. */
export function diskSuite(name: string, open: () => Promise<OpenDisk>): void {
  const on = (claim: string, body: (opened: OpenDisk) => Promise<void>) =>
    test(claim, async () => {
      const opened = await open();
      try {
        await body(opened);
      } finally {
        await opened.close();
      }
    });

  describe(`disk / ${name} / logs`, () => {
    on('an empty one has no heads and no records', async ({ disk }) => {
      assert.deepEqual(await disk.heads(), []);
      assert.equal(await disk.read(A, 0, LIMITS), undefined);
      assert.equal(await disk.record(A, 0), undefined);
      assert.equal(await disk.headAt(A, 10), undefined);
    });

    on('a batch comes back as it was written, byte for byte', async ({ disk }) => {
      const batch = { ...batchOf(A, 0, 3), records: [Buffer.from([0, 255, 10]), Buffer.alloc(0), Buffer.from('ü')] };
      await disk.commit({ batches: [batch], ops: [] });
      assert.deepEqual(plain(await disk.read(A, 0, LIMITS)), plain(batch));
      assert.deepEqual(Buffer.from((await disk.record(A, 2)) ?? []), Buffer.from('ü'));
      assert.equal(await disk.record(A, 3), undefined);
    });

    on('a read ends at the longest head within the limit of records', async ({ disk }) => {
      await append(disk, A, [4, 4, 4]);
      assert.deepEqual(await span(disk, A, 0, { ...LIMITS, records: 11 }), [0, 8]);
      assert.deepEqual(await span(disk, A, 0, { ...LIMITS, records: 12 }), [0, 12]);
      assert.deepEqual(await span(disk, A, 4, { ...LIMITS, records: 4 }), [4, 8]);
    });

    on('a read ends at the longest head within the limit of bytes', async ({ disk }) => {
      await append(disk, A, [2, 2, 2]);
      const each = recordOf(A, 0).length;
      assert.deepEqual(await span(disk, A, 0, { records: 256, bytes: each * 4 }), [0, 4]);
      assert.deepEqual(await span(disk, A, 0, { records: 256, bytes: each * 4 - 1 }), [0, 2]);
    });

    on('a read goes to the nearest head when none lies within the limits', async ({ disk }) => {
      await append(disk, A, [5, 5]);
      assert.deepEqual(await span(disk, A, 0, { ...LIMITS, records: 3 }), [0, 5]);
      assert.deepEqual(await span(disk, A, 0, { ...LIMITS, bytes: 1 }), [0, 5]);
      assert.deepEqual(await span(disk, A, 7, { ...LIMITS, records: 1 }), [7, 10]);
    });

    on('a read may begin inside a group', async ({ disk }) => {
      await append(disk, A, [5, 5]);
      assert.deepEqual(await span(disk, A, 3, LIMITS), [3, 10]);
      assert.deepEqual(await span(disk, A, 3, { ...LIMITS, records: 6 }), [3, 5]);
    });

    on('a read never leaves its log', async ({ disk }) => {
      for (const log of [A, A2, B]) await append(disk, log, [2]);
      for (const log of [A, A2, B]) {
        assert.deepEqual(await span(disk, log, 0, LIMITS), [0, 2]);
        assert.equal(await disk.read(log, 2, LIMITS), undefined);
      }
    });

    on('heads names the longest of every log', async ({ disk }) => {
      await append(disk, B, [3]);
      await append(disk, A, [1, 1, 1]);
      await append(disk, A2, [2, 8]);
      assert.deepEqual(lengths(await disk.heads()), [
        [A.origin, A.epoch, 3],
        [A2.origin, A2.epoch, 10],
        [B.origin, B.epoch, 3],
      ]);
    });

    on('headAt finds the longest head that is not longer', async ({ disk }) => {
      await append(disk, A, [2, 3]);
      await append(disk, B, [1]);
      const found = await Promise.all([0, 1, 2, 4, 5, 9].map(async (at) => (await disk.headAt(A, at))?.length));
      assert.deepEqual(found, [undefined, undefined, 2, 2, 5, 5]);
      const head = await disk.headAt(A, 5);
      assert.deepEqual(head && plainHead(head), plainHead(headOf(A, 5)));
    });

    on('two batches of one log and one of another go into one group', async ({ disk }) => {
      await disk.commit({ batches: [batchOf(A, 0, 2), batchOf(A, 2, 5), batchOf(B, 0, 1)], ops: [] });
      assert.deepEqual(await span(disk, A, 0, { ...LIMITS, records: 2 }), [0, 2]);
      assert.deepEqual(await span(disk, A, 0, LIMITS), [0, 5]);
      assert.deepEqual(await span(disk, B, 0, LIMITS), [0, 1]);
    });

    on('groups written at the same time are all there', async ({ disk }) => {
      const logs = [A, A2, B];
      await Promise.all(logs.map((log) => disk.commit({ batches: [batchOf(log, 0, 7)], ops: [] })));
      assert.equal((await disk.heads()).length, 3);
    });
  });

  describe(`disk / ${name} / tables`, () => {
    on('a row is read as it was put, and gone when it was deleted', async ({ disk, tables }) => {
      const value = { at: 1, text: 'grün', list: [true, null], nested: { empty: '' } };
      await disk.commit({ batches: [], ops: [put('k', value)] });
      assert.deepEqual(tables.get('events', 'k'), value);
      assert.equal(tables.get('settled', 'k'), undefined);
      await disk.commit({ batches: [], ops: [put('k', undefined), put('never', undefined)] });
      assert.equal(tables.get('events', 'k'), undefined);
    });

    on('falsy values are values', async ({ disk, tables }) => {
      await disk.commit({ batches: [], ops: [put('zero', 0), put('empty', ''), put('no', false)] });
      assert.deepEqual(
        ['zero', 'empty', 'no'].map((key) => tables.get('events', key)),
        [0, '', false],
      );
    });

    on('of two changes of one row in one group the later counts', async ({ disk, tables }) => {
      await disk.commit({ batches: [], ops: [put('k', 1), put('k', undefined), put('k', 2)] });
      assert.equal(tables.get('events', 'k'), 2);
    });

    on('a range is in the order of the bytes of its keys', async ({ disk, tables }) => {
      const keys = ['b', 'a\u0000b', 'a', 'ab', 'a\u0000a', 'A', 'ü', '\u{1f600}', '\uffff'];
      await disk.commit({ batches: [], ops: keys.map((key) => put(key, key)) });
      const sorted = [...keys].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      assert.deepEqual(
        await tables.range('events'),
        sorted.map((key) => [key, key]),
      );
    });

    on('a range keeps to prefix, start and limit', async ({ disk, tables }) => {
      const keys = ['a', 'p', 'p\u0000', 'p\u00001', 'p\u00002', 'p\u00003', 'p\u{10ffff}', 'p1', 'q'];
      await disk.commit({ batches: [], ops: keys.map((key) => put(key, 1)) });
      const keysOf = async (range: Parameters<Tables['range']>[1]) =>
        (await tables.range('events', range)).map(([key]) => key);
      assert.deepEqual(await keysOf({ prefix: 'p\u0000' }), ['p\u0000', 'p\u00001', 'p\u00002', 'p\u00003']);
      assert.deepEqual(await keysOf({ prefix: 'p\u0000', limit: 2 }), ['p\u0000', 'p\u00001']);
      assert.deepEqual(await keysOf({ prefix: 'p\u0000', after: 'p\u00001', limit: 1 }), ['p\u00002']);
      assert.deepEqual(await keysOf({ prefix: 'p\u0000', after: 'a' }), [
        'p\u0000',
        'p\u00001',
        'p\u00002',
        'p\u00003',
      ]);
      assert.deepEqual(await keysOf({ prefix: 'p\u0000', after: 'p\u00003' }), []);
      assert.deepEqual(await keysOf({ after: 'p1' }), ['p\u{10ffff}', 'q']);
      assert.deepEqual(await keysOf({ prefix: 'none' }), []);
      assert.deepEqual(await keysOf({ limit: 0 }), []);
    });

    on('tables do not see one another', async ({ disk, tables }) => {
      await disk.commit({ batches: [], ops: [put('k', 1), { table: 'settled', key: 'k', value: 2 }] });
      assert.deepEqual(await tables.range('events'), [['k', 1]]);
      assert.deepEqual(await tables.range('settled'), [['k', 2]]);
    });
  });

  describe(`disk / ${name} / floor`, () => {
    const cut = (disk: Disk, length: number) => disk.commit({ batches: [], ops: [], floors: [headOf(A, length)] });

    on('what lies before it is gone, what lies behind it stays', async ({ disk }) => {
      await append(disk, A, [2, 3, 4]);
      await append(disk, B, [2]);
      await cut(disk, 5);
      assert.equal(await disk.read(A, 0, LIMITS), undefined);
      assert.equal(await disk.record(A, 4), undefined);
      assert.equal(await disk.headAt(A, 4), undefined);
      assert.deepEqual(await span(disk, A, 5, LIMITS), [5, 9]);
      assert.deepEqual(Buffer.from((await disk.record(A, 5)) ?? []), recordOf(A, 5));
      assert.equal((await disk.headAt(A, 8))?.length, 5);
      assert.deepEqual((await disk.floors()).map(plainHead), [plainHead(headOf(A, 5))]);
      assert.deepEqual(await span(disk, B, 0, LIMITS), [0, 2]);
    });

    on('a log may be cut off whole, and goes on at its floor', async ({ disk }) => {
      await append(disk, A, [2, 3]);
      await cut(disk, 5);
      assert.deepEqual(lengths(await disk.heads()), [[A.origin, A.epoch, 5]]);
      assert.equal(await disk.read(A, 5, LIMITS), undefined);
      await disk.commit({ batches: [batchOf(A, 5, 6)], ops: [] });
      assert.deepEqual(await span(disk, A, 5, LIMITS), [5, 6]);
    });

    on('a floor may lie behind everything that is here', async ({ disk }) => {
      await append(disk, A, [2]);
      await cut(disk, 50);
      assert.deepEqual(lengths(await disk.heads()), [[A.origin, A.epoch, 50]]);
      await disk.commit({ batches: [batchOf(A, 50, 52)], ops: [] });
      assert.deepEqual(await span(disk, A, 50, LIMITS), [50, 52]);
      assert.equal(await disk.record(A, 1), undefined);
    });

    test('it is there after a start, and what was dropped is not', async () => {
      const first = await open();
      await append(first.disk, A, [2, 3]);
      await cut(first.disk, 2);
      const second = await first.reopen();
      try {
        assert.deepEqual((await second.disk.floors()).map(plainHead), [plainHead(headOf(A, 2))]);
        assert.equal(await second.disk.record(A, 1), undefined);
        assert.deepEqual(await span(second.disk, A, 2, LIMITS), [2, 5]);
      } finally {
        await second.close();
      }
    });

    on('the room that was taken is given back', async ({ disk }) => {
      const noise = (i: number) => Buffer.from(Array.from({ length: 4_000 }, (_, j) => (i * 7_919 + j * j * 31) % 251));
      for (let i = 0; i < 200; i++) {
        await disk.commit({ batches: [{ ...batchOf(A, i, i + 1), records: [noise(i)] }], ops: [] });
      }
      await disk.reclaim();
      const before = await disk.usedBytes();
      await cut(disk, 190);
      await disk.reclaim();
      assert.ok((await disk.usedBytes()) < before / 2);
    });
  });

  describe(`disk / ${name} / reopened`, () => {
    test('everything committed is there', async () => {
      const first = await open();
      await append(first.disk, A, [2, 3]);
      await first.disk.commit({ batches: [batchOf(B, 0, 1)], ops: [put('k', 1)] });
      const second = await first.reopen();
      try {
        assert.deepEqual(lengths(await second.disk.heads()), [
          [A.origin, A.epoch, 5],
          [B.origin, B.epoch, 1],
        ]);
        assert.deepEqual(plain(await second.disk.read(A, 0, LIMITS)), plain(batchOf(A, 0, 5)));
        assert.equal(second.tables.get('events', 'k'), 1);
      } finally {
        await second.close();
      }
    });
  });
}

function put(key: string, value: unknown): TableOp {
  return { table: 'events', key, value };
}

/** Groups of these lengths, one after the other. */
async function append(disk: Disk, log: LogId, groups: readonly number[]): Promise<void> {
  let from = 0;
  for (const length of groups) {
    await disk.commit({ batches: [batchOf(log, from, from + length)], ops: [] });
    from += length;
  }
}

async function span(
  disk: Disk,
  log: LogId,
  from: number,
  limits: typeof LIMITS,
): Promise<readonly number[] | undefined> {
  const batch = await disk.read(log, from, limits);
  if (batch === undefined) return undefined;
  assert.deepEqual(plain(batch), plain(batchOf(log, batch.from, batch.head.length)));
  return [batch.from, batch.head.length];
}

function recordOf(log: LogId, seq: number): Uint8Array {
  return Buffer.from(`${log.origin} ${log.epoch} ${String(seq).padStart(6, '0')}`);
}

function headOf(log: LogId, length: number): SignedHead {
  const hash = Buffer.alloc(32, length % 256);
  return { ...log, length, hash, signature: Buffer.alloc(64, (length + 1) % 256) };
}

function batchOf(log: LogId, from: number, length: number): Batch {
  const records = Array.from({ length: length - from }, (_, i) => recordOf(log, from + i));
  return { from, records, head: headOf(log, length) };
}

/** Buffers and plain byte arrays are the same bytes. */
function plain(batch: Batch | undefined) {
  return batch && { from: batch.from, records: batch.records.map(hex), head: plainHead(batch.head) };
}

function plainHead({ origin, epoch, length, hash, signature }: SignedHead) {
  return { origin, epoch, length, hash: hex(hash), signature: hex(signature) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function lengths(heads: readonly SignedHead[]) {
  return heads.map(({ origin, epoch, length }) => [origin, epoch, length]).sort();
}
