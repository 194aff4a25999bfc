import { type EffectKey, EffectKeySchema } from './effects.ts';

/**
 * The hidden line by which the mesh knows its own texts again (comments, bodies, commit messages):
 * `<!-- mindmesh:hops=2 key=mm-0123456789abcdef0123 -->`. `hops` says how far the effect lies from a person's act, one more than
 * the event that caused it (T6); `key` names the effect (E2). Further `name=value` pairs may follow and are not read.
 */
export interface Marker {
  readonly hops: number;
  readonly key: EffectKey;
}

/** No effect lies further from a person's act: two meshes, or one with itself, would answer one another for ever (T6). */
export const MAX_HOPS = 3;

const MARKER_START = 'mindmesh:hops=';
// Bounded repetitions: a text of nothing but beginnings of markers must not cost the square of its length.
const MARKER = /<!--\s{0,8}mindmesh:hops=(\d{1,3})\b[^>]{0,512}-->/g;
const LAST_LINE = /(?:^|\n)<!-- mindmesh:hops=\d{1,3} key=(mm-[0-9a-f]{20})(?: [^>\n]{0,512})?-->\s{0,8}$/;

/** The text with the marker as its last line. Markers that the text brings along are broken up: it may have been written by anybody. */
export function withMarker(text: string, { hops, key }: Marker): string {
  return `${withoutMarkers(text).trimEnd()}\n\n<!-- mindmesh:hops=${hops} key=${key} -->`;
}

/** The key in the last line, where only `withMarker` puts one. */
export function keyIn(text: string): EffectKey | undefined {
  if (!text.includes(MARKER_START)) return undefined;
  const key = LAST_LINE.exec(text.slice(-600))?.[1];
  return key === undefined ? undefined : EffectKeySchema.parse(key);
}

/** The highest number of any marker in a text; 0 where there is none. Untrusted, but it can only be raised, and a high one stops work. */
export function hopsIn(text: string): number {
  // Nearly no text has one, and a search for a plain string is far cheaper than a match.
  if (!text.includes(MARKER_START)) return 0;
  let hops = 0;
  for (const match of text.matchAll(MARKER)) hops = Math.max(hops, Number(match[1]));
  return hops;
}

function withoutMarkers(text: string): string {
  return text.replaceAll(/<!--(?=\s*mindmesh:)/g, '&lt;!--');
}
