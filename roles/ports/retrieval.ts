/** Finds the places of a repository that a text is about. */
export interface Retrieval {
  /**
   * Brings the index of a repository to what `files` says; only what changed is read and cut anew.
   * @param of names the index, e.g. `owner/name`
   */
  update(of: string, files: readonly IndexedFile[]): Promise<IndexUpdate>;
  /** Whether there is anything to search: an index lives in memory, and is made anew by whoever has the files. */
  has(of: string): boolean;
  /**
   * Best first. What is not indexed has no hits.
   * @param among files of these kinds only; absent: of all
   */
  search(of: string, query: string, limit: number, among?: readonly FileKind[]): Promise<readonly Hit[]>;
}

export const FILE_KINDS = ['code', 'test', 'document', 'settings'] as const;
/** code: of a programming language · test: code that lies and is named as tests are · document: prose · settings: JSON, YAML, TOML and the like */
export type FileKind = (typeof FILE_KINDS)[number];

export interface IndexedFile {
  readonly path: string;
  /** Of the content: git's blob sha, or any hash. The same hash is not read again. */
  readonly hash: string;
  /** Length of the content where it is known: too large a file is then not even read. */
  readonly bytes?: number;
  read(): Promise<string>;
}

export interface IndexUpdate {
  /** Files whose text was asked for. */
  readonly read: number;
  /** Files that were indexed already. */
  readonly kept: number;
  /** Files that no search finds, each with the reason. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly path: string;
  readonly why: LeftOutWhy;
}

/**
 * binary: no text, by name or content · lock: versions that a package manager wrote · generated: says so, by name or in its head · vendored: code
 * of others · minified: lines that nobody reads · too-large, too-many, index-full: a bound of the index
 */
export type LeftOutWhy =
  | 'binary'
  | 'lock'
  | 'generated'
  | 'vendored'
  | 'minified'
  | 'too-large'
  | 'too-many'
  | 'index-full';

export interface Hit {
  readonly path: string;
  readonly score: number;
  /** The pieces of the file that fit best: whole functions, classes or sections. */
  readonly snippets: readonly Snippet[];
}

export interface Snippet {
  /** First and last line, from 1. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}
