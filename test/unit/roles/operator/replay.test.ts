import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeshEventSchema } from '../../../../protocols/event.ts';
import { replayOf } from '../../../../roles/operator/replay.ts';
import { pullRequestEvent } from '../../../fakes/events.ts';

const EVENT = { ...pullRequestEvent(), hops: 2 };

test('operator / replay / is the same happening under an id of its own, as far from a person as before', () => {
  const replay = MeshEventSchema.parse(replayOf(EVENT, { unique: '01X' }));
  const { id, causationid, ...rest } = replay;
  assert.deepEqual([id, causationid, rest.hops], ['replay:01X', EVENT.id, 2]);
  const { id: _, ...before } = EVENT;
  assert.deepEqual(rest, before);
});

test('operator / replay / of a replay follows from that one', () => {
  const first = replayOf(EVENT, { unique: '1' });
  const second = replayOf(first, { unique: '2' });
  assert.deepEqual([second.causationid, second.correlationid], [first.id, EVENT.correlationid]);
});

const CHOICES: readonly { id: string; asked?: object; to?: string; gives: object | undefined }[] = [
  { id: 'without a choice the routes decide', gives: undefined },
  { id: 'one general gets it alone', to: 'triage-general', gives: { generals: ['triage-general'] } },
  { id: 'what a caller chose then is kept', asked: { clusters: ['dev'] }, gives: { clusters: ['dev'] } },
  {
    id: 'one general is chosen instead of what a caller chose then',
    asked: { clusters: ['dev'], strategy: 'broadcast' },
    to: 'triage-general',
    gives: { generals: ['triage-general'] },
  },
];
for (const { id, asked, to, gives } of CHOICES) {
  test(`operator / replay / ${id}`, () => {
    const event = { ...EVENT, data: { ...EVENT.data, ...(asked && { asked }) } };
    assert.deepEqual(replayOf(event, { unique: '1', ...(to && { to }) }).data.asked, gives);
  });
}
