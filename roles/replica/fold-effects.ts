import type { FactOf, TaskEffect } from './story.ts';

/** What the records about one slot tell of its effects outside the mesh. */
export function foldEffects(intents: readonly FactOf<'intended'>[], words: readonly FactOf<'effect'>[]): TaskEffect[] {
  const keys = new Set([...intents, ...words].map(({ record }) => record.key));
  return [...keys].flatMap((key) => {
    const isOfKey = ({ record }: FactOf<'intended'> | FactOf<'effect'>) => record.key === key;
    return foldEffect(intents.filter(isOfKey), words.filter(isOfKey));
  });
}

function foldEffect(intents: readonly FactOf<'intended'>[], words: readonly FactOf<'effect'>[]): TaskEffect[] {
  const first = intents[0] ?? words[0];
  if (first === undefined) return [];
  const { key, kind, target } = first.record;
  // Of two nodes the clock tells the order, for people only.
  const done = words.toSorted(byTime).at(-1);
  const effect = {
    ...{ key, kind, target },
    intended: intents.toSorted(byTime).map(({ record, position }) => ({ by: position.origin, at: record.at })),
    removed: words.reduce((sum, { record }) => sum + record.removed, 0),
    ...(done && { done: { by: done.position.origin, at: done.record.at, ref: done.record.ref } }),
  };
  return [effect];
}

interface Timed {
  readonly record: { readonly at: number };
}

function byTime(a: Timed, b: Timed): number {
  return a.record.at - b.record.at;
}
