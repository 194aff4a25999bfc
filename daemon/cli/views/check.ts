import { clean } from '../output/clean.ts';
import type { Rendering } from '../output/look.ts';
import { plural } from '../output/words.ts';

/** What reading a whole store found. */
export interface CheckView {
  readonly dataDir: string;
  readonly logs: number;
  readonly records: number;
  readonly heads: number;
  readonly problems: readonly { readonly log: string; readonly problem: string }[];
  /** Logs that a projection has not seen to their end. */
  readonly behind: readonly string[];
  /** Records that every table was made of anew. */
  readonly rebuilt?: number;
}

export const checkRendering: Rendering<CheckView> = {
  names: ({ problems }) => problems.map(({ log }) => log),
  table: ({ dataDir, logs, records, heads, problems, behind, rebuilt }, { paint }) => {
    const verdict = problems.length === 0 ? paint.green('sound') : paint.red(plural(problems.length, 'damaged log'));
    const lines = [
      ...(rebuilt === undefined ? [] : [`every table made anew from ${plural(rebuilt, 'record')}`]),
      `${clean(dataDir)}: ${plural(logs, 'log')}, ${plural(records, 'record')}, ${plural(heads, 'signed head')}: ${verdict}`,
      ...problems.map(({ log, problem }) => `${paint.red('error')} ${clean(log)}: ${clean(problem)}`),
      ...(problems.length === 0
        ? []
        : [
            '  fix: move the store away and start the node: it fetches its org’s logs from its peers. What only this node had stays in the moved store.',
          ]),
      ...(behind.length === 0
        ? []
        : [`${plural(behind.length, 'log')} not yet seen to the end by the tables: the next start does that.`]),
    ];
    return lines.map((line) => `${line}\n`).join('');
  },
};
