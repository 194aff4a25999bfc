import { clean } from '../output/clean.ts';
import type { Rendering } from '../output/look.ts';

export interface CheckedView {
  readonly valid: boolean;
  /** Absent: there is none, and the rest decides. */
  readonly file?: string;
  readonly name: string;
  readonly org: string;
  readonly cluster: string;
  readonly roles: readonly string[];
}

export const checkedRendering: Rendering<CheckedView> = {
  names: ({ name }) => [name],
  table: ({ file, name, org, cluster, roles }, { paint }) => {
    const what = file === undefined ? 'The configuration (no file, only defaults, variables and flags)' : file;
    return `${clean(what)} is ${paint.green('valid')}: ${clean(name)} of ${org} in ${cluster}, ${roles.join(', ')}.\n`;
  },
};
