import type { Paint } from './paint.ts';

/** How a view is shown: everything a rendering needs beside the view itself. */
export interface Look {
  readonly paint: Paint;
  /** Columns of the window; undefined: as wide as it gets. */
  readonly width: number | undefined;
  readonly wide: boolean;
  /** Wall-clock milliseconds: ages are counted from here. */
  readonly now: number;
}

export const FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type Format = (typeof FORMATS)[number];

/** A view for people, and the names in it for scripts. */
export interface Rendering<T> {
  table(view: T, look: Look): string;
  names(view: T): readonly string[];
}
