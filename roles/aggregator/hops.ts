import { hopsIn } from '../../protocols/marker.ts';

/**
 * How far an event lies from a person's act (T6). Whatever the mesh writes where people can see it says so, and the webhook
 * that comes back is read here:
 *
 * - in texts (a comment, a body, a commit message) by the hidden marker of `protocols/marker.ts`;
 * - where no text travels along (a push, a check) by a part of the branch's name, `mindmesh/hops-2/…`.
 *
 * The number is that of the effect: one more than that of the event which caused it. It is untrusted, but can only be
 * raised by whoever writes one, and a high number stops work, never starts it.
 */
const BRANCH = /(?:^|\/)mindmesh\/hops-(\d{1,3})(?:\/|$)/;

/** The highest number found, 0 where there is none: then a person did it. */
export function readHops(texts: readonly string[], branch: string): number {
  return Math.max(Number(BRANCH.exec(branch)?.[1] ?? 0), ...texts.map(hopsIn));
}
