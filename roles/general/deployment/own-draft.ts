import type { ForgePullRequest } from '../../ports/forge.ts';
import type { Tables } from '../../ports/tables.ts';
import { rangeRows } from '../../replica/rows.ts';

/**
 * A draft that a developer of the mesh opened, as its record says: what the description says of itself anybody may have written. A draft of
 * people is theirs.
 */
export async function isOwnDraft(
  { draft, repository, number }: Pick<ForgePullRequest, 'draft' | 'repository' | 'number'>,
  tables: Tables,
): Promise<boolean> {
  if (!draft) return false;
  const rows = await rangeRows(tables, 'code_generations');
  return rows.some(
    ([, { conversation_id: issue, pr_number: pull }]) => pull === number && issue.startsWith(`${repository}#`),
  );
}
