/** Answers of models by what was asked, on this node. It may forget anything at any time, and never throws. */
export interface ModelCache {
  /** What was kept under this key and is not too old. */
  get(key: string): Promise<string | undefined>;
  put(key: string, answer: string): Promise<void>;
}
