import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventIdOf, slotOf } from '../../../../protocols/ids.ts';
import { OffersLog } from '../../../../roles/orchestrator/offers-log.ts';
import { peerNamed } from '../../../fakes/cards.ts';

const note = (at: number) => ({ slot: slotOf('triage-general'), to: peerNamed('a'), at, answer: 'busy' });

test('orchestrator / offers log / tells the offers of one event, oldest first', () => {
  const log = new OffersLog();
  for (let i = 0; i < 6; i++) log.add(eventIdOf('github', String(i % 2)), note(i));
  assert.deepEqual(
    log.of(eventIdOf('github', '1')).map(({ at }) => at),
    [1, 3, 5],
  );
});

test('orchestrator / offers log / keeps the latest 4096 and no more', () => {
  const log = new OffersLog();
  const id = eventIdOf('github', '1');
  for (let i = 0; i < 5_000; i++) log.add(id, note(i));
  const times = log.of(id).map(({ at }) => at);
  assert.equal(times.length, 4_096);
  assert.deepEqual([times[0], times.at(-1)], [904, 4_999]);
});
