import assert from 'node:assert/strict';
import { openStore, type Store } from '../../daemon/store/level.ts';
import { headBytes, type SignedHead } from '../../protocols/record.ts';
import { PROJECTIONS } from '../../roles/replica/projections.ts';
import { Replica } from '../../roles/replica/replica.ts';
import { getRow } from '../../roles/replica/rows.ts';
import { cardOf, peerNamed } from '../fakes/cards.ts';
import { fakeIdentity } from '../fakes/fake-identity.ts';
import { countingMeter, manualRuntime } from '../fakes/manual-runtime.ts';
import { eventId } from '../fakes/records.ts';
import { silentLogger } from '../fakes/runtime-lite.ts';

/** The node that `store-child.ts` is, so that what the child signed can be checked here. */
const identity = fakeIdentity(peerNamed('child'));
const isSigned = (head: SignedHead) => identity.verify(head.origin, headBytes(head), head.signature);

export const openQuietly = (dir: string): Promise<Store> => openStore({ dir }, { runtime: { log: silentLogger } });

export async function startReplica({ disk, tables }: Store): Promise<Replica> {
  const parts = { disk, tables, identity, runtime: manualRuntime(), projections: PROJECTIONS, meter: countingMeter() };
  const replica = new Replica({ card: cardOf('child') }, parts);
  await replica.start();
  return replica;
}

/** Opens the store as the next boot would: everything acknowledged is there, and everything that is there is whole. */
export async function assertHolds(dir: string, acknowledged: readonly number[]): Promise<void> {
  const store = await openQuietly(dir);
  try {
    const replica = await startReplica(store);
    const report = await store.check(isSigned);
    assert.deepEqual([report.problems, report.behind], [[], []]);
    assert.equal(report.records, replica.stats().records);
    for (const number of acknowledged) {
      const row = getRow(store.tables, 'ids', eventId(number));
      assert.ok(row, `event ${number} is missing`);
      const read = await replica.read(row);
      assert.ok(read?.ok && read.record.type === 'event' && read.record.event.id === eventId(number));
    }
  } finally {
    await store.close();
  }
}
