import MiniSearch, { type SearchResult } from 'minisearch';
import type { FileKind, IndexedFile, IndexUpdate, LeftOut, LeftOutWhy } from '../../roles/ports/retrieval.ts';
import { kindOf, leftOutByName, leftOutByText } from './file-kinds.ts';
import type { RetrievalBounds } from './retrieval-bounds.ts';
import { withoutStopWords } from './stop-words.ts';
import { wordsOf } from './words.ts';

/** A word in the path of a file says more about it than one inside it. */
const PATH_BOOST = 2;

interface Indexed {
  readonly hash: string;
  readonly kind: FileKind;
  readonly text: string;
}

interface Entry {
  readonly path: string;
  readonly text: string;
}

/** The words of one repository's files, in memory. */
export class FileIndex {
  readonly #bounds: RetrievalBounds;
  /**
   * Documents are taken out by their text (`remove`), not by `discard`: minisearch 7.2 cleans up after that in the background, and
   * breaks when something is added meanwhile.
   */
  readonly #words = new MiniSearch<Entry>({
    idField: 'path',
    fields: ['path', 'text'],
    tokenize: wordsOf,
    processTerm: (word) => word,
    searchOptions: { boost: { path: PATH_BOOST }, tokenize: (question) => wordsOf(withoutStopWords(question)) },
    autoVacuum: false,
  });
  readonly #files = new Map<string, Indexed>();
  /** What was read once and is left out for its text: it is not read again. */
  readonly #refused = new Map<string, { readonly hash: string; readonly why: LeftOutWhy }>();
  #chars = 0;

  constructor(bounds: RetrievalBounds) {
    this.#bounds = bounds;
  }

  async update(files: readonly IndexedFile[]): Promise<IndexUpdate> {
    this.#forget(new Set(files.map(({ path }) => path)));
    const leftOut: LeftOut[] = [];
    const counts = { read: 0, kept: 0 };
    for (const file of files) {
      const why = this.#refusalOf(file) ?? (await this.#take(file, counts));
      if (why === undefined) continue;
      this.#remove(file.path);
      leftOut.push({ path: file.path, why });
    }
    return { ...counts, leftOut };
  }

  /** Every file with a word of the question, best first. */
  search(question: string, among?: readonly FileKind[]): readonly { readonly path: string; readonly score: number }[] {
    const isWanted = ({ id }: SearchResult) => among === undefined || among.includes(this.kind(String(id)) ?? 'code');
    return this.#words.search(question, { filter: isWanted }).map(({ id, score }) => ({ path: String(id), score }));
  }

  text(path: string): string | undefined {
    return this.#files.get(path)?.text;
  }

  hash(path: string): string | undefined {
    return this.#files.get(path)?.hash;
  }

  kind(path: string): FileKind | undefined {
    return this.#files.get(path)?.kind;
  }

  paths(): readonly string[] {
    return [...this.#files.keys()];
  }

  #refusalOf({ path, hash, bytes }: IndexedFile): LeftOutWhy | undefined {
    const byName = leftOutByName(path);
    if (byName !== undefined) return byName;
    if (bytes !== undefined && bytes > this.#bounds.fileBytes) return 'too-large';
    const refused = this.#refused.get(path);
    if (refused?.hash === hash) return refused.why;
    return !this.#files.has(path) && this.#files.size >= this.#bounds.files ? 'too-many' : undefined;
  }

  async #take(file: IndexedFile, counts: { read: number; kept: number }): Promise<LeftOutWhy | undefined> {
    const { path, hash } = file;
    if (this.#files.get(path)?.hash === hash) {
      counts.kept += 1;
      return undefined;
    }
    const text = await file.read();
    counts.read += 1;
    this.#remove(path);
    const why = text.length > this.#bounds.fileBytes ? 'too-large' : leftOutByText(text);
    if (why !== undefined) this.#refused.set(path, { hash, why });
    // Not remembered as refused: another file may go and make room.
    else if (this.#chars + text.length > this.#bounds.indexChars) return 'index-full';
    else this.#add(path, { hash, text, kind: kindOf(path) });
    return why;
  }

  #add(path: string, file: Indexed): void {
    this.#files.set(path, file);
    this.#words.add({ path, text: file.text });
    this.#chars += file.text.length;
  }

  #remove(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#words.remove({ path, text: file.text });
    this.#files.delete(path);
    this.#chars -= file.text.length;
  }

  #forget(wanted: ReadonlySet<string>): void {
    for (const path of [...this.#files.keys()].filter((each) => !wanted.has(each))) this.#remove(path);
    for (const path of [...this.#refused.keys()].filter((each) => !wanted.has(each))) this.#refused.delete(path);
  }
}
