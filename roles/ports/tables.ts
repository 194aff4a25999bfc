/**
 * Projections: tables that can be rebuilt from the logs and are written in the same batch as the records they come from (L9).
 * Keys are text ordered by their UTF-8 bytes; parts of a key are joined by U+0000. Values are JSON; the shape of each
 * table's rows is in roles/replica/rows.ts.
 */
export const PROJECTION_TABLES = {
  /** Event id, and `mac:` + verified signature → position of the event's record, the lowest of all copies: a repeat is known by either (I2). */
  ids: 'ids',
  /** (event id, record type, slot, origin, epoch, seq) → nothing: where each record about an event lies. */
  facts: 'facts',
  /** Event id → position, while the event is not settled. */
  open: 'open',
  /** Event id → outcome and when, as the lowest `settled` record that knows of every retry says. */
  settled: 'settled',
  /** Event id → the rounds of its slots that an operator had tried anew. */
  reopened: 'reopened',
  /** (event id, slot) → its dead letter, and what an operator said of it. */
  dead: 'dead',
  /** (inverted time, event id) → one line about it: newest first. */
  events: 'events',
  /** (inverted time, event id, origin, epoch, seq) → one line about a decision, every revision its own: newest first. */
  distributions: 'distributions',
  /** (cluster, general) → the newest status a person gave it. */
  generals: 'generals',
  /** Subject → the highest number that a distribution gave one of its events (W2). */
  subjects: 'subjects',
  /** Kind → count, and totals. */
  counters: 'counters',
  /** (event id, slot) → an `accepted` record of this node that none of its own that ends it follows: the inbox. */
  inbox: 'inbox',
  /** (event id, slot) → position of this node's latest record that ended it: keeps the inbox right when own logs arrive out of order. */
  ended: 'ended',
  /** (event id, slot, key) → who meant to do an effect outside the mesh, how often, and what is there (E2). */
  effects: 'effects',
  /** (event id, slot) → its run: what was asked for, when it was admitted and how it ended, of its highest attempt (E3). */
  runs: 'runs',
  /** (event id, slot) → nothing, while its run is asked for and has not ended. */
  openRuns: 'openRuns',
  /** (event id, slot) → where the newest checkpoint of its open session lies. */
  sessions: 'sessions',
  /** (event id, slot) → the highest execution whose session has ended: keeps `sessions` right when logs arrive out of order. */
  sessionEnds: 'sessionEnds',
  /** `<repository>#<number>` → what is talked about there, and how far: the fields of docs/parity.md 253. */
  conversations: 'conversations',
  /** (value, id) → nothing: the indexes of docs/parity.md 256, each named for its table and field. */
  conversationsByIssueId: 'conversations_issue_id',
  conversationsByStatus: 'conversations_status',
  conversationsByCreatedAt: 'conversations_created_at',
  /** Id → one thing an agent did or decided: the fields of docs/parity.md 254. */
  agentActions: 'agent_actions',
  agentActionsByCreatedAt: 'agent_actions_created_at',
  /** Id → what a developer made of an issue: the fields of docs/parity.md 255. */
  codeGenerations: 'code_generations',
  codeGenerationsByStatus: 'code_generations_status',
  codeGenerationsByCreatedAt: 'code_generations_created_at',
  /** (table, id) → where the record lies that a conversation or a generation was made of, and what the fields above leave out. */
  agentRows: 'agent_rows',
  /** (subject, hash of a text) → the newest word of a person on it. */
  approvals: 'approvals',
  /** (event id, slot, key) → what waits, or waited, for a person's word. */
  approvalsAsked: 'approvals_asked',
  /** (subject, hash of a text) → the event that began its development. */
  developments: 'developments',
  /** (event id, slot) → what people told a session. */
  sessionOrders: 'session_orders',
  /** (held or cut, day of UTC, general, repository, provider, model, class) → calls of models, and what they took. */
  usage: 'usage',
  /** (held or cut, day of UTC, scope of a budget, name) → what was spent of it. */
  spent: 'spent',
  /** (origin, epoch, seq) → why a record could not be read (L3). */
  unreadable: 'unreadable',
  /** Peer → its newest card. */
  cards: 'cards',
} as const;

/** What the replica keeps beside the projections; written in the same batches. */
export const BOOK_TABLES = {
  /** (origin, epoch) → how many records of the log each projection has seen, by its name. */
  positions: 'positions',
  /** Name of a projection → the version its tables were written with. */
  versions: 'versions',
  /** (origin, epoch) → why this log is no longer followed (L2). */
  quarantine: 'quarantine',
} as const;

export const TABLES = { ...PROJECTION_TABLES, ...BOOK_TABLES } as const;
export type TableName = (typeof TABLES)[keyof typeof TABLES];

export const KEY_SEPARATOR = '\u0000';

export function tableKey(...parts: readonly (string | number)[]): string {
  return parts.join(KEY_SEPARATOR);
}

/** A number as text that sorts as the number does. */
export function sortable(value: number): string {
  return String(value).padStart(16, '0');
}

/** A time as text that sorts newest first. */
export function newestFirst(at: number): string {
  return sortable(9_999_999_999_999 - at);
}

/** `value: undefined` deletes the row. */
export interface TableOp {
  readonly table: TableName;
  readonly key: string;
  readonly value: unknown;
}

export interface Range {
  /** Only keys that start so. */
  readonly prefix?: string;
  /** Only keys after this one. */
  readonly after?: string;
  readonly limit?: number;
}

export interface Tables {
  /** One row, decoded from JSON; undefined when there is none. Synchronous: rows are small and mostly cached. */
  get(table: TableName, key: string): unknown;
  /** Rows in key order. */
  range(table: TableName, range?: Range): Promise<readonly (readonly [key: string, value: unknown])[]>;
}
