import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PortPicker } from '../../daemon/dev/ports.ts';

/** Servers of other people that the bench starts → the Debian packages that bring them. */
const PACKAGES = { 'redis-server': 'redis-server', 'nats-server': 'nats-server' } as const;
/** Debian's path of a user leaves out where servers lie. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];
const READY_MS = 20_000;
const POLL_MS = 20;

export type ServerProgram = keyof typeof PACKAGES;

/** @throws Error that says what to install when the program is not there */
export function findServer(program: ServerProgram, path = process.env.PATH ?? '', others = SERVER_FOLDERS): string {
  const folders = [...path.split(delimiter), ...others];
  const folder = folders.find((each) => each !== '' && existsSync(join(each, program)));
  if (folder === undefined) {
    throw new Error(`this bench needs ${program}: apt-get install ${Object.values(PACKAGES).join(' ')}`);
  }
  return join(folder, program);
}

/** A server of other people on a free port of loopback, its data in a temporary directory. Ended by its pid. */
export class ExternalServer {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(child: ChildProcess, port: number, dir: string) {
    this.#child = child;
    this.port = port;
    this.#dir = dir;
  }

  /** @param argsOf arguments for a port and a directory of its own; may prepare the directory */
  static async start(
    program: ServerProgram,
    argsOf: (port: number, dir: string) => Promise<readonly string[]>,
  ): Promise<ExternalServer> {
    const command = findServer(program);
    const dir = await mkdtemp(join(tmpdir(), `mindmesh-${program}-`));
    const port = await new PortPicker().pick();
    const child = spawn(command, [...(await argsOf(port, dir))], { stdio: 'ignore', cwd: dir });
    const server = new ExternalServer(child, port, dir);
    try {
      await server.#answers(program);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exit = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exit;
    }
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #answers(program: string): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (!(await canConnect(this.port))) {
      if (this.#child.exitCode !== null) throw new Error(`${program} ended with code ${this.#child.exitCode}`);
      if (Date.now() > deadline) throw new Error(`${program} does not answer on port ${this.port}`);
      await delay(POLL_MS);
    }
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
