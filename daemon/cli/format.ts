import { MeshError } from '../../protocols/errors.ts';
import { type Args, textOf } from './args.ts';
import { FORMATS, type Format, type Look, type Rendering } from './output/look.ts';
import { paintFor } from './output/paint.ts';
import { render } from './output/render.ts';
import type { Terminal } from './terminal.ts';

export function formatOf(args: Args): Format {
  const text = textOf(args, 'output') ?? 'table';
  const format = FORMATS.find((each) => each === text);
  if (format === undefined) throw new MeshError('usage', { problem: `-o takes ${FORMATS.join(', ')}, not ${text}` });
  return format;
}

export function lookOf({ stdout, env, now }: Terminal): Omit<Look, 'wide'> {
  return { paint: paintFor(stdout, env), width: stdout.columns, now: now() };
}

/** Prints a view as `-o` asks. */
export async function print<T>(view: T, rendering: Rendering<T>, args: Args, terminal: Terminal): Promise<void> {
  terminal.stdout.write(await render(view, formatOf(args), rendering, lookOf(terminal)));
}
