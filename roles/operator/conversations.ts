import type { ConversationLine, ConversationsQuery } from '../../protocols/people.ts';
import type { Committed, Journal } from '../ports/journal.ts';
import { KEY_SEPARATOR, type Tables, tableKey } from '../ports/tables.ts';
import { getRow, rangeRows } from '../replica/rows.ts';

export interface ConversationsParts {
  readonly journal: Pick<Journal, 'onCommit'>;
  readonly tables: Tables;
}

export type ConversationsFilter = ConversationsQuery & { readonly limit: number };
type Listener = (line: ConversationLine) => void;

/** What agents and people talk about, of the whole org, and each change of it as it comes. */
export class Conversations {
  readonly #parts: ConversationsParts;
  readonly #listeners = new Set<Listener>();

  constructor(parts: ConversationsParts) {
    this.#parts = parts;
    parts.journal.onCommit((entries) => this.#note(entries));
  }

  /** By issue; of one state, one repository, or all. */
  async list({ limit, status, repository }: ConversationsFilter): Promise<ConversationLine[]> {
    const lines = (await this.#ids(status)).flatMap((id) => this.#lineOf(id) ?? []);
    return lines.filter((line) => repository === undefined || line.repository === repository).slice(0, limit);
  }

  /** Calls back with each that begins or changes its state; the returned function ends it. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #ids(status: string | undefined): Promise<string[]> {
    const { tables } = this.#parts;
    if (status === undefined) return (await rangeRows(tables, 'conversations')).map(([id]) => id);
    const rows = await rangeRows(tables, 'conversations_status', { prefix: tableKey(status, '') });
    return rows.map(([key]) => key.slice(key.indexOf(KEY_SEPARATOR) + 1));
  }

  /** A record that came late, behind one that is newer, tells nothing new. */
  #note(entries: readonly Committed[]): void {
    if (this.#listeners.size === 0) return;
    for (const { decoded } of entries) {
      if (!decoded.ok || decoded.record.type !== 'conversation') continue;
      const { conversationId, at } = decoded.record;
      const line = this.#lineOf(conversationId);
      if (line?.updatedAt === at) for (const listener of this.#listeners) listener(line);
    }
  }

  #lineOf(id: string): ConversationLine | undefined {
    const row = getRow(this.#parts.tables, 'conversations', id);
    const where = getRow(this.#parts.tables, 'agent_rows', tableKey('conversations', id));
    if (row === undefined || where === undefined) return undefined;
    return {
      id,
      issueNumber: row.issue_number,
      repository: row.repo_full_name,
      status: row.status,
      analysis: row.analysis,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      textHash: where.textHash ?? '',
      eventId: where.eventId,
    };
  }
}
