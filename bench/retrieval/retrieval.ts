import { basename, resolve } from 'node:path';
import type { FileKind } from '../../roles/ports/retrieval.ts';
import { round } from '../percentiles.ts';
import { AskedIndex } from './asked-index.ts';
import { type Commit, GitHistory } from './git-history.ts';
import { endingOf, mainLanguageOf } from './main-language.ts';
import { meanOf, type Recall } from './queries.ts';

export interface RetrievalOptions {
  /** Folder of a repository, with or without a work tree. */
  readonly repo: string;
  /** Commit that counts as its newest. Default: HEAD. */
  readonly at?: string;
  /** How far back from there. */
  readonly commits: number;
  readonly tell: (line: string) => void;
}

export interface RetrievalReport {
  readonly case: 'retrieval';
  readonly repository: string;
  readonly commits: number;
  readonly files: number;
  /** Endings of the language that most of its code is in. */
  readonly language: readonly string[];
  /** Code of that language, each commit asked of the repository as it was before it. */
  readonly code: Recall;
  /** The same with tests. */
  readonly withTests: Recall;
  /** Code and tests of that language, all commits asked of the newest state. */
  readonly newest: Recall;
  /** Code of all languages, before the commit. */
  readonly allLanguages: Recall;
  readonly firstUpdateMs: number;
  /** Mean of all later ones: a commit each. */
  readonly nextUpdateMs: number;
  readonly filesReadPerUpdate: number;
  readonly queryMs: number;
}

const CODE: readonly FileKind[] = ['code'];
const CODE_AND_TESTS: readonly FileKind[] = ['code', 'test'];

/** How well a commit's subject finds the files it changed. */
export async function runRetrieval({ repo, at = 'HEAD', commits, tell }: RetrievalOptions): Promise<RetrievalReport> {
  const history = new GitHistory(resolve(repo), at);
  try {
    const questions = await history.commits(commits);
    tell(`${questions.length} commits of ${basename(resolve(repo))}`);
    const report = await walk(history, questions);
    const { recallAt10, queries } = report.code;
    tell(`recall@10 in ${report.language[0] ?? 'no language'}: ${recallAt10} of ${queries} questions`);
    return { case: 'retrieval', repository: basename(resolve(repo)), commits: questions.length, ...report };
  } finally {
    history.close();
  }
}

async function walk(history: GitHistory, commits: readonly Commit[]) {
  const language = mainLanguageOf((await history.files()).map(({ path }) => path));
  const [all, main] = [new AskedIndex(), new AskedIndex((path) => language.includes(endingOf(path)))];
  const update = async (commit: string) => {
    const files = await history.files(commit);
    await main.update(files);
    return all.update(files);
  };
  const [code, withTests, allLanguages]: [number[], number[], number[]] = [[], [], []];
  const firstUpdateMs = commits[0] === undefined ? 0 : await update(`${commits[0].sha}^`);
  const readAtFirst = all.filesRead;
  let nextMs = 0;
  for (const commit of commits) {
    code.push(...(await main.ask(commit, CODE)));
    withTests.push(...(await main.ask(commit, CODE_AND_TESTS)));
    allLanguages.push(...(await all.ask(commit, CODE)));
    nextMs += await update(commit.sha);
  }
  const newest: number[] = [];
  for (const commit of commits) newest.push(...(await main.ask(commit, CODE_AND_TESTS)));
  const each = Math.max(1, commits.length);
  return {
    ...{ files: all.files, language, code: meanOf(code), withTests: meanOf(withTests) },
    ...{ newest: meanOf(newest), allLanguages: meanOf(allLanguages) },
    ...{ firstUpdateMs: round(firstUpdateMs), nextUpdateMs: round(nextMs / each) },
    filesReadPerUpdate: round((all.filesRead - readAtFirst) / each),
    queryMs: round(all.queryMs),
  };
}
