import { compareText } from '../../protocols/ids.ts';
import { sortable, type TableName, type TableOp, tableKey } from '../ports/tables.ts';
import { isNewer, isOfCut } from './project-nodes.ts';
import { byType, type EntryOf, type Projection, put, type RowReader, remove } from './projection.ts';
import { decodeRow, type Row } from './rows.ts';

/**
 * What agents talk about, do and make (docs/parity.md 253–256). Of a conversation and of a generation the newest record of its id
 * counts, of an action the first: it is done once, whatever is said of it again.
 */
export const AGENTS: Projection = {
  name: 'agents',
  version: 1,
  tables: [
    'conversations',
    'conversations_issue_id',
    'conversations_status',
    'conversations_created_at',
    'agent_actions',
    'agent_actions_created_at',
    'code_generations',
    'code_generations_status',
    'code_generations_created_at',
    'agent_rows',
  ],
  // They tell of what may be open for longer than any log, and each row holds all that its record said.
  keeps: (table, _key, row, isCut) => table !== 'agent_rows' || isOfCut(decodeRow('agent_rows', row), isCut),
  project: byType({ conversation, action, 'code-generation': generation }),
};

function conversation(entry: EntryOf<'conversation'>, rows: RowReader): readonly TableOp[] {
  const { conversationId: id, issueNumber, repoFullName, status, analysis, textHash, createdAt, at } = entry.record;
  const where = whereOf('conversations', id, entry, rows, { textHash });
  if (where === undefined) return [];
  const before = rows.get('conversations', id);
  const row: Row<'conversations'> = {
    id,
    issue_id: id,
    issue_number: issueNumber,
    repo_full_name: repoFullName,
    status,
    analysis: analysis ?? null,
    created_at: createdAt,
    updated_at: at,
  };
  return [
    where,
    put('conversations', id, row),
    ...index('conversations_issue_id', id, before?.issue_id, row.issue_id),
    ...index('conversations_status', id, before?.status, row.status),
    ...index('conversations_created_at', id, timeOf(before), timeOf(row)),
  ];
}

function generation(entry: EntryOf<'code-generation'>, rows: RowReader): readonly TableOp[] {
  const { generationId: id, conversationId, prNumber, filesChanged, testsGenerated, status, createdAt } = entry.record;
  const where = whereOf('code_generations', id, entry, rows);
  if (where === undefined) return [];
  const before = rows.get('code_generations', id);
  const row: Row<'code_generations'> = {
    id,
    conversation_id: conversationId,
    pr_number: prNumber ?? null,
    files_changed: filesChanged,
    tests_generated: testsGenerated,
    status,
    created_at: createdAt,
  };
  return [
    where,
    put('code_generations', id, row),
    ...index('code_generations_status', id, before?.status, row.status),
    ...index('code_generations_created_at', id, timeOf(before), timeOf(row)),
  ];
}

function action({ record }: EntryOf<'action'>, rows: RowReader): readonly TableOp[] {
  const { actionId: id, conversationId, agentType, actionType, payload, at } = record;
  const row: Row<'agent_actions'> = {
    id,
    conversation_id: conversationId ?? null,
    agent_type: agentTypeOf(agentType),
    action_type: actionType,
    payload: payload ?? null,
    created_at: at,
  };
  const before = rows.get('agent_actions', id);
  if (before !== undefined && !isEarlier(row, before)) return [];
  return [put('agent_actions', id, row), ...index('agent_actions_created_at', id, timeOf(before), timeOf(row))];
}

/** `product-owner-general` is the source document's `product_owner`. */
export function agentTypeOf(general: string): string {
  return general.replace(/-general$/, '').replaceAll('-', '_');
}

/** The row that says which record counts; undefined where this one does not. */
function whereOf(
  table: TableName,
  id: string,
  { position, record }: EntryOf<'conversation'> | EntryOf<'code-generation'>,
  rows: RowReader,
  more: Pick<Row<'agent_rows'>, 'textHash'> = {},
): TableOp | undefined {
  const { at, eventId, slot } = record;
  const key = tableKey(table, id);
  if (!isNewer(position, at, rows.get('agent_rows', key))) return undefined;
  return put('agent_rows', key, { ...position, at, eventId, slot, ...more });
}

function index(table: TableName, id: string, before: string | undefined, now: string): readonly TableOp[] {
  if (before === now) return [];
  return [...(before === undefined ? [] : [remove(table, tableKey(before, id))]), put(table, tableKey(now, id), true)];
}

function timeOf(row: { readonly created_at: number }): string;
function timeOf(row: { readonly created_at: number } | undefined): string | undefined;
function timeOf(row: { readonly created_at: number } | undefined): string | undefined {
  return row && sortable(row.created_at);
}

/** Two nodes may have done it at one moment: every node chooses the same. */
function isEarlier(a: Row<'agent_actions'>, b: Row<'agent_actions'>): boolean {
  return (a.created_at - b.created_at || compareText(JSON.stringify(a), JSON.stringify(b))) < 0;
}
