export interface WorkspaceBounds {
  /** Files of a repository that is cloned. */
  readonly files: number;
  /** Bytes of all of them, and what one run may add to its copy. */
  readonly treeBytes: number;
  /** Of one file that is read or written. */
  readonly fileBytes: number;
}

export const DEFAULT_WORKSPACE_BOUNDS: WorkspaceBounds = {
  files: 50_000,
  treeBytes: 512 * 2 ** 20,
  fileBytes: 2 * 2 ** 20,
};
