import { clean } from './clean.ts';
import type { Format, Look, Rendering } from './look.ts';

/** A view in the asked form; always ends with a newline unless it is empty. */
export async function render<T>(
  view: T,
  format: Format,
  rendering: Rendering<T>,
  look: Omit<Look, 'wide'>,
): Promise<string> {
  switch (format) {
    case 'table':
      return rendering.table(view, { ...look, wide: false });
    case 'wide':
      return rendering.table(view, { ...look, width: undefined, wide: true });
    case 'json':
      return `${JSON.stringify(view, null, 2)}\n`;
    case 'yaml':
      return toYaml(view);
    case 'name':
      return rendering
        .names(view)
        .map((name) => `${clean(name)}\n`)
        .join('');
  }
}

/** Loaded only when it is asked for: a command shall not wait for what it does not print. */
export async function toYaml(view: unknown): Promise<string> {
  const { yamlOf } = await import('./yaml.ts');
  return yamlOf(view);
}
