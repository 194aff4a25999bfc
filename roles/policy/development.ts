import type { MeshEvent } from '../../protocols/event.ts';
import { issueTextHash } from './text-hash.ts';

/** The label that says an issue can be built. It authorises nothing by itself. */
export const READY_LABEL = 'ready-for-dev';
export const UNCLEAR_LABEL = 'needs-clarification';
/** Source of the events that tell of an approval given elsewhere than in a comment. */
export const APPROVAL_SOURCE = 'approval';

/** What is known as an event of an issue is decided. */
export interface DevelopmentFacts {
  readonly event: MeshEvent;
  /** Development in its repository waits for a member's approval of exactly the text. */
  readonly isWanted: boolean;
  /** The newest word on a text of this issue. */
  readonly verdictOn: (textHash: string) => 'approved' | 'denied' | undefined;
  /** An earlier event of the issue began the development of this text. */
  readonly hasBegun: (textHash: string) => boolean;
}

export type MayDevelop =
  | { readonly may: true; readonly textHash: string }
  | {
      readonly may: false;
      readonly why: 'no-issue' | 'closed' | 'not-ready' | 'cut' | 'begun' | 'denied' | 'unapproved';
    };

/**
 * Whether development of an issue begins with this event: the one that completes the pair of label and approval. The events of an
 * issue are decided one by one, so it is one event for each text, whichever of the two came last. Editing the text after the
 * approval makes it another text.
 */
export function mayDevelop({ event, isWanted, verdictOn, hasBegun }: DevelopmentFacts): MayDevelop {
  const { issue } = event.data;
  if (issue === undefined || issue.isPullRequest) return { may: false, why: 'no-issue' };
  if (issue.state !== 'open') return { may: false, why: 'closed' };
  if (!issue.labels.some((label) => label.toLowerCase() === READY_LABEL)) return { may: false, why: 'not-ready' };
  const textHash = textHashOf(event);
  if (textHash === undefined) return { may: false, why: 'cut' };
  if (hasBegun(textHash)) return { may: false, why: 'begun' };
  const verdict = verdictOn(textHash);
  if (verdict === 'denied') return { may: false, why: 'denied' };
  return isWanted && verdict !== 'approved' ? { may: false, why: 'unapproved' } : { may: true, textHash };
}

/** Of title and body of the issue that an event is about; undefined where the event holds only a part of them, or none. */
export function textHashOf({ id, data }: Pick<MeshEvent, 'id' | 'data'>): string | undefined {
  const { issue, facts, truncated = [] } = data;
  if (id.startsWith(`${APPROVAL_SOURCE}:`) && typeof facts?.textHash === 'string') return facts.textHash;
  const isCut = truncated.some((field) => field === 'issue.title' || field === 'issue.body');
  return issue === undefined || issue.isPullRequest || isCut ? undefined : issueTextHash(issue);
}
