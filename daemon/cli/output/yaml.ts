import { stringify } from 'yaml';

/** A module of its own, so that the bundle can load it by need: of a package that is loaded so, it keeps no names. */
export function yamlOf(view: unknown): string {
  return stringify(view, { lineWidth: 0, aliasDuplicateObjects: false });
}
