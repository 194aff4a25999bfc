import type { MeshEvent } from '../../../protocols/event.ts';
import type { Redact } from '../../policy/redact.ts';
import type { Forge, NumberedThing } from '../../ports/forge.ts';
import type { Retrieval } from '../../ports/retrieval.ts';

/** What the tools of one piece of work look at and write to: what its event is about, and nothing else. */
export interface Site {
  readonly repository: string;
  /** The issue or pull request; absent for a push, an alert and the like. */
  readonly number?: number;
  readonly isPullRequest: boolean;
  /** Commit or branch that files are read at. */
  readonly ref: string;
  /** Commit that a check run is about; absent where the event names none. */
  readonly sha?: string;
  /** RFC 3339: nothing that this work writes is older. */
  readonly since: string;
  /** The only labels it may set. */
  readonly labels: readonly string[];
  /** Signs what is written. */
  readonly by: { readonly general: string; readonly cluster: string };
  readonly redact: Redact;
  readonly forge?: Forge | undefined;
  readonly retrieval?: Retrieval | undefined;
  readonly signal: AbortSignal;
}

/** An answer is younger than its event, whichever clock told the event's time: a day covers every clock that GitHub or we may have. */
const CLOCKS_MS = 86_400_000;

/** Where an event points to. */
export function placeOf(
  event: MeshEvent,
): Pick<Site, 'repository' | 'number' | 'isPullRequest' | 'ref' | 'sha' | 'since'> {
  const { pullRequest, issue, push, check, deployment, defaultBranch } = event.data;
  const number = pullRequest?.number ?? issue?.number;
  const sha = pullRequest?.head.sha ?? push?.after ?? check?.headSha ?? deployment?.sha;
  return {
    repository: event.repository,
    ...(number !== undefined && { number }),
    isPullRequest: pullRequest !== undefined || issue?.isPullRequest === true,
    ref: sha || defaultBranch || 'HEAD',
    ...(sha && { sha }),
    since: new Date(Date.parse(event.time) - CLOCKS_MS).toISOString(),
  };
}

export function numberedThing({ repository, number }: Site): NumberedThing | undefined {
  return number === undefined ? undefined : { repository, number };
}
