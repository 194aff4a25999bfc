import assert from 'node:assert/strict';
import { cp, mkdtemp, open as openFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Level } from 'level';
import type { CheckReport } from '../../../../daemon/store/check.ts';
import { openStore, type Store } from '../../../../daemon/store/level.ts';
import { encodeSegment, headOf, readSegment, recordsOf } from '../../../../daemon/store/segment.ts';
import { type Database, openSublevels, placeKey, type Sublevels } from '../../../../daemon/store/tables.ts';
import { hasCode } from '../../../../protocols/errors.ts';
import { type LogId, logKey } from '../../../../protocols/ids.ts';
import { headBytes, type SignedHead } from '../../../../protocols/record.ts';
import type { Batch } from '../../../../roles/ports/disk.ts';
import { signHead } from '../../../../roles/replica/chain.ts';
import { PROJECTIONS } from '../../../../roles/replica/projections.ts';
import { Replica } from '../../../../roles/replica/replica.ts';
import { cardOf, epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { fakeIdentity } from '../../../fakes/fake-identity.ts';
import { countingMeter, manualRuntime } from '../../../fakes/manual-runtime.ts';
import { eventRecord } from '../../../fakes/records.ts';
import { silentLogger } from '../../../fakes/runtime-lite.ts';

const identity = fakeIdentity(peerNamed('a'));
const isSigned = (head: SignedHead) => identity.verify(head.origin, headBytes(head), head.signature);
const open = (dir: string): Promise<Store> => openStore({ dir }, { runtime: { log: silentLogger } });
const GROUPS = 40;

let root = '';
/** A store of forty groups, closed. */
let sound = '';
let log: LogId;
let copies = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mindmesh-check-'));
  sound = join(root, 'sound');
  const { store, replica } = await startReplica(sound);
  for (let group = 0; group < GROUPS; group++) {
    await Promise.all([0, 1, 2].map((i) => replica.append(eventRecord(group * 3 + i, {}, { actor: 'x'.repeat(500) }))));
  }
  log = { origin: identity.peer, epoch: replica.epoch };
  await store.close();
});
after(() => rm(root, { recursive: true, force: true }));

async function startReplica(dir: string): Promise<{ store: Store; replica: Replica }> {
  const store = await open(dir);
  const { disk, tables } = store;
  const parts = { disk, tables, identity, runtime: manualRuntime(), projections: PROJECTIONS, meter: countingMeter() };
  const replica = new Replica({ card: cardOf('a') }, parts);
  await replica.start();
  return { store, replica };
}

async function copyOf(dir: string): Promise<string> {
  copies += 1;
  const copy = join(root, `copy-${copies}`);
  await cp(dir, copy, { recursive: true });
  return copy;
}

async function checked(dir: string): Promise<CheckReport> {
  const store = await open(dir);
  try {
    return await store.check(isSigned);
  } finally {
    await store.close();
  }
}

/** Changes a copy behind the store's back. */
async function tampered(change: (sublevels: Sublevels) => Promise<void>): Promise<CheckReport> {
  const dir = await copyOf(sound);
  const db: Database = new Level<string, Buffer>(dir, { valueEncoding: 'buffer' });
  await db.open();
  await change(await openSublevels(db));
  await db.close();
  return checked(dir);
}

/** Turns one bit over in the middle of a byte range of the largest file with this ending. */
async function flipByte(dir: string, ending: string, share: number): Promise<void> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(ending));
  const files = await Promise.all(names.map(async (name) => ({ name, size: (await stat(join(dir, name))).size })));
  const largest = files.sort((a, b) => b.size - a.size)[0];
  assert.ok(largest && largest.size > 1_000, `no ${ending} file`);
  const file = await openFile(join(dir, largest.name), 'r+');
  const at = Math.floor(largest.size * share);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Buffer.from([buffer.readUInt8(0) ^ 0x10]), 0, 1, at);
  await file.close();
}

/** Opening moves what lies in the write-ahead file into a table file. */
async function compact(db: Database): Promise<void> {
  assert.ok('compactRange' in db && typeof db.compactRange === 'function');
  await db.compactRange('!', '~');
}

/** Not opened, or opened and found. */
async function isNoticed(dir: string): Promise<boolean> {
  try {
    return (await checked(dir)).problems.length > 0;
  } catch (error) {
    assert.ok(hasCode(error, 'store-damaged'), String(error));
    return true;
  }
}

async function segmentAt({ segments }: Sublevels, from: number): Promise<Batch> {
  const key = placeKey(log, from);
  const segment = readSegment(key, (await segments.get(key)) ?? Buffer.alloc(0));
  return { from, records: recordsOf(segment), head: headOf(key, segment) };
}

/** Turns the last record of the segment at this place into another one. */
async function changeLast(sublevels: Sublevels, from: number): Promise<void> {
  const batch = await segmentAt(sublevels, from);
  const records = [...batch.records.slice(0, -1), Buffer.from('{}')];
  await sublevels.segments.put(placeKey(log, from), encodeSegment({ ...batch, records }).value);
}

describe('store / check', () => {
  test('a sound store has no problems', async () => {
    assert.deepEqual(await checked(await copyOf(sound)), {
      logs: 1,
      records: GROUPS * 3 + 1,
      heads: GROUPS,
      problems: [],
      behind: [],
    });
  });

  test('an empty store has none either', async () => {
    assert.deepEqual(await checked(join(root, 'empty')), { logs: 0, records: 0, heads: 0, problems: [], behind: [] });
  });

  const other = { origin: peerNamed('b'), epoch: epochNumber(1) };
  const cases: {
    id: string;
    change: (sublevels: Sublevels) => Promise<void>;
    where?: () => string;
    problem: RegExp;
  }[] = [
    {
      id: 'a record was changed',
      change: (sublevels) => changeLast(sublevels, 7),
      problem: /do not lead to the head at 10/,
    },
    {
      id: 'records are missing',
      change: ({ segments }) => segments.del(placeKey(log, 49)),
      problem: /record 49 is missing/,
    },
    {
      id: 'the first records are missing',
      change: ({ segments }) => segments.del(placeKey(log, 0)),
      problem: /record 0 is missing/,
    },
    {
      id: 'records are there twice',
      change: async ({ segments }) =>
        segments.put(placeKey(log, 8), (await segments.get(placeKey(log, 7))) ?? Buffer.alloc(0)),
      problem: /record 8 is there twice/,
    },
    {
      id: 'a head was forged',
      change: async (sublevels) => {
        const { head, records, from } = await segmentAt(sublevels, 19);
        const forged = signHead(fakeIdentity(other.origin), log, head);
        await sublevels.segments.put(placeKey(log, 19), encodeSegment({ from, records, head: forged }).value);
      },
      problem: /the head at 22 is not signed/,
    },
    {
      id: 'a head is cut',
      change: ({ segments }) => segments.put(placeKey(log, 22), Buffer.alloc(10)),
      problem: /cut/,
    },
    {
      id: 'a record is cut',
      change: async ({ segments }) => {
        const row = (await segments.get(placeKey(log, 22))) ?? Buffer.alloc(0);
        await segments.put(placeKey(log, 22), row.subarray(0, row.length - 1));
      },
      problem: /record 24 is cut/,
    },
    {
      id: 'a log is no log',
      change: ({ segments }) => segments.put(placeKey(other, 3), Buffer.from('x')),
      where: () => logKey(other),
      problem: /cut/,
    },
  ];
  for (const { id, change, where = () => logKey(log), problem } of cases) {
    test(`finds that ${id}`, async () => {
      const { problems } = await tampered(change);
      assert.equal(problems.length, 1);
      assert.equal(problems[0]?.log, where());
      assert.match(problems[0]?.problem ?? '', problem);
    });
  }

  test('finds a projection that has not seen everything', async () => {
    const report = await tampered(async (sublevels) => {
      const positions = sublevels.table('positions');
      const [[key, row] = ['', {}]] = await positions.iterator().all();
      await positions.put(key, { ...(row as object), facts: 5 });
    });
    assert.deepEqual([report.problems, report.behind], [[], [logKey(log)]]);
  });

  test('finds a row that cannot be read', async () => {
    const { problems } = await tampered((sublevels) =>
      sublevels.table('cards').put('x', Buffer.from('{'), { valueEncoding: 'buffer' }),
    );
    assert.deepEqual(
      problems.map(({ log: where }) => where),
      ['cards'],
    );
  });

  test('a store that is being written is seen as it was at the call', async () => {
    const { store, replica } = await startReplica(await copyOf(sound));
    const writing = Promise.all(Array.from({ length: 2_000 }, (_, i) => replica.append(eventRecord(1_000 + i))));
    const reports = [await store.check(isSigned), await store.check(isSigned)];
    await writing;
    assert.deepEqual(
      reports.map(({ problems, behind }) => [problems, behind]),
      [
        [[], []],
        [[], []],
      ],
    );
    await store.close();
  });
});

describe('store / a flipped bit', () => {
  // Near the end LevelDB takes it for a write that was cut short: the log is whole and shorter, which only peers can tell.
  for (const share of [0.02, 0.2, 0.4, 0.6, 0.8]) {
    test(`in the write-ahead file is noticed: at ${Math.round(share * 100)} %`, async () => {
      const dir = await copyOf(sound);
      await flipByte(dir, '.log', share);
      assert.ok(await isNoticed(dir));
    });
  }

  // The logs lie behind most projections. A projection has no checksum that is read: a rebuild makes it anew.
  // Between the rows lie checksums and numbers of LevelDB's own: a bit there changes nothing that anybody reads.
  for (const share of [0.58, 0.65, 0.75, 0.85, 0.9]) {
    test(`in a table file is noticed: at ${Math.round(share * 100)} %`, async () => {
      const dir = await copyOf(sound);
      const db: Database = new Level<string, Buffer>(dir, { valueEncoding: 'buffer' });
      await db.open();
      await compact(db);
      await db.close();
      await flipByte(dir, '.ldb', share);
      assert.ok(await isNoticed(dir));
    });
  }
});
