/** Subjects of these kinds say nothing about where: releases, versions of packages, what machines write. */
const NO_QUESTION = /^(chore|ci|deps|docs|build|style|release|revert|merge|bump|update dependency)\b|^v?\d+\.\d+/i;

export function isQuestion(subject: string): boolean {
  return !NO_QUESTION.test(subject.trim());
}

/** Share of the files that are among those found. */
export function recallOf(wanted: readonly string[], found: readonly string[]): number {
  return wanted.filter((path) => found.includes(path)).length / wanted.length;
}

export interface Recall {
  readonly queries: number;
  /** Mean over the queries of the share of changed files among the first ten. */
  readonly recallAt10: number;
  /** Share of the queries with at least one changed file among the first ten. */
  readonly anyAt10: number;
}

export function meanOf(recalls: readonly number[]): Recall {
  const mean = (values: readonly number[]) =>
    values.length === 0
      ? 0
      : Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 1_000) / 1_000;
  return {
    queries: recalls.length,
    recallAt10: mean(recalls),
    anyAt10: mean(recalls.map((recall) => Number(recall > 0))),
  };
}
