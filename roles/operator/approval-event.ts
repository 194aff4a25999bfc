import type { Issue, MeshEvent } from '../../protocols/event.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { APPROVAL_SOURCE, READY_LABEL } from '../policy/development.ts';
import type { Row } from '../replica/rows.ts';

export interface ApprovalEventOptions {
  readonly conversation: Row<'conversations'>;
  /** Exactly what was approved. */
  readonly textHash: string;
  readonly by: string;
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly org: string;
  /** Makes its id one of its kind. */
  readonly unique: string;
  /** The event that the conversation was last about, where it is still here. */
  readonly last?: MeshEvent | undefined;
}

/**
 * Tells the owner of the issue that its text was approved elsewhere than in a comment, so that the approval has a place among the
 * events of the issue and development can begin with it. It carries the hash that was approved, and the label as the
 * conversation has it.
 */
export function approvalEvent({ conversation, textHash, by, at, org, unique, last }: ApprovalEventOptions): MeshEvent {
  const id = eventIdOf(APPROVAL_SOURCE, unique);
  return {
    specversion: '1.0',
    id,
    source: `https://github.com/${conversation.repo_full_name}`,
    type: 'dev.mindmesh.approval',
    subject: conversation.id,
    time: new Date(at).toISOString(),
    datacontenttype: 'application/json',
    kind: 'issue_updated',
    org,
    repository: conversation.repo_full_name,
    actor: by,
    actortype: 'unknown',
    authorassociation: 'UNKNOWN',
    hops: 0,
    correlationid: last?.correlationid ?? id,
    ...(last && { causationid: last.id }),
    data: { action: 'approved', issue: issueOf(conversation, last?.data.issue), facts: { textHash } },
  };
}

function issueOf({ issue_number: number, status }: Row<'conversations'>, last: Issue | undefined): Issue {
  const known = last ?? {
    number,
    title: '',
    body: '',
    url: '',
    author: '',
    comments: 0,
    labels: [],
    isPullRequest: false,
  };
  const labels = known.labels.filter((label) => label.toLowerCase() !== READY_LABEL);
  return { ...known, state: 'open', labels: status === 'ready_for_dev' ? [...labels, READY_LABEL] : labels };
}
