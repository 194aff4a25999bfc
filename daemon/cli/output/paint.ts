import type { Output } from '../terminal.ts';

type Brush = (text: string) => string;

export interface Paint {
  readonly bold: Brush;
  readonly dim: Brush;
  readonly red: Brush;
  readonly green: Brush;
  readonly yellow: Brush;
}

const brush =
  (open: number, close: number): Brush =>
  (text) =>
    text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`;

export const COLOURS: Paint = {
  bold: brush(1, 22),
  dim: brush(2, 22),
  red: brush(31, 39),
  green: brush(32, 39),
  yellow: brush(33, 39),
};

const same: Brush = (text) => text;
export const PLAIN: Paint = { bold: same, dim: same, red: same, green: same, yellow: same };

/** Colours on a terminal only; https://no-color.org and FORCE_COLOR are heard. */
export function paintFor(output: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  if (env.NO_COLOR) return PLAIN;
  if (env.FORCE_COLOR) return env.FORCE_COLOR === '0' ? PLAIN : COLOURS;
  return output.isTTY && env.TERM !== 'dumb' ? COLOURS : PLAIN;
}
