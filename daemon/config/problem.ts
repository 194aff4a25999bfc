import { MeshError } from '../../protocols/errors.ts';

/** Where a value came from. */
export type Source =
  | { readonly from: 'flag'; readonly name: string }
  | { readonly from: 'environment'; readonly name: string }
  | { readonly from: 'file'; readonly file: string; readonly line: number }
  | { readonly from: 'default' };

/** Something wrong with the configuration, and where. */
export interface Problem {
  readonly source: Source;
  /** Dotted key; absent for what concerns a file as a whole. */
  readonly key?: string;
  readonly text: string;
}

export function formatSource(source: Source): string {
  switch (source.from) {
    case 'flag':
      return `--${source.name}`;
    case 'environment':
      return `$${source.name}`;
    case 'file':
      return `${source.file}:${source.line}`;
    case 'default':
      return 'default';
  }
}

export function formatProblem({ source, key, text }: Problem): string {
  const place = source.from === 'default' ? [] : [formatSource(source)];
  return [...place, ...(key === undefined ? [] : [key]), text].join(': ');
}

/** All problems as one error: one stands on the line, several each on a line of its own. */
export function invalidConfig(problems: readonly Problem[]): MeshError<'config-invalid'> {
  const lines = problems.map(formatProblem);
  const problem = lines.length === 1 ? lines.join('') : lines.map((line) => `\n  ${line}`).join('');
  return new MeshError('config-invalid', { file: blame(problems), problem });
}

/** The file where there is one to mend; else what the values came from. */
function blame(problems: readonly Problem[]): string {
  const files = problems.flatMap(({ source }) => (source.from === 'file' ? [source.file] : []));
  return [...new Set(files)].join(', ') || 'of this command';
}
