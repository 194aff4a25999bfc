import type { Look } from './look.ts';

/** Every line that has something on it, moved to the right. */
export function indent(text: string, by = '  '): string {
  return text.replace(/^(?=.)/gm, by);
}

/** The look of what is moved to the right: its window is narrower. */
export function narrower(look: Look, by = 2): Look {
  return { ...look, width: look.width === undefined ? undefined : look.width - by };
}
