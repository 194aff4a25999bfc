import { effectKey } from '../../protocols/effects.ts';
import { MeshError } from '../../protocols/errors.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { getRow, type Row } from '../replica/rows.ts';
import type { Scene } from './conversation.ts';

/** What a person is asked. */
export interface Wish {
  /** Tells the questions of one piece of work apart. */
  readonly name: string;
  /** For people: what would happen. */
  readonly what: string;
  /** Of exactly what would be done: another text is another question. */
  readonly textHash: string;
}

export interface AskApprovalParts {
  readonly journal: Journal;
  readonly tables: Pick<Tables, 'get'>;
  readonly runtime: Pick<Runtime, 'wall'>;
}

/**
 * A person's word on exactly this text. While there is none it is asked for once, and the execution ends: the session is parked,
 * in nobody's way, and takes this step again when somebody has spoken. Approvals given before anybody asked count.
 *
 * @throws MeshError `approval-wanted`, which a step lets through
 */
export async function approvalOf(wish: Wish, scene: Scene, parts: AskApprovalParts): Promise<Row<'approvals'>> {
  const { task, event, general } = scene;
  const { name, what, textHash } = wish;
  const word = getRow(parts.tables, 'approvals', tableKey(event.subject, textHash));
  if (word !== undefined) return word;
  // What ends with a connection cannot wait for anybody.
  if (task === undefined) throw new MeshError('not-allowed', { who: general.name, action: what });
  const { eventId, slot } = task;
  const key = effectKey(eventId, slot, `approval-${name}`);
  const asked = getRow(parts.tables, 'approvals_asked', tableKey(eventId, slot, key));
  if (asked?.textHash !== textHash) {
    const at = Math.max(0, Math.round(parts.runtime.wall()), (asked?.at ?? -1) + 1);
    const about = { general: general.name, subject: event.subject, what, textHash };
    await parts.journal.append({ v: WIRE_VERSION, at, type: 'approval-asked', eventId, slot, key, ...about });
  }
  throw new MeshError('approval-wanted', { what });
}
