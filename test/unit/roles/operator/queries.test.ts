import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerId } from '../../../../protocols/ids.ts';
import type { EventLine, EventsQuery } from '../../../../protocols/operator.ts';
import type { MeshRecord } from '../../../../protocols/record.ts';
import type { OfferNote } from '../../../../roles/operator/explain-view.ts';
import { Queries } from '../../../../roles/operator/queries.ts';
import { peerNamed } from '../../../fakes/cards.ts';
import { settled } from '../../../fakes/manual-runtime.ts';
import { memberOf } from '../../../fakes/members.ts';
import {
  AT,
  acceptedRecord,
  distributionRecord,
  doneRecord,
  eventId,
  eventRecord,
  SLOT,
  settledRecord,
  startedRecord,
  statusRecord,
} from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

const NODE = peerNamed('node');
const AWAY = peerNamed('away');
const MEMBERS = [memberOf('node', { offers: ['security-general'] }), memberOf('boss')];

/** A node whose log holds these records, and what can be asked of it. */
async function asked(records: readonly MeshRecord[], orchestrator?: { offers: readonly OfferNote[]; owner: PeerId }) {
  const { replica, disk, runtime } = await startedNode('node');
  const parts = { journal: replica, tables: disk, runtime, roster: { members: () => MEMBERS, onChange: () => {} } };
  const deciding = orchestrator && {
    orchestrator: { offersOf: () => orchestrator.offers, ownerOf: () => orchestrator.owner },
  };
  const queries = new Queries({ self: NODE }, { ...parts, ...deciding });
  await Promise.all(records.map((record) => replica.append(record)));
  return { queries, replica };
}

const numbers = (lines: readonly EventLine[]) => lines.map((line) => Number(line.eventId.split('-').at(-1)));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** 1 is done, 2 runs, 3 is offered to somebody, 4 and 5 were only received; 3 and 4 lie in another repository, 5 is an issue. */
const FIVE: readonly MeshRecord[] = [
  eventRecord(1),
  distributionRecord(1, [NODE]),
  acceptedRecord(1),
  startedRecord(1),
  doneRecord(1),
  settledRecord(1),
  eventRecord(2),
  distributionRecord(2, [NODE]),
  startedRecord(2),
  eventRecord(3, {}, { repository: 'acme/web' }),
  distributionRecord(3, [NODE]),
  eventRecord(4, {}, { repository: 'acme/web' }),
  eventRecord(5, {}, { kind: 'issue_opened' }),
];

const filters: readonly { readonly id: string; readonly filter: Partial<EventsQuery>; readonly gives: number[] }[] = [
  { id: 'nothing', filter: {}, gives: [5, 4, 3, 2, 1] },
  { id: 'a limit', filter: { limit: 2 }, gives: [5, 4] },
  { id: 'a kind', filter: { kind: 'issue_opened' }, gives: [5] },
  { id: 'a repository', filter: { repository: 'acme/web' }, gives: [4, 3] },
  { id: 'a state that is settled', filter: { state: 'done' }, gives: [1] },
  { id: 'a state on the way', filter: { state: 'running' }, gives: [2] },
  { id: 'several', filter: { kind: 'pr_created', repository: 'acme/app', state: 'done' }, gives: [1] },
  { id: 'a limit after the filter', filter: { limit: 1, repository: 'acme/web' }, gives: [4] },
  { id: 'a state nobody is in', filter: { state: 'dead' }, gives: [] },
];
for (const { id, filter, gives } of filters) {
  test(`operator / events / asked for ${id}, the newest that fit come first`, async () => {
    const { queries } = await asked(FIVE);
    assert.deepEqual(numbers(await queries.events({ limit: 50, ...filter })), gives);
  });
}

test('operator / events / what fits is found behind pages of what does not, and no event comes twice', async () => {
  // More than two pages of 200 rows; the three that fit are the oldest.
  const records = upTo(450).map((number) => eventRecord(number, {}, number < 3 ? { repository: 'acme/web' } : {}));
  const { queries } = await asked(records);
  assert.deepEqual(numbers(await queries.events({ limit: 50, repository: 'acme/web' })), [2, 1, 0]);
  assert.deepEqual(numbers(await queries.events({ limit: 2, repository: 'acme/web' })), [2, 1]);
  assert.deepEqual(numbers(await queries.events({ limit: 1_000 })), upTo(450).reverse());
  assert.deepEqual(numbers(await queries.events({ limit: 200 })), upTo(450).reverse().slice(0, 200));
});

test('operator / explain / the whole id will do, and the end of one that only one event has', async () => {
  const { queries } = await asked([eventRecord(7), eventRecord(17), eventRecord(18)]);
  const found = async (id: string) => (await queries.explain(id))?.eventId;
  assert.equal(await found(eventId(7)), eventId(7));
  assert.equal(await found('8'), eventId(18));
  assert.equal(await found('event-7'), eventId(7));
  assert.equal(await found('7'), undefined, 'two events end so');
  assert.equal(await found('github:event'), undefined, 'the beginning of an id is no end');
  assert.equal(await found('9'), undefined);
});

test('operator / explain / names, offers and the owner come from who can tell', async () => {
  const offers = [{ slot: SLOT, to: AWAY, at: AT, answer: 'busy' }];
  const { queries } = await asked(FIVE, { offers, owner: peerNamed('boss') });
  const view = await queries.explain(eventId(1));
  assert.equal(view?.owner, peerNamed('boss'));
  assert.deepEqual(
    view?.tasks.flatMap((task) => task.offers.map(({ to, answer }) => [to, answer])),
    [[AWAY, 'busy']],
  );
  assert.equal(view?.names?.[NODE], 'node');
  assert.equal(view?.names?.[peerNamed('boss')], 'boss');
  const { queries: elsewhere } = await asked(FIVE);
  assert.equal((await elsewhere.explain(eventId(1)))?.owner, undefined, 'a node that does not decide does not know');
});

test('operator / explain / a decision whose event has not come explains nothing yet', async () => {
  const { queries } = await asked([distributionRecord(1, [NODE])]);
  assert.equal(await queries.explain(eventId(1)), undefined);
});

test('operator / tail / an event is told when it comes and when its state changes, until one stops listening', async () => {
  const { queries, replica } = await asked([eventRecord(1)]);
  const told: string[] = [];
  const end = queries.onEvent(({ eventId: id, state }) => told.push(`${id} ${state}`));
  const records = [eventRecord(2), distributionRecord(2, [NODE]), startedRecord(2), doneRecord(2), settledRecord(2)];
  for (const record of records) {
    await replica.append(record);
    await settled();
  }
  const states = ['received', 'offered', 'running', 'done'];
  assert.deepEqual(
    told,
    states.map((state) => `${eventId(2)} ${state}`),
  );
  end();
  await replica.append(eventRecord(3));
  await settled();
  assert.equal(told.length, states.length);
});

test('operator / distributions / newest first, with how many there are', async () => {
  const { queries } = await asked(FIVE);
  const { total, recent } = await queries.distributions(2);
  assert.equal(total, 3);
  assert.deepEqual(
    recent.map(({ event_id }) => event_id),
    [eventId(3), eventId(2)],
  );
  assert.equal((await queries.mindosStatus()).total_generals, 1);
});

test('operator / counts / distinct events, those that are open, and the one that came first', async () => {
  const { queries } = await asked([...FIVE, eventRecord(2)]);
  assert.deepEqual(await queries.eventCounts(), { total: 5, open: 4 });
  assert.deepEqual(await queries.oldestOpen(), { eventId: eventId(2), at: AT + 2 });
  const { queries: idle } = await asked([]);
  assert.deepEqual(await idle.eventCounts(), { total: 0, open: 0 });
  assert.equal(await idle.oldestOpen(), undefined);
});

test('operator / generals / one row for each cluster; what an operator said of it is in force', async () => {
  const { queries } = await asked([statusRecord('security-general')]);
  assert.deepEqual(
    queries.generals().map(({ cluster, name, status }) => [cluster, name, status]),
    [['prod-us', 'security-general', 'inactive']],
  );
  assert.equal(queries.general('prod-us', 'security-general')?.status, 'inactive');
  assert.equal(queries.general('elsewhere', 'security-general'), undefined);
});

test('operator / names / a node that nobody has told of is shown by its id', async () => {
  const { queries } = await asked([]);
  assert.equal(queries.nameOf(peerNamed('boss')), 'boss');
  assert.equal(queries.nameOf(AWAY), AWAY);
});
