import type { MeshEvent } from '../../protocols/event.ts';
import { KEY_SEPARATOR, type Tables, tableKey } from '../ports/tables.ts';
import { getRow, rangeRows } from '../replica/rows.ts';

/** What lets a developer begin. */
export interface Grant {
  /** Exactly this text of the issue: where it reads another one, it has no grant. */
  readonly textHash: string;
  /** Who approved it; absent where nobody has to. */
  readonly by?: string;
}

export interface GrantParts {
  readonly tables: Tables;
  readonly isApprovalWanted?: ((repository: string) => boolean) | undefined;
}

/**
 * The development that begins with this event, as the owner of the issue decided (roles/policy/development.ts). It is what counts for a
 * developer, not who caused the event: that may be the label of a bot on the issue of a stranger, which a member approved before.
 * Undefined while the decision, or the approval it rests on, is not here: it may be on its way, so whoever asks fails for now and is
 * tried again. Undefined too once the approval was taken back.
 */
export async function grantFor(
  event: Pick<MeshEvent, 'id' | 'subject' | 'repository' | 'causationid'>,
  { tables, isApprovalWanted = () => true }: GrantParts,
): Promise<Grant | undefined> {
  const rows = await rangeRows(tables, 'developments', { prefix: tableKey(event.subject, '') });
  // An operator who replays it wants the same done once more.
  const began = event.id.startsWith('replay:') ? event.causationid : event.id;
  const [key] = rows.find(([, row]) => row.eventId === began) ?? [];
  const textHash = key?.split(KEY_SEPARATOR).at(-1);
  if (textHash === undefined) return undefined;
  const word = getRow(tables, 'approvals', tableKey(event.subject, textHash));
  if (word?.verdict === 'approved') return { textHash, by: word.by };
  return word === undefined && !isApprovalWanted(event.repository) ? { textHash } : undefined;
}
