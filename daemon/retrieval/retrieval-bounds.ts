/** How much an index takes in. What does not fit is named in the update, never left out in silence. */
export interface RetrievalBounds {
  /** Files of a repository. */
  readonly files: number;
  /** Of one file: longer ones are data, or generated without saying so. */
  readonly fileBytes: number;
  /** UTF-16 units of all files of a repository: its memory is about five times as many bytes. */
  readonly indexChars: number;
  /** Repositories kept in memory; the one that was used longest ago is made anew when it is asked for again. */
  readonly repositories: number;
}

export const DEFAULT_BOUNDS: RetrievalBounds = {
  files: 20_000,
  fileBytes: 262_144,
  indexChars: 64 * 2 ** 20,
  repositories: 8,
};
