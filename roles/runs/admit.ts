import type { RunId } from '../../protocols/run.ts';
import { branchLocks, compareTurn, type OpenRun } from '../policy/run-order.ts';

/**
 * holds: it was admitted and has not ended · admit: all its branches are free and nobody older wants one of them ·
 * wait: for each run that is right before it on one of its branches.
 */
export type Admission =
  | { readonly run: RunId; readonly decision: 'holds' | 'admit' }
  | { readonly run: RunId; readonly decision: 'wait'; readonly behind: readonly RunId[] };

/**
 * Who may write (E3). A run takes all its branches at once or none, so no two can each wait for what the other has; and nobody passes
 * an older one on any branch, so whoever waits is behind finitely many. A branch that two runs hold already (two nodes decided
 * in a partition) goes to nobody else; the expected old sha of their pushes lets only one of them through.
 * @param runs those that have not ended, in any order: the answer is by turn and the same for every order
 */
export function admit(runs: readonly OpenRun[]): Admission[] {
  /** Branch → the last one in its line so far. */
  const lastInLine = new Map<string, RunId>();
  return byTurn(runs).map((open) => {
    const { run, isAdmitted } = open;
    const behind = joinLines(lastInLine, branchLocks(open), run);
    if (isAdmitted) return { run, decision: 'holds' };
    return behind.length === 0 ? { run, decision: 'admit' } : { run, decision: 'wait', behind };
  });
}

/** Puts the run at the end of the lines of all its branches. Returns who is right before it there. */
function joinLines(lastInLine: Map<string, RunId>, locks: readonly string[], run: RunId): RunId[] {
  const behind: RunId[] = [];
  for (const lock of locks) {
    const last = lastInLine.get(lock);
    if (last !== undefined && !behind.includes(last)) behind.push(last);
    lastInLine.set(lock, run);
  }
  return behind;
}

/** Without repeats: who is listed twice counts where its turn is first. */
function byTurn(runs: readonly OpenRun[]): OpenRun[] {
  const seen = new Set<RunId>();
  return runs.toSorted(compareTurn).filter(({ run }) => !seen.has(run) && seen.add(run));
}
