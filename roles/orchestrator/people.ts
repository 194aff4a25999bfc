import type { MeshEvent, Trust } from '../../protocols/event.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import { type Command, commandsIn } from '../policy/commands.ts';
import { mayDevelop, textHashOf } from '../policy/development.ts';
import { orderRecords } from '../policy/session-order.ts';
import { trustOf } from '../policy/trust.ts';
import type { Journal } from '../ports/journal.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { getRow, rangeRows } from '../replica/rows.ts';
import { loadStory } from '../replica/stories.ts';
import { isEnded } from '../replica/story.ts';
import { newestHeadOf, openEventsOf } from '../replica/subject-events.ts';

/** Whose word counts, and where one is wanted. */
export interface PeopleOptions {
  /** Whether development in this repository waits for an approval. Default: everywhere. */
  readonly isWanted?: (repository: string) => boolean;
  /** Whose commands are heeded. Default: owners and members. */
  readonly by?: readonly Trust[];
  /** An account that the mesh itself writes as. Default: none is known; what bears the mesh's marker never counts. */
  readonly isOwn?: (login: string) => boolean;
}

export interface PeopleParts {
  readonly journal: Journal;
  readonly tables: Tables;
}

const BY: readonly Trust[] = ['owner', 'member'];
const COMMENTS = ['issue_commented', 'pr_commented', 'review_commented'] as const;
/** A whole sha of git, or one of ours: names exactly one thing, wherever it is. */
const WHOLE_HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * What members say in comments, executed by the owner of the subject before it decides about the comment's event: so it happens
 * in the order of the subject, and saying it again after a crash says the same.
 */
export class People {
  readonly #options: Required<PeopleOptions>;
  readonly #parts: PeopleParts;
  /** Texts whose development this process has let begin: their records may still be on their way to the tables. */
  readonly #begun = new Set<string>();

  constructor(options: PeopleOptions, parts: PeopleParts) {
    this.#options = { isWanted: () => true, by: BY, isOwn: () => false, ...options };
    this.#parts = parts;
  }

  /** The commands of an event, none where whoever wrote them has no say. */
  commandsOf(event: MeshEvent): readonly Command[] {
    const { comment } = event.data;
    if (comment === undefined || !this.#maySay(event)) return [];
    return commandsIn(comment.body);
  }

  /** @param at when the comment was received, wall clock: the same whoever executes it, and whenever */
  async recordsFor(event: MeshEvent, at: number): Promise<readonly MeshRecord[]> {
    const records: MeshRecord[] = [];
    for (const command of this.commandsOf(event)) {
      if (command.name === 'ok' || command.name === 'deny') records.push(...(await this.#word(event, command, at)));
      else records.push(...(await this.#orders(event, command, at)));
    }
    return records;
  }

  /** The text whose development begins with this event; undefined where none does. */
  development(event: MeshEvent): string | undefined {
    const { tables } = this.#parts;
    const answer = mayDevelop({
      event,
      isWanted: this.#options.isWanted(event.repository),
      verdictOn: (hash) => getRow(tables, 'approvals', tableKey(event.subject, hash))?.verdict,
      hasBegun: (hash) => {
        const key = tableKey(event.subject, hash);
        return this.#begun.has(key) || getRow(tables, 'developments', key) !== undefined;
      },
    });
    return answer.may ? answer.textHash : undefined;
  }

  /** It is decided, and about to be recorded. */
  begins(subject: string, textHash: string): void {
    this.#begun.add(tableKey(subject, textHash));
  }

  /** Only a new comment that came as a verified delivery, written by a person with a say, by no account or agent of ours. */
  #maySay(event: MeshEvent): boolean {
    const { id, kind, actor, actortype, hops, data } = event;
    if (!id.startsWith('github:') || !COMMENTS.some((each) => each === kind)) return false;
    if (actortype !== 'user' || hops > 0 || data.comment?.author !== actor || this.#options.isOwn(actor)) return false;
    return this.#options.by.includes(trustOf(event));
  }

  async #word(event: MeshEvent, command: Command & { name: 'ok' | 'deny' }, at: number): Promise<MeshRecord[]> {
    const textHash = await this.#textMeant(event, command);
    if (textHash === undefined) return [];
    const { subject, actor, id } = event;
    const verdict = command.name === 'ok' ? 'approved' : 'denied';
    const reason = command.name === 'deny' && command.reason !== undefined && { reason: command.reason };
    const said = { subject, textHash, verdict, by: actor, via: 'comment', eventId: id, ...reason } as const;
    return [{ v: WIRE_VERSION, type: 'approval', at, ...said }];
  }

  /** The text of the issue as it was when the comment was written, the head of the pull request, or what an agent asked about. */
  async #textMeant(event: MeshEvent, { name, hash }: Command & { name: 'ok' | 'deny' }): Promise<string | undefined> {
    const shown = textHashOf(event) ?? (hash === undefined ? undefined : event.data.pullRequest?.head.sha);
    if (hash === undefined && shown !== undefined) {
      return name === 'deny' || this.#hasSeen(event, shown) ? shown : undefined;
    }
    const known = new Set([...(shown === undefined ? [] : [shown]), ...(await this.#asked(event.subject))]);
    const fits = [...known].filter((each) => hash === undefined || each.startsWith(hash));
    if (fits.length === 1) return fits[0];
    if (hash === undefined || event.data.issue?.isPullRequest !== true) return undefined;
    if (WHOLE_HASH.test(hash)) return hash;
    const head = await newestHeadOf(event.subject, this.#parts);
    return head?.startsWith(hash) ? head : undefined;
  }

  /**
   * Whoever names no hash may mean another text than the one that is there: its author could edit it in the same moment. So it is
   * one's own issue, or the text of which everybody was told that it is ready.
   */
  #hasSeen({ subject, actor, data }: MeshEvent, textHash: string): boolean {
    const { tables } = this.#parts;
    if (data.issue?.author === actor) return true;
    const isTold = getRow(tables, 'conversations', subject)?.status === 'ready_for_dev';
    return isTold && getRow(tables, 'agent_rows', tableKey('conversations', subject))?.textHash === textHash;
  }

  async #asked(subject: string): Promise<string[]> {
    const rows = await rangeRows(this.#parts.tables, 'approvals_asked');
    const isOpen = (eventId: string) => getRow(this.#parts.tables, 'open', eventId) !== undefined;
    return rows.flatMap(([, row]) => (row.subject === subject && isOpen(row.eventId) ? [row.textHash] : []));
  }

  /** To everything of the subject that is open, but for what this very comment brings. */
  async #orders(
    { id, subject, actor: by }: MeshEvent,
    command: Exclude<Command, { name: 'ok' | 'deny' }>,
    at: number,
  ): Promise<MeshRecord[]> {
    const word = { order: command.name, by, at, ...(command.name === 'steer' && { text: command.text }) };
    const records: MeshRecord[] = [];
    for (const eventId of await openEventsOf(subject, this.#parts.tables)) {
      if (eventId === id) continue;
      const { tasks } = await loadStory(eventId, this.#parts);
      for (const { slot, round } of tasks.filter((task) => !isEnded(task))) {
        records.push(...orderRecords({ eventId, slot, round }, word));
      }
    }
    return records;
  }
}
