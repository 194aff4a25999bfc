import type { ServerProcess } from '../server-process.ts';
import type { JobName, Jobs } from './messages.ts';

/** A node that runs, as the bench sees it. */
export class BenchNode {
  readonly name: string;
  readonly #process: ServerProcess;

  constructor(name: string, process: ServerProcess) {
    this.name = name;
    this.#process = process;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** One job at a time. @throws Error when the node ends before it answers */
  async ask<N extends JobName>(job: N, ask: Jobs[N]['ask']): Promise<Jobs[N]['answer']> {
    return (await this.#process.ask({ ...ask, job })) as Jobs[N]['answer'];
  }

  async leave(): Promise<void> {
    await this.ask('leave', {});
    await this.#process.exited;
  }

  kill(): Promise<void> {
    return this.#process.stop();
  }
}
