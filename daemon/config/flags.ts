import { SECTIONS } from './config.ts';
import type { Setting } from './merge.ts';
import type { Flag, Surroundings } from './section.ts';

/** Every option of the command line that sets a key. */
export const FLAGS: readonly Flag[] = SECTIONS.flatMap(({ flags }) => flags);

/** What was given on the command line, by the name of the flag. */
export type GivenFlags = Readonly<Record<string, string | readonly string[] | undefined>>;

export function readFlags(given: GivenFlags, around: Surroundings): Setting[] {
  return FLAGS.flatMap((flag): Setting[] => {
    const value = given[flag.name];
    if (value === undefined) return [];
    const texts = typeof value === 'string' ? [value] : value;
    const parsed = texts.map((text) => flag.parse(text, around));
    const source = { from: 'flag', name: flag.name } as const;
    return [{ key: flag.key, value: flag.many ? parsed : parsed.at(-1), source }];
  });
}
