import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotOf } from '../../../../protocols/ids.ts';
import { WaitingRoom } from '../../../../roles/orchestrator/waiting-room.ts';

const TRIAGE = slotOf('triage-general');
const DEV = slotOf('triage-general', 'dev');

test('orchestrator / waiting room / the urgent first, then who came first, each slot for itself', () => {
  const room = new WaitingRoom();
  room.add(TRIAGE, 'normal', 'a');
  room.add(TRIAGE, 'critical', 'b');
  room.add(TRIAGE, 'normal', 'c');
  room.add(DEV, 'blocker', 'd');
  assert.deepEqual([...room.waitingFor(TRIAGE)], ['b', 'a', 'c']);
  assert.deepEqual([...room.waitingFor(DEV)], ['d']);
});

test('orchestrator / waiting room / who left is not in it, and an empty slot is not listed', () => {
  const room = new WaitingRoom();
  room.add(TRIAGE, 'normal', 'a');
  room.add(DEV, 'normal', 'b');
  room.remove(TRIAGE, 'normal', 'a');
  assert.deepEqual(room.slots(), [DEV]);
  assert.deepEqual([...room.waitingFor(TRIAGE)], []);
});
