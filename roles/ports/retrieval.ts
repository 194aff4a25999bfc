/** Finds the places of a repository that a text is about. */
export interface Retrieval {
  /**
   * Brings the index of a repository to what `files` says; only what changed is read and cut anew.
   * @param of names the index, e.g. `owner/name`
   */
  update(of: string, files: readonly IndexedFile[]): Promise<{ readonly read: number; readonly kept: number }>;
  /** Best first. */
  search(of: string, query: string, limit: number): Promise<readonly Hit[]>;
}

export interface IndexedFile {
  readonly path: string;
  /** Of the content: git's blob sha, or any hash. The same hash is not read again. */
  readonly hash: string;
  read(): Promise<string>;
}

export interface Hit {
  readonly path: string;
  readonly score: number;
  /** The pieces of the file that fit best: whole functions, classes or sections. */
  readonly snippets: readonly { readonly from: number; readonly to: number; readonly text: string }[];
}
