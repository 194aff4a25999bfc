import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** Blobs of a repository by one `git cat-file --batch`, instead of a process for each. */
export class BlobReader {
  readonly #git: ChildProcessWithoutNullStreams;
  readonly #waiting: ((text: string) => void)[] = [];
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Of what has come, so much must be there before the next answer is whole. */
  #wanted = 0;

  constructor(dir: string) {
    this.#git = spawn('git', ['-C', dir, 'cat-file', '--batch']);
    this.#git.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      if (this.#bytes >= this.#wanted) this.#answer();
    });
  }

  read(sha: string): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#waiting.push(resolve);
    this.#git.stdin.write(`${sha}\n`);
    return promise;
  }

  close(): void {
    this.#git.stdin.end();
  }

  /** `<sha> blob <size>\n<content>\n`, in the order they were asked for. */
  #answer(): void {
    let whole = Buffer.concat(this.#chunks);
    for (;;) {
      const end = whole.indexOf(10);
      const size = Number(whole.subarray(0, Math.max(0, end)).toString().split(' ')[2]);
      this.#wanted = end === -1 ? whole.length + 1 : end + 1 + size + 1;
      if (whole.length < this.#wanted) break;
      this.#waiting.shift()?.(whole.subarray(end + 1, end + 1 + size).toString('utf8'));
      whole = whole.subarray(this.#wanted);
    }
    this.#chunks = [whole];
    this.#bytes = whole.length;
  }
}
