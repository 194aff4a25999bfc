import type { MeshEvent, Trust } from '../../protocols/event.ts';
import { trustOf } from './trust.ts';

/** What an event says of something of which only the newest state matters: the commits of an open pull request. */
export interface HeadState {
  readonly repository: string;
  readonly pullRequest: number;
  readonly base: string;
  readonly head: string;
  readonly trust: Trust;
  readonly hops: number;
}

/**
 * Undefined for every event whose own happening matters: everything but new commits of an open pull request, and also those
 * where somebody asked for this very event (a replay, or a caller who chose the generals).
 */
export function headStateOf({ type, repository, causationid, hops, data, ...event }: MeshEvent): HeadState | undefined {
  const { pullRequest, asked } = data;
  if (type !== 'com.github.pull_request.synchronize' || causationid !== undefined || asked !== undefined)
    return undefined;
  if (pullRequest === undefined || pullRequest.state !== 'open') return undefined;
  const { number, base, head } = pullRequest;
  return { repository, pullRequest: number, base: base.ref, head: head.sha, trust: trustOf(event), hops };
}

/**
 * Whoever works on the newer one has seen all that the older one would have shown (W2), and may do as much with it: the same
 * pull request onto the same branch, pushed by somebody of the same trust, no further from a person. For one slot; the order
 * is that of their numbers.
 */
export function supersedes(newer: HeadState, older: HeadState): boolean {
  return (
    newer.repository === older.repository &&
    newer.pullRequest === older.pullRequest &&
    newer.base === older.base &&
    newer.head !== older.head &&
    newer.trust === older.trust &&
    newer.hops <= older.hops
  );
}
