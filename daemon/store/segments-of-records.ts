import { epochOf, peerIdOf } from '../../protocols/ids.ts';
import type { Migration } from './migration.ts';
import { encodeSegment } from './segment.ts';
import { type Database, openBytes, placeKey, readPlaceKey, SUBLEVELS } from './tables.ts';

/** Where layout 1 kept each record, and each head with the place behind it. */
const RECORDS = 'records';
const HEADS = 'heads';
const HASH_BYTES = 32;
/** Segments in one write. */
const AT_ONCE = 64;

/** Layout 2 keeps the records of a commit group and the head behind them in one row. */
export const SEGMENTS_OF_RECORDS: Migration = { from: 1, to: 2, run };

async function run(db: Database): Promise<void> {
  const segments = openBytes(db, SUBLEVELS.segments);
  let batch = db.batch();
  for await (const segment of segmentsOf(db)) {
    batch.put(segment.key, segment.value, { sublevel: segments });
    if (batch.length < AT_ONCE) continue;
    await batch.write();
    batch = db.batch();
  }
  // The version is written next, and synced: with it everything before.
  await batch.write({ sync: true });
}

/** Logs and places are in the same order in both tables, so that they are read side by side. */
async function* segmentsOf(db: Database): AsyncGenerator<{ readonly key: string; readonly value: Buffer }> {
  const records = openBytes(db, RECORDS);
  let [log, from] = ['', 0];
  for await (const [key, value] of openBytes(db, HEADS).iterator()) {
    const head = readPlaceKey(key);
    if (head.log !== log) [log, from] = [head.log, 0];
    const [origin = '', epoch = ''] = log.split('/');
    const id = { origin: peerIdOf(origin), epoch: epochOf(epoch) };
    const range = { gte: placeKey(id, from), lt: placeKey(id, head.place) };
    const bodies = await records.values(range).all();
    const signed = { hash: value.subarray(0, HASH_BYTES), signature: value.subarray(HASH_BYTES) };
    const batch = { from, records: bodies, head: { ...id, length: head.place, ...signed } };
    yield { key: placeKey(id, from), value: encodeSegment(batch).value };
    from = head.place;
  }
}
