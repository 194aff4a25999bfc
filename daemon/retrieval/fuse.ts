/** Damps the first places: 60 is the constant of Cormack, Clarke and Büttcher, Reciprocal Rank Fusion (SIGIR 2009). */
const DAMPING = 60;

/**
 * One list of several that were ranked by scores which cannot be compared.
 * @param lists names, best first
 * @returns name and fused score, best first; of equal ones the one that an earlier list has first
 */
export function fuse(lists: readonly (readonly string[])[]): readonly (readonly [name: string, score: number])[] {
  const scores = new Map<string, number>();
  for (const list of lists) {
    for (const [rank, name] of list.entries()) {
      scores.set(name, (scores.get(name) ?? 0) + 1 / (DAMPING + rank + 1));
    }
  }
  return [...scores].sort(([, a], [, b]) => b - a);
}
