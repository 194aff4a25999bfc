import { basename, resolve } from 'node:path';
import { CodeRetrieval } from '../../daemon/retrieval/code-retrieval.ts';
import { kindOf, leftOutByName } from '../../daemon/retrieval/file-kinds.ts';
import { Grammars } from '../../daemon/retrieval/grammars.ts';
import type { FileKind } from '../../roles/ports/retrieval.ts';
import { round } from '../percentiles.ts';
import { type Commit, GitHistory } from './git-history.ts';
import { isQuestion, meanOf, type Recall, recallOf } from './queries.ts';

export interface RetrievalOptions {
  /** Folder of a repository, with or without a work tree. */
  readonly repo: string;
  /** How far back from its newest commit. */
  readonly commits: number;
  readonly tell: (line: string) => void;
}

export interface RetrievalReport {
  readonly case: 'retrieval';
  readonly repository: string;
  readonly commits: number;
  readonly files: number;
  /** Found among code, each commit asked of the repository as it was before it. */
  readonly code: Recall;
  /** The same with tests, among code and tests. */
  readonly withTests: Recall;
  /** As `code`, all commits asked of the newest state. */
  readonly newest: Recall;
  readonly firstUpdateMs: number;
  /** Mean of all later ones: a commit each. */
  readonly nextUpdateMs: number;
  readonly filesReadPerUpdate: number;
  readonly queryMs: number;
}

const TOP = 10;
/** Of more changed files ten results cannot show all. */
const MOST_CHANGED = 10;
const INDEX = 'measured';
const CODE: readonly FileKind[] = ['code'];
const CODE_AND_TESTS: readonly FileKind[] = ['code', 'test'];

/** How well a commit's subject finds the files it changed. */
export async function runRetrieval({ repo, commits, tell }: RetrievalOptions): Promise<RetrievalReport> {
  const history = new GitHistory(resolve(repo));
  const questions = await history.commits(commits);
  tell(`${questions.length} commits of ${basename(resolve(repo))}`);
  const bench = new RetrievalBench(history);
  const walked = await bench.walk(questions);
  const newest = meanOf(await bench.askAll(questions));
  tell(
    `recall@10: ${walked.code.recallAt10} of ${walked.code.queries} questions; of the newest state ${newest.recallAt10}`,
  );
  return { case: 'retrieval', repository: basename(resolve(repo)), commits: questions.length, ...walked, newest };
}

class RetrievalBench {
  readonly #history: GitHistory;
  readonly #retrieval = new CodeRetrieval({}, { grammars: new Grammars() });
  #paths: ReadonlySet<string> = new Set();
  #readCount = 0;
  #queryMs: number[] = [];

  constructor(history: GitHistory) {
    this.#history = history;
  }

  async walk(commits: readonly Commit[]) {
    const [code, withTests]: [number[], number[]] = [[], []];
    const firstUpdateMs = await this.#update(`${commits[0]?.sha ?? 'HEAD'}^`);
    this.#readCount = 0;
    let nextMs = 0;
    for (const commit of commits) {
      code.push(...(await this.#ask(commit, CODE)));
      withTests.push(...(await this.#ask(commit, CODE_AND_TESTS)));
      nextMs += await this.#update(commit.sha);
    }
    const each = Math.max(1, commits.length);
    return {
      ...{ files: this.#paths.size, code: meanOf(code), withTests: meanOf(withTests) },
      ...{ firstUpdateMs: round(firstUpdateMs), nextUpdateMs: round(nextMs / each) },
      filesReadPerUpdate: round(this.#readCount / each),
      queryMs: round(this.#queryMs.reduce((sum, ms) => sum + ms, 0) / Math.max(1, this.#queryMs.length)),
    };
  }

  async askAll(commits: readonly Commit[]): Promise<number[]> {
    const recalls: number[] = [];
    for (const commit of commits) recalls.push(...(await this.#ask(commit, CODE)));
    return recalls;
  }

  /** Milliseconds it took. */
  async #update(commit: string): Promise<number> {
    const files = await this.#history.files(commit);
    const began = performance.now();
    const { read, leftOut } = await this.#retrieval.update(INDEX, files);
    const ms = performance.now() - began;
    this.#readCount += read;
    const out = new Set(leftOut.map(({ path }) => path));
    this.#paths = new Set(files.map(({ path }) => path).filter((path) => !out.has(path)));
    return ms;
  }

  /** None where the commit is no question about files of these kinds. */
  async #ask({ subject, changed }: Commit, among: readonly FileKind[]): Promise<readonly number[]> {
    const isWanted = (path: string) => leftOutByName(path) === undefined && among.includes(kindOf(path));
    const wanted = changed.filter((path) => isWanted(path) && this.#paths.has(path));
    if (!isQuestion(subject) || wanted.length === 0 || wanted.length > MOST_CHANGED) return [];
    const began = performance.now();
    const hits = await this.#retrieval.search(INDEX, subject, TOP, among);
    this.#queryMs.push(performance.now() - began);
    return [
      recallOf(
        wanted,
        hits.map(({ path }) => path),
      ),
    ];
  }
}
