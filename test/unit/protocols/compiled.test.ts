import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { LogFrameSchema } from '../../../protocols/log-sync.ts';
import { PresenceSchema } from '../../../protocols/presence.ts';
import { type MeshRecord, parseRecord, RecordSchema, type RecordType } from '../../../protocols/record.ts';
import { ROWS } from '../../../roles/replica/rows.ts';
import * as agent from '../../fakes/agent-records.ts';
import { peerNamed } from '../../fakes/cards.ts';
import * as records from '../../fakes/records.ts';

const RECORDS: { readonly [T in RecordType]: Extract<MeshRecord, { type: T }> } = {
  card: records.cardRecord('agg-us'),
  event: records.eventRecord(1),
  distribution: records.distributionRecord(1, [peerNamed('gen-us')]),
  accepted: records.acceptedRecord(1, { attempt: 1 }),
  started: records.startedRecord(1),
  done: records.doneRecord(1),
  failed: records.failedRecord(1),
  'handed-back': records.handedBackRecord(1),
  superseded: records.supersededRecord(1),
  dead: records.deadRecord(1, { round: 2 }),
  retried: records.retriedRecord(1),
  dropped: records.droppedRecord(1),
  intended: records.intendedRecord(1),
  effect: records.effectRecord(1),
  session: records.sessionRecord(1),
  'run-requested': records.runRequestedRecord(1),
  'run-admitted': records.runAdmittedRecord(1),
  'run-ended': records.runEndedRecord(1),
  settled: records.settledRecord(1),
  'general-status': records.statusRecord('security-general'),
  usage: agent.usageRecord(1),
  action: agent.actionRecord(1),
  conversation: agent.conversationRecord(1),
  'code-generation': agent.codeGenerationRecord(1),
  'approval-asked': agent.approvalAskedRecord(1),
  approval: agent.approvalRecord(1),
  'session-order': agent.sessionOrderRecord(1),
};

const WRONG: readonly unknown[] = [null, -1, 0.5, 'no such thing', '', true, [], {}, undefined];

/** The value with one thing in it changed, left out, or added, at every place there is. */
function* variantsOf(value: unknown): Generator<unknown> {
  yield* WRONG;
  if (Array.isArray(value)) {
    yield [...value, 'one more'];
    for (const [i, each] of value.entries()) for (const other of variantsOf(each)) yield value.with(i, other);
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, unknown: 1 };
    for (const [key, each] of Object.entries(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
      for (const other of variantsOf(each)) yield { ...value, [key]: other };
    }
  }
}

for (const [type, record] of Object.entries(RECORDS)) {
  test(`compiled / ${type} / takes, refuses and makes what the schema does`, () => {
    assert.ok(parseRecord(record).success);
    for (const value of variantsOf(record)) {
      const [ours, theirs] = [parseRecord(value), RecordSchema.safeParse(value)];
      assert.equal(ours.success, theirs.success, JSON.stringify(value));
      assert.equal(JSON.stringify(ours.data), JSON.stringify(theirs.data));
    }
  });
}

const COMPILED: Readonly<Record<string, z.ZodType>> = {
  records: RecordSchema,
  presence: PresenceSchema,
  'frames of logs': LogFrameSchema,
  ...ROWS,
};
for (const [name, schema] of Object.entries(COMPILED)) {
  test(`compiled / ${name} / can be`, () => {
    assert.notEqual(z.compile(schema, { strict: true }), schema);
  });
}
