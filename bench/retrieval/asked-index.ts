import { CodeRetrieval } from '../../daemon/retrieval/code-retrieval.ts';
import { kindOf, leftOutByName } from '../../daemon/retrieval/file-kinds.ts';
import { Grammars } from '../../daemon/retrieval/grammars.ts';
import type { FileKind, IndexedFile } from '../../roles/ports/retrieval.ts';
import type { Commit } from './git-history.ts';
import { isQuestion, recallOf } from './queries.ts';

const TOP = 10;
/** Of more changed files ten results cannot show all. */
const MOST_CHANGED = 10;
const INDEX = 'measured';

/** An index of some files of a repository, asked what commits changed. */
export class AskedIndex {
  readonly #retrieval = new CodeRetrieval({}, { grammars: new Grammars() });
  readonly #isIn: (path: string) => boolean;
  #paths: ReadonlySet<string> = new Set();
  #asked = 0;
  #askedMs = 0;
  #filesRead = 0;

  constructor(isIn: (path: string) => boolean = () => true) {
    this.#isIn = isIn;
  }

  get files(): number {
    return this.#paths.size;
  }

  get filesRead(): number {
    return this.#filesRead;
  }

  /** Mean of all questions. */
  get queryMs(): number {
    return this.#askedMs / Math.max(1, this.#asked);
  }

  /** Milliseconds it took. */
  async update(all: readonly IndexedFile[]): Promise<number> {
    const files = all.filter(({ path }) => this.#isIn(path));
    const began = performance.now();
    const { read, leftOut } = await this.#retrieval.update(INDEX, files);
    const ms = performance.now() - began;
    this.#filesRead += read;
    const out = new Set(leftOut.map(({ path }) => path));
    this.#paths = new Set(files.map(({ path }) => path).filter((path) => !out.has(path)));
    return ms;
  }

  /** The recall; none where the commit is no question about files of these kinds. */
  async ask({ subject, changed }: Commit, among: readonly FileKind[]): Promise<readonly number[]> {
    const isWanted = (path: string) => leftOutByName(path) === undefined && among.includes(kindOf(path));
    const wanted = changed.filter((path) => isWanted(path) && this.#paths.has(path));
    if (!isQuestion(subject) || wanted.length === 0 || wanted.length > MOST_CHANGED) return [];
    const began = performance.now();
    const hits = await this.#retrieval.search(INDEX, subject, TOP, among);
    this.#askedMs += performance.now() - began;
    this.#asked += 1;
    return [
      recallOf(
        wanted,
        hits.map(({ path }) => path),
      ),
    ];
  }
}
