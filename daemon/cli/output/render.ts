import { stringify } from 'yaml';
import { clean } from './clean.ts';
import type { Format, Look, Rendering } from './look.ts';

/** A view in the asked form; always ends with a newline unless it is empty. */
export function render<T>(view: T, format: Format, rendering: Rendering<T>, look: Omit<Look, 'wide'>): string {
  switch (format) {
    case 'table':
      return rendering.table(view, { ...look, wide: false });
    case 'wide':
      return rendering.table(view, { ...look, width: undefined, wide: true });
    case 'json':
      return `${JSON.stringify(view, null, 2)}\n`;
    case 'yaml':
      return stringify(view, { lineWidth: 0, aliasDuplicateObjects: false });
    case 'name':
      return rendering
        .names(view)
        .map((name) => `${clean(name)}\n`)
        .join('');
  }
}
