import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { sortable, tableKey } from '../../../../roles/ports/tables.ts';
import { getRow } from '../../../../roles/replica/rows.ts';
import {
  actionRecord,
  approvalAskedRecord,
  approvalRecord,
  codeGenerationRecord,
  conversationRecord,
  sessionOrderRecord,
} from '../../../fakes/agent-records.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { bothWays, type Placed, place } from '../../../fakes/projected.ts';
import { AT, eventId, SLOT } from '../../../fakes/records.ts';

const NODES = [peerNamed('a'), peerNamed('b'), peerNamed('c')];
const ISSUE = 'acme/app#7';
const HASH = 'a'.repeat(64);

/** One record in the log of each node. */
function apart(...records: MeshRecord[]): Placed[] {
  return records.map((record, i) => place(NODES[i] ?? peerNamed(`n${i}`), epochNumber(1), 3, record));
}

describe('replica / projections of agents', () => {
  test('a conversation has the fields of its source document, the newest word and its indexes', async () => {
    const asked = conversationRecord(1, {
      at: AT + 9,
      status: 'needs_clarification',
      analysis: { questions: ['Why?'] },
    });
    const disk = await bothWays(apart(conversationRecord(1), asked, asked, conversationRecord(2, { at: AT + 5 })));
    assert.deepEqual(disk.rows('conversations'), [
      [
        ISSUE,
        {
          id: ISSUE,
          issue_id: ISSUE,
          issue_number: 7,
          repo_full_name: 'acme/app',
          status: 'needs_clarification',
          analysis: { questions: ['Why?'] },
          created_at: AT,
          updated_at: AT + 9,
        },
      ],
    ]);
    assert.deepEqual(disk.rows('conversations_issue_id'), [[tableKey(ISSUE, ISSUE), true]]);
    assert.deepEqual(disk.rows('conversations_status'), [[tableKey('needs_clarification', ISSUE), true]]);
    assert.deepEqual(disk.rows('conversations_created_at'), [[tableKey(sortable(AT), ISSUE), true]]);
    const where = getRow(disk, 'agent_rows', tableKey('conversations', ISSUE));
    assert.deepEqual([where?.textHash, where?.at, where?.slot], [HASH, AT + 9, SLOT]);
  });

  test('an action has the fields of its source document, and of one that is told twice the first counts', async () => {
    const later = actionRecord(1, { at: AT + 8, payload: { questions: 3 } });
    const other = actionRecord(2, { agentType: 'quality-assurance-general' });
    const { conversationId: _, ...alone } = actionRecord(3);
    const disk = await bothWays(apart(later, actionRecord(1), other, alone));
    const rows = disk.rows('agent_actions').map(([, row]) => row);
    assert.deepEqual(rows[0], {
      id: 'act-1',
      conversation_id: ISSUE,
      agent_type: 'product_owner',
      action_type: 'analysed',
      payload: { questions: 2 },
      created_at: AT + 1,
    });
    assert.deepEqual(rows.map((row) => [Object(row).agent_type, Object(row).conversation_id]).slice(1), [
      ['quality_assurance', ISSUE],
      ['product_owner', null],
    ]);
    assert.deepEqual(
      disk.rows('agent_actions_created_at').map(([key]) => key),
      [1, 2, 3].map((i) => tableKey(sortable(AT + i), `act-${i}`)),
    );
  });

  test('a generation has the fields of its source document and its indexes', async () => {
    const opened = codeGenerationRecord(1, { at: AT + 4, prNumber: 12, status: 'pr_created' });
    const disk = await bothWays(apart(codeGenerationRecord(1), opened));
    assert.deepEqual(disk.rows('code_generations'), [
      [
        'gen-1',
        {
          id: 'gen-1',
          conversation_id: ISSUE,
          pr_number: 12,
          files_changed: ['a.ts'],
          tests_generated: ['a.test.ts'],
          status: 'pr_created',
          created_at: AT,
        },
      ],
    ]);
    assert.deepEqual(disk.rows('code_generations_status'), [[tableKey('pr_created', 'gen-1'), true]]);
    assert.deepEqual(disk.rows('code_generations_created_at'), [[tableKey(sortable(AT), 'gen-1'), true]]);
  });

  const words: { id: string; said: MeshRecord[]; verdict: string }[] = [
    { id: 'once', said: [approvalRecord(1)], verdict: 'approved' },
    { id: 'denied later', said: [approvalRecord(1), approvalRecord(2, { verdict: 'denied' })], verdict: 'denied' },
    {
      id: 'both at one moment: the higher log',
      said: [approvalRecord(1), approvalRecord(1, { verdict: 'denied' })],
      verdict: NODES[0] && NODES[1] && NODES[0] > NODES[1] ? 'approved' : 'denied',
    },
  ];
  for (const { id, said, verdict } of words) {
    test(`the newest word on a text counts: ${id}`, async () => {
      const disk = await bothWays(apart(...said));
      assert.equal(getRow(disk, 'approvals', tableKey(ISSUE, HASH))?.verdict, verdict);
      assert.equal(getRow(disk, 'approvals', tableKey(ISSUE, 'b'.repeat(64))), undefined);
    });
  }

  test('what waits for a person is listed once, by event, slot and key', async () => {
    const disk = await bothWays(apart(approvalAskedRecord(1), approvalAskedRecord(1), approvalAskedRecord(2)));
    const rows = disk.rows('approvals_asked').map(([, row]) => Object(row));
    assert.deepEqual(
      rows.map(({ eventId: id, what, textHash }) => [id, what, textHash]),
      [1, 2].map((i) => [eventId(i), 'open a pull request', HASH]),
    );
  });

  const orders: { id: string; told: MeshRecord[]; newest: string | undefined; said: string[] }[] = [
    { id: 'paused', told: [sessionOrderRecord(1)], newest: 'pause', said: [] },
    {
      id: 'paused and resumed',
      told: [sessionOrderRecord(1, { at: AT + 5, order: 'resume' }), sessionOrderRecord(1)],
      newest: 'resume',
      said: [],
    },
    {
      id: 'cancelled stays cancelled',
      told: [sessionOrderRecord(1, { order: 'cancel' }), sessionOrderRecord(1, { at: AT + 9, order: 'resume' })],
      newest: 'cancel',
      said: [],
    },
    {
      id: 'what is said is kept in its order, once',
      told: [
        sessionOrderRecord(1, { at: AT + 3, order: 'steer', text: 'second' }),
        sessionOrderRecord(1, { at: AT + 2, order: 'steer', text: 'first' }),
        sessionOrderRecord(1, { at: AT + 2, order: 'steer', text: 'first' }),
        sessionOrderRecord(1, { at: AT + 4, order: 'pause' }),
      ],
      newest: 'pause',
      said: ['first', 'second'],
    },
  ];
  for (const { id, told, newest, said } of orders) {
    test(`what a session was told: ${id}`, async () => {
      const row = getRow(await bothWays(apart(...told)), 'session_orders', tableKey(eventId(1), SLOT));
      assert.equal(row?.newest?.order, newest);
      assert.deepEqual(
        row?.said.map(({ text }) => text),
        said,
      );
    });
  }
});
