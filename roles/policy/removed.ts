/** What is taken out of a text because people do not see it, and how it is called when that is told. */
export const HIDDEN_KINDS = {
  comment: ['HTML comment', 'HTML comments'],
  element: ['hidden HTML element', 'hidden HTML elements'],
  attribute: ['HTML tag with hidden attributes', 'HTML tags with hidden attributes'],
  instruction: ['hidden HTML declaration', 'hidden HTML declarations'],
  image: ['text of an image', 'texts of images'],
  title: ['title of a link', 'titles of links'],
  definition: ['definition that shows nothing', 'definitions that show nothing'],
  invisible: ['invisible character', 'invisible characters'],
  bidi: ['character that turns the direction of text', 'characters that turn the direction of text'],
  tag: ['tag character', 'tag characters'],
} as const satisfies Readonly<Record<string, readonly [one: string, many: string]>>;
export type HiddenKind = keyof typeof HIDDEN_KINDS;

/** How many of each kind; none of a kind that is absent. */
export type Removed = Readonly<Partial<Record<HiddenKind, number>>>;

/** Counts while a text is gone through. */
export class Tally {
  readonly #counts = new Map<HiddenKind, number>();

  add(kind: HiddenKind, by = 1): void {
    if (by > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + by);
  }

  get removed(): Removed {
    return Object.fromEntries(this.#counts);
  }
}

/** `2 HTML comments, 14 invisible characters`; empty where nothing was taken out. */
export function tellRemoved(removed: Removed): string {
  const kinds = Object.keys(HIDDEN_KINDS) as HiddenKind[];
  return kinds
    .flatMap((kind) => {
      const count = removed[kind] ?? 0;
      return count === 0 ? [] : [`${count} ${HIDDEN_KINDS[kind][count === 1 ? 0 : 1]}`];
    })
    .join(', ');
}
