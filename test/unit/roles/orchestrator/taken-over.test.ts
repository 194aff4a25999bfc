import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventIdOf } from '../../../../protocols/ids.ts';
import { OpenEvents } from '../../../../roles/orchestrator/open-events.ts';
import { TakenOver } from '../../../../roles/orchestrator/taken-over.ts';
import { MemoryJournal } from '../../../fakes/journal.ts';

function eventsAbout(...subjects: readonly string[]) {
  const journal = new MemoryJournal({ held: false });
  const events = new OpenEvents({ journal, tables: journal.tables });
  return subjects.map((subject, i) => Object.assign(events.open(eventIdOf('github', String(i)), true), { subject }));
}

test('orchestrator / taken over / a subject is known once the last of its events was looked at', () => {
  const taken = new TakenOver();
  const [first, second, other] = eventsAbout('acme/app#1', 'acme/app#1', 'acme/app#2');
  assert.ok(first && second && other);
  for (const event of [first, second, other]) taken.add(event);
  assert.deepEqual([taken.delete(first), taken.has('acme/app#1')], [false, true]);
  assert.deepEqual([taken.delete(first), taken.has('acme/app#1')], [false, true]);
  assert.deepEqual([taken.delete(second), taken.has('acme/app#1')], [true, false]);
  assert.ok(taken.has('acme/app#2'));
});

test('orchestrator / taken over / what was not there then changes nothing', () => {
  const [event] = eventsAbout('acme/app#1');
  assert.ok(event);
  assert.equal(new TakenOver().delete(event), false);
});
