import { hasCode, messageOf } from '../../protocols/errors.ts';
import type { FileKind, Hit, IndexedFile, IndexUpdate, Retrieval } from '../../roles/ports/retrieval.ts';
import { cutFile } from './chunks.ts';
import type { Embedder } from './embeddings.ts';
import { FileIndex } from './file-index.ts';
import { fuse } from './fuse.ts';
import type { Grammars } from './grammars.ts';
import type { Piece } from './pieces.ts';
import { DEFAULT_BOUNDS, type RetrievalBounds } from './retrieval-bounds.ts';
import { chooseSnippets } from './snippets.ts';
import { withoutStopWords } from './stop-words.ts';
import { VectorIndex } from './vector-index.ts';
import { wordsOf } from './words.ts';

export interface RetrievalParts {
  readonly grammars: Grammars;
  /** Absent: by words alone, which does better than small embeddings alone (docs/retrieval.md). */
  readonly embedder?: Embedder;
  /** Hears that embeddings were left out of an update or a search, and why. */
  readonly onDegraded?: (problem: string) => void;
}

/** Of each list that is fused. */
const FUSED = 50;

interface Repository {
  readonly files: FileIndex;
  readonly vectors: VectorIndex | undefined;
  readonly pieces: Map<string, { readonly hash: string; readonly pieces: readonly Piece[] }>;
  /** Updates of one index follow one another. */
  updated: Promise<unknown>;
}

/** Words, and where there is an embedder vectors too, over the files of repositories; whole pieces of code as snippets. In memory. */
export class CodeRetrieval implements Retrieval {
  readonly #bounds: RetrievalBounds;
  readonly #parts: RetrievalParts;
  /** The one that was used last comes last. */
  readonly #repositories = new Map<string, Repository>();

  constructor(bounds: Partial<RetrievalBounds>, parts: RetrievalParts) {
    this.#bounds = { ...DEFAULT_BOUNDS, ...bounds };
    this.#parts = parts;
  }

  update(of: string, files: readonly IndexedFile[]): Promise<IndexUpdate> {
    const repository = this.#use(of) ?? this.#open(of);
    const updated = repository.updated.then(() => this.#update(repository, files));
    repository.updated = updated.catch(() => undefined);
    return updated;
  }

  has(of: string): boolean {
    return this.#repositories.has(of);
  }

  async search(of: string, query: string, limit: number, among?: readonly FileKind[]): Promise<readonly Hit[]> {
    const repository = this.#use(of);
    if (repository === undefined) return [];
    await repository.updated;
    const ranked = await this.#rank(repository, query, among);
    const question = new Set(wordsOf(withoutStopWords(query)));
    return Promise.all(
      ranked.slice(0, limit).map(async ({ path, score }) => {
        const pieces = await this.#piecesOf(repository, path);
        const lines = (repository.files.text(path) ?? '').split('\n');
        return { path, score, snippets: chooseSnippets(lines, pieces, question) };
      }),
    );
  }

  async #update({ files: index, vectors, pieces }: Repository, files: readonly IndexedFile[]): Promise<IndexUpdate> {
    const update = await index.update(files);
    for (const path of [...pieces.keys()].filter((each) => index.text(each) === undefined)) pieces.delete(path);
    const placed = index.paths().map((path) => ({ path, hash: index.hash(path) ?? '', text: index.text(path) ?? '' }));
    await this.#withoutEmbeddings(vectors?.update(placed), undefined);
    return update;
  }

  async #rank({ files, vectors }: Repository, query: string, among?: readonly FileKind[]) {
    const byWords = files.search(query, among);
    const near = await this.#withoutEmbeddings(vectors?.search(query, FUSED), undefined);
    if (near === undefined) return byWords;
    const isWanted = (path: string) => among === undefined || among.includes(files.kind(path) ?? 'code');
    const lists = [byWords.slice(0, FUSED).map(({ path }) => path), near.filter(isWanted)];
    return fuse(lists).map(([path, score]) => ({ path, score }));
  }

  /** A server of embeddings that is away costs nothing but the embeddings. */
  async #withoutEmbeddings<T>(wanted: Promise<T> | undefined, instead: T | undefined): Promise<T | undefined> {
    try {
      return await wanted;
    } catch (error) {
      if (!hasCode(error, 'embeddings-unavailable')) throw error;
      this.#parts.onDegraded?.(messageOf(error));
      return instead;
    }
  }

  async #piecesOf({ files, pieces }: Repository, path: string): Promise<readonly Piece[]> {
    const hash = files.hash(path) ?? '';
    const known = pieces.get(path);
    if (known?.hash === hash) return known.pieces;
    const cut = await cutFile(this.#parts.grammars, path, files.text(path) ?? '');
    pieces.set(path, { hash, pieces: cut });
    return cut;
  }

  #use(of: string): Repository | undefined {
    const repository = this.#repositories.get(of);
    if (repository === undefined) return undefined;
    this.#repositories.delete(of);
    this.#repositories.set(of, repository);
    return repository;
  }

  #open(of: string): Repository {
    const { embedder } = this.#parts;
    const vectors = embedder === undefined ? undefined : new VectorIndex({ embedder });
    const repository = { files: new FileIndex(this.#bounds), vectors, pieces: new Map(), updated: Promise.resolve() };
    this.#repositories.set(of, repository);
    const [oldest] = this.#repositories.keys();
    if (this.#repositories.size > this.#bounds.repositories && oldest !== undefined) this.#repositories.delete(oldest);
    return repository;
  }
}
