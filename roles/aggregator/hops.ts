/**
 * How far an event lies from a person's act (T6). Whatever the mesh writes where people can see it says so, and the webhook
 * that comes back is read here:
 *
 * - in texts (a comment, a body, a commit message) by a hidden marker `<!-- mindmesh:hops=2 … -->`; further `name=value`
 *   pairs may follow and are not read here;
 * - where no text travels along (a push, a check) by a part of the branch's name, `mindmesh/hops-2/…`.
 *
 * The number is that of the effect: one more than that of the event which caused it. It is untrusted, but can only be
 * raised by whoever writes one, and a high number stops work, never starts it.
 */
const MARKER_START = 'mindmesh:hops=';
// Bounded repetitions: a text of nothing but beginnings of markers must not cost the square of its length.
const MARKER = /<!--\s{0,8}mindmesh:hops=(\d{1,3})\b[^>]{0,512}-->/g;
const BRANCH = /(?:^|\/)mindmesh\/hops-(\d{1,3})(?:\/|$)/;

/** The highest number found, 0 where there is none: then a person did it. */
export function readHops(texts: readonly string[], branch: string): number {
  let hops = Number(BRANCH.exec(branch)?.[1] ?? 0);
  for (const text of texts) {
    // Nearly no text has one, and a search for a plain string is far cheaper than a match.
    if (!text.includes(MARKER_START)) continue;
    for (const match of text.matchAll(MARKER)) hops = Math.max(hops, Number(match[1]));
  }
  return hops;
}
