import type { Embedder } from './embeddings.ts';

/** The beginning of a file names what it is about; models of embeddings take little more. */
const SHOWN_CHARS = 2_000;

interface Placed {
  readonly hash: string;
  readonly vector: Float32Array;
}

/** One vector a file, compared one by one: for tens of thousands of files that costs milliseconds. */
export class VectorIndex {
  readonly #embedder: Embedder;
  readonly #placed = new Map<string, Placed>();

  constructor({ embedder }: { readonly embedder: Embedder }) {
    this.#embedder = embedder;
  }

  /** @throws MeshError `embeddings-unavailable`; what was placed before stays */
  async update(
    files: readonly { readonly path: string; readonly hash: string; readonly text: string }[],
  ): Promise<void> {
    const wanted = new Set(files.map(({ path }) => path));
    for (const path of [...this.#placed.keys()].filter((each) => !wanted.has(each))) this.#placed.delete(path);
    const changed = files.filter(({ path, hash }) => this.#placed.get(path)?.hash !== hash);
    const vectors = await this.#embedder.embed(
      changed.map(({ path, text }) => `${path}\n${text.slice(0, SHOWN_CHARS)}`),
    );
    for (const [index, { path, hash }] of changed.entries()) {
      const vector = vectors[index];
      if (vector !== undefined) this.#placed.set(path, { hash, vector });
    }
  }

  /** Paths, the nearest first. @throws MeshError `embeddings-unavailable` */
  async search(question: string, limit: number): Promise<readonly string[]> {
    const [wanted] = await this.#embedder.embed([question]);
    if (wanted === undefined) return [];
    return [...this.#placed]
      .map(([path, { vector }]) => [path, dot(vector, wanted)] as const)
      .sort(([, a], [, b]) => b - a)
      .slice(0, limit)
      .map(([path]) => path);
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
