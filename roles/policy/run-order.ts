import { compareText } from '../../protocols/ids.ts';
import type { RunId } from '../../protocols/run.ts';

/** A run that has not ended, as far as admission is concerned (E3). */
export interface OpenRun {
  readonly run: RunId;
  readonly repository: string;
  /** Every branch it writes to. */
  readonly branches: readonly string[];
  /** Wall clock of the request, milliseconds. */
  readonly requestedAt: number;
  readonly isAdmitted: boolean;
}

/** The older first; equal times are settled by the name, so that everybody who knows the same runs has one order. */
export function compareAge(a: OpenRun, b: OpenRun): number {
  return a.requestedAt - b.requestedAt || compareText(a.run, b.run);
}

/** Those that hold a branch before those that wait for it, each by age. */
export function compareTurn(a: OpenRun, b: OpenRun): number {
  return Number(b.isAdmitted) - Number(a.isAdmitted) || compareAge(a, b);
}

const HEADS = 'refs/heads/';

/** What only one run may write to at a time. GitHub tells no upper from lower case in names of repositories, but does in branches. */
export function branchLocks({ repository, branches }: Pick<OpenRun, 'repository' | 'branches'>): string[] {
  const name = repository.toLowerCase();
  return [
    ...new Set(branches.map((branch) => `${name}\n${branch.startsWith(HEADS) ? branch.slice(HEADS.length) : branch}`)),
  ];
}
