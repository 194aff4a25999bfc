import { clean } from './clean.ts';
import type { Look } from './look.ts';

/** Labels and values under one another; a label that repeats stands once. */
export function facts(
  rows: readonly (readonly [label: string, value: string])[],
  { paint }: Look,
  indent = '  ',
): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value], i) => {
    const shown = rows[i - 1]?.[0] === label ? '' : label;
    return `${indent}${paint.dim(shown)}${' '.repeat(width - shown.length)}  ${clean(value)}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}
