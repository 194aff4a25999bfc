import { compareText } from '../../protocols/ids.ts';
import type { LockLine } from '../../protocols/operator.ts';
import { branchLocks, compareTurn } from '../policy/run-order.ts';
import type { KnownRun } from '../replica/open-runs.ts';

/** Each branch that somebody writes to or wants to: who holds it, and who waits for it in which place (E3). */
export function lockLines(
  runs: readonly KnownRun[],
  { repository }: { readonly repository?: string } = {},
): LockLine[] {
  const wanted = runs
    .filter((run) => repository === undefined || run.repository.toLowerCase() === repository.toLowerCase())
    .sort(compareTurn);
  const lines = Map.groupBy(
    wanted.flatMap((run) => branchLocks(run).map((lock) => ({ run, lock }))),
    ({ lock }) => lock,
  );
  return [...lines]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([lock, line]) =>
      lineOf(
        lock,
        line.map(({ run }) => run),
      ),
    );
}

/** Branches that two runs hold, as people name them. */
export function contestedBranches(lines: readonly LockLine[]): string[] {
  const held = lines
    .filter(({ state }) => state === 'holds')
    .map(({ repository, branch }) => `${branch} of ${repository}`);
  return [...new Set(held.filter((branch, i) => held.indexOf(branch) !== i))];
}

function lineOf(lock: string, runs: readonly KnownRun[]): LockLine[] {
  const holders = runs.filter(({ isAdmitted }) => isAdmitted).length;
  return runs.map((known, i) => {
    const { run, eventId, slot, attempt, kind, repository, cluster, branches } = known;
    return {
      repository,
      branch: lock.slice(lock.indexOf('\n') + 1),
      state: known.isAdmitted ? 'holds' : 'waits',
      place: known.isAdmitted ? 0 : i - holders + 1,
      since: known.admittedAt ?? known.requestedAt,
      ...{ run, attempt, kind, eventId, slot, cluster },
      branches: [...branches],
    };
  });
}
