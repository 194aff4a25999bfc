import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { logKey, slotOf } from '../../../../protocols/ids.ts';
import { decodeRecord, encodeRecord, type MeshRecord } from '../../../../protocols/record.ts';
import { newestFirst, PROJECTION_TABLES, type TableName, tableKey } from '../../../../roles/ports/tables.ts';
import { isListed } from '../../../../roles/replica/project-ends.ts';
import { COUNTERS, macId } from '../../../../roles/replica/project-events.ts';
import { PROJECTIONS } from '../../../../roles/replica/projections.ts';
import { getRow, ROWS, rangeRows } from '../../../../roles/replica/rows.ts';
import {
  actionRecord,
  approvalAskedRecord,
  approvalRecord,
  codeGenerationRecord,
  conversationRecord,
  sessionOrderRecord,
  usageRecord,
} from '../../../fakes/agent-records.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { seeded, shuffled } from '../../../fakes/manual-runtime.ts';
import { bothWays, dump, type Placed, place, projected, SELF } from '../../../fakes/projected.ts';
import {
  AT,
  acceptedRecord,
  cardRecord,
  deadRecord,
  distributionRecord,
  doneRecord,
  droppedRecord,
  effectRecord,
  eventId,
  eventRecord,
  failedRecord,
  handedBackRecord,
  intendedRecord,
  retriedRecord,
  runAdmittedRecord,
  runEndedRecord,
  runRequestedRecord,
  SLOT,
  sessionRecord,
  settledRecord,
  statusRecord,
  supersededRecord,
} from '../../../fakes/records.ts';

const [A, B] = [peerNamed('a'), peerNamed('b')];

describe('replica / projections', () => {
  test('every table of the port has one owner', () => {
    const owned = PROJECTIONS.flatMap(({ tables }) => tables);
    assert.deepEqual([...owned].sort(), Object.values(PROJECTION_TABLES).sort());
    assert.equal(new Set(PROJECTIONS.map(({ name }) => name)).size, PROJECTIONS.length);
  });

  test('an event is known by its id and by its mac, is open, listed and counted', async () => {
    const disk = await bothWays([place(A, epochNumber(1), 3, eventRecord(1, { mac: 'm1' }))]);
    const position = { origin: A, epoch: epochNumber(1), seq: 3 };
    assert.deepEqual(getRow(disk, 'ids', eventId(1)), { ...position, at: AT + 1, kind: 'pr_created' });
    assert.deepEqual(getRow(disk, 'ids', macId('m1')), { ...position, at: AT + 1, kind: 'pr_created' });
    assert.deepEqual(disk.rows('open'), [[eventId(1), position]]);
    assert.deepEqual(
      disk.rows('facts').map(([key]) => key),
      [tableKey(eventId(1), 'event', '', A, epochNumber(1), '0000000000000003')],
    );
    const [[key, line] = []] = await rangeRows(disk, 'events');
    assert.equal(key, tableKey(newestFirst(AT + 1), eventId(1)));
    assert.deepEqual(line, {
      eventId: eventId(1),
      at: AT + 1,
      kind: 'pr_created',
      type: 'com.github.pull_request.opened',
      subject: 'acme/app#7',
      repository: 'acme/app',
      actor: 'octocat',
      by: A,
      mac: 'm1',
    });
    assert.equal(getRow(disk, 'counters', COUNTERS.events), 1);
    assert.equal(getRow(disk, 'counters', COUNTERS.kind('pr_created')), 1);
  });

  test('a run is open from its request to its end, whatever is heard of first', async () => {
    const key = tableKey(eventId(1), SLOT);
    const asked = place(A, epochNumber(1), 0, runRequestedRecord(1));
    const again = place(B, epochNumber(1), 0, runRequestedRecord(1, { at: AT + 9, branches: ['other'] }));
    const admitted = place(B, epochNumber(1), 1, runAdmittedRecord(1, { at: AT + 5 }));
    const ended = place(A, epochNumber(1), 1, runEndedRecord(1, { at: AT + 7, outcome: 'failed' }));
    const open = await bothWays([asked, again, admitted]);
    assert.deepEqual(open.rows('openRuns'), [[key, true]]);
    const row = getRow(open, 'runs', key);
    assert.deepEqual([row?.requested?.branches, row?.requested?.at], [['main'], AT + 1], 'the older request counts');
    assert.equal(row?.admitted?.at, AT + 5);
    const over = await bothWays([asked, again, admitted, ended]);
    assert.deepEqual(over.rows('openRuns'), []);
    assert.equal(getRow(over, 'runs', key)?.ended?.outcome, 'failed');
    const unasked = await bothWays([admitted]);
    assert.deepEqual(unasked.rows('openRuns'), []);
    const anew = place(A, epochNumber(1), 2, runRequestedRecord(1, { at: AT + 8, attempt: 2, branches: ['next'] }));
    const second = await bothWays([asked, admitted, ended, anew]);
    assert.deepEqual(second.rows('openRuns'), [[key, true]]);
    const next = getRow(second, 'runs', key);
    assert.deepEqual(
      [next?.attempt, next?.requested?.branches, next?.admitted, next?.ended],
      [2, ['next'], undefined, undefined],
    );
  });

  test('an event in two logs is one event, and the lowest position counts', async () => {
    const disk = await bothWays([
      place(B, epochNumber(1), 0, eventRecord(1, { at: AT + 9, mac: 'm' }, { kind: 'pr_updated' })),
      place(A, epochNumber(2), 4, eventRecord(1, { at: AT + 5, mac: 'm' })),
      place(A, epochNumber(2), 7, eventRecord(1, { at: AT + 7, mac: 'm' })),
    ]);
    const lowest = { origin: A, epoch: epochNumber(2), seq: 4 };
    assert.deepEqual(getRow(disk, 'open', eventId(1)), lowest);
    assert.equal(getRow(disk, 'ids', macId('m'))?.seq, 4);
    assert.deepEqual(
      (await rangeRows(disk, 'events')).map(([, { at, by }]) => [at, by]),
      [[AT + 5, A]],
    );
    assert.deepEqual(disk.rows('counters'), [
      ['events', 1],
      ['kind:pr_created', 1],
      ['records:event', 3],
    ]);
  });

  test('a settled event is not open, whichever record came first; the lowest settled record tells the outcome', async () => {
    const disk = await bothWays([
      place(A, epochNumber(1), 1, eventRecord(1)),
      place(B, epochNumber(1), 5, settledRecord(1, { outcome: 'partly' })),
      place(B, epochNumber(1), 9, settledRecord(1, { outcome: 'done' })),
    ]);
    assert.deepEqual(disk.rows('open'), []);
    assert.equal(getRow(disk, 'settled', eventId(1))?.outcome, 'partly');
  });

  const reopened: { id: string; records: MeshRecord[]; open: boolean; outcome?: string }[] = [
    { id: 'a retry opens it again', records: [settledRecord(1), retriedRecord(1)], open: true },
    {
      id: 'one that knows of the retry settles it',
      records: [
        settledRecord(1, { outcome: 'dead' }),
        retriedRecord(1),
        settledRecord(1, { outcome: 'done', retries: 1 }),
      ],
      open: false,
      outcome: 'done',
    },
    {
      id: 'a second retry opens it once more',
      records: [retriedRecord(1), settledRecord(1, { retries: 1 }), retriedRecord(1, { round: 2 })],
      open: true,
    },
    {
      id: 'the same retry of two operators is one',
      records: [retriedRecord(1), retriedRecord(1), settledRecord(1, { retries: 1 })],
      open: false,
      outcome: 'done',
    },
  ];
  for (const { id, records, open, outcome } of reopened) {
    test(`an event that an operator has tried anew: ${id}`, async () => {
      const position = { origin: SELF, epoch: epochNumber(1), seq: 0 };
      const origins = [A, B, peerNamed('c')];
      const disk = await bothWays([
        place(position.origin, position.epoch, position.seq, eventRecord(1)),
        ...records.map((record, i) => place(origins[i] ?? A, epochNumber(1), 5, record)),
      ]);
      assert.deepEqual(disk.rows('open'), open ? [[eventId(1), position]] : []);
      assert.equal(getRow(disk, 'settled', eventId(1))?.outcome, outcome);
    });
  }

  const letters: { id: string; records: MeshRecord[]; listed: boolean }[] = [
    { id: 'given up', records: [deadRecord(1)], listed: true },
    { id: 'dropped', records: [deadRecord(1), droppedRecord(1)], listed: false },
    { id: 'tried anew', records: [deadRecord(1), retriedRecord(1)], listed: false },
    { id: 'given up again', records: [retriedRecord(1), deadRecord(1), deadRecord(1, { round: 1 })], listed: true },
    {
      id: 'dropped once and given up again',
      records: [droppedRecord(1), retriedRecord(1), deadRecord(1, { round: 1 })],
      listed: true,
    },
    { id: 'never given up', records: [retriedRecord(1)], listed: false },
  ];
  for (const { id, records, listed } of letters) {
    test(`dead letters: ${id}`, async () => {
      const disk = await bothWays(records.map((record, i) => place([A, B, SELF][i] ?? A, epochNumber(1), i, record)));
      const row = getRow(disk, 'dead', tableKey(eventId(1), SLOT));
      assert.equal(row && isListed(row), listed);
    });
  }

  test('every decision is listed, newest first, and the highest number of a subject is kept', async () => {
    const disk = await bothWays([
      place(A, epochNumber(1), 1, distributionRecord(1, [B], { number: 4 })),
      place(B, epochNumber(1), 1, distributionRecord(1, [A], { at: AT + 8, revision: 1, number: 4 })),
      place(
        A,
        epochNumber(1),
        2,
        distributionRecord(2, [], { number: 3, waiting: [{ general: 'x', cluster: 'dev', reason: 'away' }] }),
      ),
    ]);
    const rows = await rangeRows(disk, 'distributions');
    assert.deepEqual(
      rows.map(([, { at, revision, by }]) => [at - AT, revision, by]),
      [
        [8, 1, B],
        [2, 0, A],
        [1, 0, A],
      ],
    );
    assert.deepEqual(
      rows.map(([, { slots, waiting }]) => [slots, waiting]),
      [
        [[SLOT], []],
        [[SLOT], ['x@dev']],
        [[SLOT], []],
      ],
    );
    assert.equal(getRow(disk, 'subjects', 'acme/app#7'), 4);
  });

  const inbox: { id: string; records: Placed[]; held: number[] }[] = [
    { id: 'accepted', records: [place(SELF, epochNumber(1), 1, acceptedRecord(1))], held: [1] },
    {
      id: 'done later in the same boot',
      records: [place(SELF, epochNumber(1), 1, acceptedRecord(1)), place(SELF, epochNumber(1), 2, doneRecord(1))],
      held: [],
    },
    {
      id: 'done in a later boot',
      records: [place(SELF, epochNumber(1), 9, acceptedRecord(1)), place(SELF, epochNumber(2), 2, doneRecord(1))],
      held: [],
    },
    {
      id: 'failed, then accepted again',
      records: [
        place(SELF, epochNumber(1), 1, acceptedRecord(1)),
        place(SELF, epochNumber(1), 2, failedRecord(1)),
        place(SELF, epochNumber(2), 1, acceptedRecord(1)),
      ],
      held: [1],
    },
    {
      id: 'accepted twice, ended once afterwards',
      records: [
        place(SELF, epochNumber(1), 1, acceptedRecord(1)),
        place(SELF, epochNumber(2), 1, acceptedRecord(1)),
        place(SELF, epochNumber(3), 1, doneRecord(1)),
      ],
      held: [],
    },
    {
      id: 'accepted, and done by somebody else',
      records: [place(SELF, epochNumber(1), 1, acceptedRecord(1)), place(B, epochNumber(9), 1, doneRecord(1))],
      held: [1],
    },
    {
      id: 'accepted and handed back',
      records: [place(SELF, epochNumber(1), 1, acceptedRecord(1)), place(SELF, epochNumber(1), 2, handedBackRecord(1))],
      held: [],
    },
    {
      id: 'accepted and made needless, by this node or by its owner',
      records: [
        place(SELF, epochNumber(1), 1, acceptedRecord(1)),
        place(SELF, epochNumber(1), 2, supersededRecord(1)),
        place(SELF, epochNumber(1), 3, acceptedRecord(2)),
        place(B, epochNumber(1), 2, supersededRecord(2)),
      ],
      held: [2],
    },
    { id: 'accepted by somebody else', records: [place(B, epochNumber(1), 1, acceptedRecord(1))], held: [] },
    {
      id: 'two tasks, one done',
      records: [
        place(SELF, epochNumber(1), 1, acceptedRecord(1)),
        place(SELF, epochNumber(1), 2, acceptedRecord(2)),
        place(SELF, epochNumber(1), 3, doneRecord(1)),
      ],
      held: [2],
    },
  ];
  for (const { id, records, held } of inbox) {
    test(`the inbox holds what this node accepted and has not ended: ${id}`, async () => {
      const disk = await bothWays(records);
      assert.deepEqual(
        (await rangeRows(disk, 'inbox')).map(([, row]) => row.eventId),
        held.map(eventId),
      );
    });
  }

  test('the newest status of a general counts, and of two at the same time the same one everywhere', async () => {
    const disk = await bothWays([
      place(B, epochNumber(1), 1, statusRecord('x', { status: 'inactive', at: AT + 5 })),
      place(A, epochNumber(1), 1, statusRecord('x', { status: 'active', at: AT + 6 })),
      place(A, epochNumber(1), 2, statusRecord('y', { status: 'inactive' })),
      place(B, epochNumber(1), 2, statusRecord('y', { status: 'busy' })),
    ]);
    assert.equal(getRow(disk, 'generals', tableKey('prod-us', 'x'))?.status, 'active');
    assert.equal(getRow(disk, 'generals', tableKey('prod-us', 'y'))?.status, 'busy');
  });

  test('the newest card of a node counts, and nobody speaks for another', async () => {
    const renamed = cardRecord('a', { at: AT - 500, card: { ...cardRecord('a').card, version: '2' } });
    const disk = await bothWays([
      place(A, epochNumber(1), 0, cardRecord('a', { at: AT + 500 })),
      place(A, epochNumber(2), 0, renamed),
      place(B, epochNumber(3), 0, cardRecord('a')),
    ]);
    assert.deepEqual(
      (await rangeRows(disk, 'cards')).map(([key, { card }]) => [key, card.version]),
      [[A, '2']],
    );
  });

  test('what cannot be read is counted and shown and touches nothing else', async () => {
    const position = { origin: A, epoch: epochNumber(1), seq: 6 };
    const disk = await bothWays([{ position, decoded: { ok: false, problem: 'it is from the future' } }]);
    assert.deepEqual(disk.rows('unreadable'), [
      [tableKey(A, epochNumber(1), '0000000000000006'), { problem: 'it is from the future' }],
    ]);
    assert.deepEqual(disk.rows('counters'), [[COUNTERS.unreadable, 1]]);
    assert.deepEqual(disk.rows('facts'), []);
  });
});

describe('replica / projections / order', () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    test(`give the same tables whatever order logs arrive in: seed ${seed}`, async () => {
      const random = seeded(seed);
      const logs = randomLogs(random);
      const expected = dump(await projected(logs.flat()));
      assert.ok(Object.values(PROJECTION_TABLES).every((table) => table in expected));
      for (let i = 0; i < 12; i++) {
        const disk = await projected(interleaved(logs, random), () => 1 + Math.floor(random() * 20));
        assert.deepEqual(dump(disk), expected, `interleaving ${i}`);
      }
    });
  }

  test('the generated logs fill every table, and every row has the shape of its table', async () => {
    const empty = new Set<TableName>(Object.values(PROJECTION_TABLES));
    for (let seed = 1; seed <= 20; seed++) {
      const disk = await projected(randomLogs(seeded(seed), 40).flat());
      for (const table of Object.values(PROJECTION_TABLES)) {
        for (const [key, value] of disk.rows(table)) {
          assert.ok(isRow(table, value), `${table} ${key} ${JSON.stringify(value)}`);
          empty.delete(table);
        }
      }
    }
    assert.deepEqual([...empty], []);
  });
});

function isRow(table: TableName, value: unknown): boolean {
  return ROWS[table].safeParse(value).success;
}

/** Logs of four nodes over three boots about a handful of events: everybody says anything, and many say the same. */
function randomLogs(random: () => number, length = 25): Placed[][] {
  const origins = [SELF, A, B, peerNamed('c')];
  return origins.flatMap((origin) =>
    [1, 2, 3].map((boot) =>
      Array.from({ length: Math.floor(random() * length) }, (_, seq): Placed => {
        const position = { origin, epoch: epochNumber(boot), seq };
        if (random() < 0.03) return { position, decoded: { ok: false, problem: 'unreadable' } };
        return { position, decoded: decodeRecord(encodeRecord(randomRecord(random))) };
      }),
    ),
  );
}

function randomRecord(random: () => number): MeshRecord {
  const below = (limit: number) => Math.floor(random() * limit);
  const number = below(5);
  const fields = { at: AT + below(4) };
  // Copies of one event may tell different times.
  const since = () => ({
    target: { repository: 'acme/app', number: 7, since: `2026-01-0${1 + below(2)}T00:00:00.000Z` },
  });
  const makers: (() => MeshRecord)[] = [
    () =>
      eventRecord(
        number,
        { ...fields, mac: `mac-${below(3)}` },
        { kind: random() < 0.5 ? 'pr_created' : 'pr_updated' },
      ),
    () => eventRecord(number, fields),
    () => distributionRecord(number, [A], { ...fields, number: below(9), subject: `s${below(2)}` }),
    () => distributionRecord(number, [A], { ...fields, development: { textHash: `text ${below(2)}` } }),
    () => acceptedRecord(number, fields),
    () => doneRecord(number, fields),
    () => failedRecord(number, fields),
    () => intendedRecord(number, { ...fields, ...since() }),
    () => sessionRecord(number, { ...fields, attempt: 1 + below(2), turn: below(3), resumed: below(2) }),
    () => sessionRecord(number, { ...fields, attempt: 1, endedAt: AT }),
    () => effectRecord(number, { ...fields, ...since(), ref: { id: String(below(3)) } }),
    () => runRequestedRecord(number, { ...fields, attempt: 1 + below(3), branches: [`b${below(3)}`] }),
    () => runAdmittedRecord(number, { ...fields, attempt: 1 + below(3) }),
    () => runEndedRecord(number, { ...fields, attempt: 1 + below(3), outcome: random() < 0.5 ? 'done' : 'failed' }),
    // One event is never settled.
    () => settledRecord(below(4), { ...fields, outcome: random() < 0.5 ? 'done' : 'dead', retries: below(4) }),
    () => handedBackRecord(number, fields),
    () => supersededRecord(number, fields),
    () => deadRecord(number, { ...fields, round: below(3) }),
    () => retriedRecord(number, { ...fields, round: 1 + below(2), slot: random() < 0.5 ? SLOT : slotOf('x-general') }),
    () => droppedRecord(number, { ...fields, round: below(3) }),
    () =>
      statusRecord(`g${below(2)}`, {
        ...fields,
        status: (['active', 'inactive', 'busy'] as const)[below(3)] ?? 'busy',
      }),
    () =>
      conversationRecord(number, {
        ...fields,
        conversationId: `acme/app#${below(2)}`,
        status: (['analyzing', 'ready_for_dev', 'completed'] as const)[below(3)] ?? 'analyzing',
        createdAt: AT + below(2),
      }),
    () => actionRecord(number, { ...fields, actionId: `act-${below(3)}`, payload: { was: below(3) } }),
    () =>
      codeGenerationRecord(number, {
        ...fields,
        generationId: `gen-${below(2)}`,
        status: random() < 0.5 ? 'generated' : 'merged',
      }),
    () =>
      usageRecord(number, {
        ...fields,
        repository: ['acme/app', ''][below(2)] ?? '',
        modelClass: random() < 0.5 ? 'small' : 'large',
        costNanoUsd: below(1_000),
      }),
    () => approvalAskedRecord(number, { ...fields, what: `thing ${below(2)}` }),
    () => approvalRecord(number, { ...fields, verdict: random() < 0.5 ? 'approved' : 'denied' }),
    () =>
      sessionOrderRecord(number, {
        ...fields,
        order: (['pause', 'resume', 'cancel', 'steer'] as const)[below(4)] ?? 'pause',
        text: `say ${below(2)}`,
      }),
    () => cardRecord('a', fields),
    () => cardRecord('b', fields),
  ];
  return (makers[below(makers.length)] as () => MeshRecord)();
}

/** Each log in its own order, the logs mixed at random. */
function interleaved(logs: readonly (readonly Placed[])[], random: () => number): Placed[] {
  const next = new Map(logs.map((log) => [log[0] && logKey(log[0].position), 0]));
  const turns = shuffled(
    logs.flatMap((log) => log.map(() => log)),
    random,
  );
  return turns.map((log) => {
    const key = log[0] && logKey(log[0].position);
    const at = next.get(key) ?? 0;
    next.set(key, at + 1);
    return log[at] as Placed;
  });
}
