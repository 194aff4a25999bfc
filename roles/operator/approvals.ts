import { MeshError } from '../../protocols/errors.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { ApprovalLine, ApprovalRequest } from '../../protocols/people.ts';
import { isHashPrefix, SHORT_HASH } from '../policy/text-hash.ts';
import type { Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import { KEY_SEPARATOR, type Tables, tableKey } from '../ports/tables.ts';
import { getRow, type Row, rangeRows } from '../replica/rows.ts';
import { loadStory } from '../replica/stories.ts';
import { approvalEvent } from './approval-event.ts';

export interface ApprovalsParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Pick<Runtime, 'wall' | 'ulid'>;
  readonly org: string;
  /** Whether development in this repository waits for a person. */
  readonly isWanted: (repository: string) => boolean;
}

const OPERATOR = 'operator';

/** What waits for a person's word, and the words that were given. An answer is a record: it holds for exactly that text. */
export class Approvals {
  readonly #parts: ApprovalsParts;

  constructor(parts: ApprovalsParts) {
    this.#parts = parts;
  }

  /** The oldest first. */
  async list({ limit, all }: { readonly limit: number; readonly all?: boolean | undefined }): Promise<ApprovalLine[]> {
    const lines = [...(await this.#asked()), ...(all === true ? await this.#unasked() : [])];
    return lines
      .filter(({ state }) => all === true || state === 'open')
      .sort((a, b) => a.at - b.at)
      .slice(0, limit);
  }

  /** Resolves once it is on disk. @throws MeshError `not-found`, `usage` where it is not clear which text is meant */
  async say({ subject, hash, verdict, reason, by = OPERATOR }: ApprovalRequest): Promise<ApprovalLine> {
    const line = chosen(await this.#asked(), subject, hash);
    const at = Math.max(0, Math.round(this.#parts.runtime.wall()));
    const word = { verdict, by, via: 'cli', ...(reason !== undefined && { reason }) } as const;
    const { textHash } = line;
    await this.#parts.journal.append({
      v: WIRE_VERSION,
      type: 'approval',
      at,
      subject: line.subject,
      textHash,
      ...word,
    });
    if (verdict === 'approved') await this.#tell(line, by, at);
    const { verdict: state, ...rest } = word;
    return { ...line, state, saidAt: at, ...rest };
  }

  /** The owner of an issue hears of it as of everything else that happens to it: by an event, which may begin its development. */
  async #tell({ subject, textHash }: ApprovalLine, by: string, at: number): Promise<void> {
    const { journal, tables, runtime, org } = this.#parts;
    const conversation = getRow(tables, 'conversations', subject);
    const where = getRow(tables, 'agent_rows', tableKey('conversations', subject));
    if (conversation === undefined || where?.textHash !== textHash) return;
    const { event: last } = await loadStory(where.eventId, this.#parts);
    const event = approvalEvent({ conversation, textHash, by, at, org, unique: runtime.ulid(), last });
    await journal.append({ v: WIRE_VERSION, type: 'event', at, event });
  }

  /** Each text of each subject once: what agents asked for, and issues that are ready and wait for a member. */
  async #asked(): Promise<ApprovalLine[]> {
    const { tables } = this.#parts;
    const lines = new Map<string, ApprovalLine>();
    for (const [, row] of await rangeRows(tables, 'approvals_asked')) {
      if (getRow(tables, 'open', row.eventId) === undefined) continue;
      const { subject, textHash, what, general, eventId, slot, at } = row;
      lines.set(tableKey(subject, textHash), this.#line({ subject, textHash, what, general, eventId, slot, at }));
    }
    for (const line of await this.#ready()) lines.set(tableKey(line.subject, line.textHash), line);
    return [...lines.values()];
  }

  async #ready(): Promise<ApprovalLine[]> {
    const { tables, isWanted } = this.#parts;
    const rows = await rangeRows(tables, 'conversations_status', { prefix: tableKey('ready_for_dev', '') });
    return rows.flatMap(([key]) => {
      const subject = key.slice(key.indexOf(KEY_SEPARATOR) + 1);
      const conversation = getRow(tables, 'conversations', subject);
      const where = getRow(tables, 'agent_rows', tableKey('conversations', subject));
      if (conversation === undefined || !where?.textHash || !isWanted(conversation.repo_full_name)) return [];
      const { textHash, eventId, slot, at } = where;
      const what = `development of issue #${conversation.issue_number}`;
      return [this.#line({ subject, textHash, what, eventId, slot, at })];
    });
  }

  /** Words that nobody asked for: said before, or about what has ended since. */
  async #unasked(): Promise<ApprovalLine[]> {
    const asked = new Set((await this.#asked()).map(({ subject, textHash }) => tableKey(subject, textHash)));
    const rows = await rangeRows(this.#parts.tables, 'approvals');
    return rows.flatMap(([key, row]) => {
      const [subject = '', textHash = ''] = key.split(KEY_SEPARATOR);
      return asked.has(key) ? [] : [{ subject, textHash, what: 'nothing that waits now', at: row.at, ...wordOf(row) }];
    });
  }

  #line(asked: Omit<ApprovalLine, 'state'>): ApprovalLine {
    const row = getRow(this.#parts.tables, 'approvals', tableKey(asked.subject, asked.textHash));
    return row === undefined ? { ...asked, state: 'open' } : { ...asked, ...wordOf(row) };
  }
}

function wordOf({ verdict, by, via, at, reason }: Row<'approvals'>) {
  return { state: verdict, by, via, saidAt: at, ...(reason !== undefined && { reason }) };
}

/** A word given before may be taken back, so that what was answered can be named too. */
function chosen(lines: readonly ApprovalLine[], subject: string, hash: string | undefined): ApprovalLine {
  if (hash !== undefined && !isHashPrefix(hash)) {
    throw new MeshError('usage', { problem: `a hash is named by ${SHORT_HASH} hex digits or more, not by ${hash}` });
  }
  const named = lines.filter((line) => line.subject.toLowerCase() === subject.toLowerCase());
  const fits = named.filter((line) => (hash === undefined ? line.state === 'open' : line.textHash.startsWith(hash)));
  const [line, ...more] = fits;
  if (line === undefined) {
    throw new MeshError('not-found', {
      what: 'approval asked for',
      id: hash === undefined ? subject : `${subject} ${hash}`,
    });
  }
  if (more.length > 0) {
    const hashes = fits.map(({ textHash, what }) => `${textHash.slice(0, 12)} (${what})`).join(', ');
    throw new MeshError('usage', { problem: `several texts of ${subject} wait; name one: ${hashes}` });
  }
  return line;
}
