import type { Position } from '../../protocols/ids.ts';
import { KEY_SEPARATOR, sortable, type TableOp, type Tables, tableKey } from '../ports/tables.ts';
import type { ExpireParts } from './expire.ts';
import { isTalkedAbout } from './in-force.ts';
import { remove } from './projection.ts';
import { getRow, rangeRows } from './rows.ts';

/** Rows looked at in one go. */
const PAGE = 512;

/**
 * Forgets what agents did before the cutoff, the conversations that were completed by then with what was made of them, and
 * people's words on texts that nothing open is about. What is open stays, whatever its age.
 */
export async function expireAgents(cutoff: number, parts: ExpireParts): Promise<void> {
  const isCut = (row: Position | undefined) => row === undefined || row.seq < (parts.replica.floorOf(row)?.length ?? 0);
  await dropActions(cutoff, parts);
  await dropConversations(cutoff, isCut, parts);
  await dropGenerations(cutoff, isCut, parts);
  await dropApprovals(cutoff, isCut, parts);
}

type IsCut = (row: Position | undefined) => boolean;

async function dropActions(cutoff: number, { tables, replica }: ExpireParts): Promise<void> {
  for await (const ids of idsBefore('agent_actions_created_at', cutoff, tables)) {
    await replica.note(
      ids.flatMap(({ key, id }) => [remove('agent_actions_created_at', key), remove('agent_actions', id)]),
    );
  }
}

async function dropConversations(cutoff: number, isCut: IsCut, { tables, replica }: ExpireParts): Promise<void> {
  for await (const ids of idsBefore('conversations_created_at', cutoff, tables)) {
    const gone: TableOp[] = ids.flatMap(({ key, id }) => {
      const row = getRow(tables, 'conversations', id);
      const where = tableKey('conversations', id);
      if (row?.status !== 'completed' || row.updated_at > cutoff || !isCut(getRow(tables, 'agent_rows', where)))
        return [];
      return [
        remove('conversations_created_at', key),
        remove('conversations_issue_id', tableKey(row.issue_id, id)),
        remove('conversations_status', tableKey(row.status, id)),
        remove('conversations', id),
        remove('agent_rows', where),
      ];
    });
    if (gone.length > 0) await replica.note(gone);
  }
}

async function dropGenerations(cutoff: number, isCut: IsCut, { tables, replica }: ExpireParts): Promise<void> {
  for await (const ids of idsBefore('code_generations_created_at', cutoff, tables)) {
    const gone: TableOp[] = ids.flatMap(({ key, id }) => {
      const row = getRow(tables, 'code_generations', id);
      const where = tableKey('code_generations', id);
      const written = getRow(tables, 'agent_rows', where);
      if (row === undefined || !isCut(written) || (written?.at ?? 0) > cutoff) return [];
      if (getRow(tables, 'conversations', row.conversation_id) !== undefined) return [];
      return [
        remove('code_generations_created_at', key),
        remove('code_generations_status', tableKey(row.status, id)),
        remove('code_generations', id),
        remove('agent_rows', where),
      ];
    });
    if (gone.length > 0) await replica.note(gone);
  }
}

async function dropApprovals(cutoff: number, isCut: IsCut, { tables, replica }: ExpireParts): Promise<void> {
  const asked = new Set(
    (await rangeRows(tables, 'approvals_asked')).map(([, row]) => tableKey(row.subject, row.textHash)),
  );
  const rows = await rangeRows(tables, 'approvals');
  const gone = rows.filter(([key, row]) => {
    const [subject = '', textHash = ''] = key.split(KEY_SEPARATOR);
    return row.at <= cutoff && isCut(row) && !asked.has(key) && !isTalkedAbout(subject, textHash, tables);
  });
  if (gone.length > 0) await replica.note(gone.map(([key]) => remove('approvals', key)));
}

/** Ids of an index by time, up to the cutoff, page by page; each page is read before it is changed. */
async function* idsBefore(
  table: 'agent_actions_created_at' | 'conversations_created_at' | 'code_generations_created_at',
  cutoff: number,
  tables: Tables,
): AsyncGenerator<readonly { readonly key: string; readonly id: string }[]> {
  for (let after = ''; ; ) {
    const rows = await tables.range(table, { after, limit: PAGE });
    const keys = rows.map(([key]) => key).filter((key) => key < sortable(cutoff + 1));
    if (keys.length > 0) yield keys.map((key) => ({ key, id: key.slice(key.indexOf(KEY_SEPARATOR) + 1) }));
    const last = keys.at(-1);
    if (last === undefined || keys.length < PAGE) return;
    after = last;
  }
}
