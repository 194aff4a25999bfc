import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { LIMITS } from '../../../protocols/names.ts';
import { chainHash } from '../../../protocols/record.ts';

const previous = Buffer.alloc(32, 0xfe);

const CHAINS: Readonly<Record<string, readonly number[]>> = {
  'of no record': [],
  'of an empty record': [0],
  'of several records': [1, 1_000, 31, 32, 33],
  'of a longest record between short ones': [5, LIMITS.recordBytes, 5],
  'of a record that is longer than any may be': [5, LIMITS.recordBytes + 1, 5],
};

for (const [chain, sizes] of Object.entries(CHAINS)) {
  test(`record / chain / ${chain} is sha256 of the hash before and the record, one after the other`, () => {
    const records = sizes.map((size, index) => Buffer.alloc(size, 0xf0 + index));
    const link = (hash: Buffer, record: Buffer) => createHash('sha256').update(hash).update(record).digest();
    assert.deepEqual(Buffer.from(chainHash(previous, records)), records.reduce(link, previous));
  });
}
