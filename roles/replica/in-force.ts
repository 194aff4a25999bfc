import { comparePositions, type Position } from '../../protocols/ids.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { getRow } from './rows.ts';

/**
 * Whether a record is what counts now of something that is open for longer than its event: a conversation that is not completed,
 * and a person's word on the text it is about. The floor does not pass it, so that a node that comes later knows of it too (L10).
 */
export function isInForce(record: MeshRecord, position: Position, tables: Pick<Tables, 'get'>): boolean {
  if (record.type === 'conversation') {
    return record.status !== 'completed' && isOf(getRow(tables, 'agent_rows', rowKey(record.conversationId)), position);
  }
  if (record.type !== 'approval') return false;
  const { subject, textHash } = record;
  return (
    isOf(getRow(tables, 'approvals', tableKey(subject, textHash)), position) && isTalkedAbout(subject, textHash, tables)
  );
}

/** An open conversation is about exactly this text. */
export function isTalkedAbout(subject: string, textHash: string, tables: Pick<Tables, 'get'>): boolean {
  const conversation = getRow(tables, 'conversations', subject);
  if (conversation === undefined || conversation.status === 'completed') return false;
  return getRow(tables, 'agent_rows', rowKey(subject))?.textHash === textHash;
}

function rowKey(conversationId: string): string {
  return tableKey('conversations', conversationId);
}

function isOf(row: Position | undefined, position: Position): boolean {
  return row !== undefined && comparePositions(row, position) === 0;
}
