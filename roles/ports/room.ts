/** The file system that holds the data directory. */
export interface DiskRoom {
  /** Bytes that this process may still write, and the size of the whole. Rejects when it cannot be read. */
  read(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
  /** Bytes that the store takes. Rejects when it cannot be read. */
  storeBytes(): Promise<number>;
}

/** A file that takes room as long as there is plenty, to be given back when there is none (L8). */
export interface BallastFile {
  /** 0: none is kept. */
  readonly bytes: number;
  isHeld(): Promise<boolean>;
  /** Resolves with whether it is there now. */
  make(): Promise<boolean>;
  release(): Promise<void>;
}
