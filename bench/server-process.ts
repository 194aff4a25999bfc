import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** How long a process may take to its message `ready`. */
const READY_MS = 30_000;

export interface ProcessOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
}

interface Ready {
  readonly ready: true;
  readonly url: string;
}

/** A server or a generator in a process of its own. Its output is dropped but for what it says on stderr. */
export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** @param file a TypeScript file, run by Node itself */
  static async start(
    file: string,
    { args = [], env = {}, execArgv = [] }: ProcessOptions = {},
  ): Promise<ServerProcess> {
    const child = fork(file, [...args], {
      execArgv: [...execArgv],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    const [message] = await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(READY_MS) }),
      once(child, 'exit').then(() => Promise.reject(new Error(`${file} ended before it was ready`))),
    ]);
    if (!isReady(message)) throw new Error(`${file} said something else than ready`);
    return new ServerProcess(child, message.url);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends one message and resolves with the next one that comes back. */
  ask(message: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Error('the process ended without an answer'));
      this.#child.once('exit', fail).once('message', (reply) => {
        this.#child.off('exit', fail);
        resolve(reply);
      });
      this.#child.send(message);
    });
  }

  /** Resolves when the process has ended, by itself or otherwise. */
  get exited(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return once(this.#child, 'exit').then(() => undefined);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

function isReady(message: unknown): message is Ready {
  return typeof message === 'object' && message !== null && 'ready' in message;
}
