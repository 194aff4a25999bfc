import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MeshError } from '../../protocols/errors.ts';
import type { SandboxCommand, SandboxResult } from '../../roles/ports/workspace.ts';
import {
  ARGS_FD,
  commandArgs,
  DEFAULT_SANDBOX_LIMITS,
  GROUP,
  GROUP_FD,
  PASSWD,
  PASSWD_FD,
  type SandboxLimits,
  STATUS_FD,
  sandboxArgs,
  TREE_FD,
} from './sandbox-args.ts';
import { folderBytes, placesOf } from './sandbox-places.ts';
import { type Over, watchSandbox } from './sandbox-watch.ts';
import { Tail } from './tail.ts';

export interface SandboxOptions {
  readonly limits?: Partial<SandboxLimits>;
  /** The node's data, and whatever else no command of a repository may see wherever it lies. */
  readonly hidden: readonly string[];
  /** Folders where bubblewrap, choom, prlimit and setpriv are looked for, between colons; default those of the system. */
  readonly programs?: string;
}

/** Above what systems give out (65 535) and containers are given (systemd: up to 1 879 048 191). */
const FIRST_USER = 2_000_000_000;
/** Of one process of ours. */
const USERS = 64;
const PROGRAMS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const KEPT_BYTES = 65_536;
/** How long the trial of the sandbox may take on a loaded machine. */
const TRIAL_MS = 30_000;

/**
 * Runs commands of repositories with bubblewrap. https://github.com/containers/bubblewrap
 * It is a wall of one kernel: not for what strangers wrote (T6).
 */
export class Sandbox {
  readonly #limits: SandboxLimits;
  readonly #hidden: readonly string[];
  readonly #programs: string;
  #runs = 0;

  constructor({ limits, hidden, programs = PROGRAMS }: SandboxOptions) {
    this.#limits = { ...DEFAULT_SANDBOX_LIMITS, ...limits };
    this.#hidden = hidden;
    this.#programs = programs;
  }

  /** Says at once, before there is work, whether it can be used here. @throws MeshError `sandbox-missing` */
  async check(): Promise<void> {
    const tree = await mkdtemp(join(tmpdir(), 'mindmesh-trial-'));
    try {
      const trial = await this.run(tree, { argv: ['true'], timeoutMs: TRIAL_MS }, AbortSignal.timeout(TRIAL_MS));
      if (trial.exitCode === 0) return;
      throw new MeshError('sandbox-missing', { problem: trial.output.trim() || 'a trial does not end' });
    } finally {
      await rm(tree, { recursive: true, force: true });
    }
  }

  /**
   * @param tree folder whose files the command gets a copy of
   * @throws MeshError `sandbox-missing`
   */
  async run(tree: string, command: SandboxCommand, signal: AbortSignal): Promise<SandboxResult> {
    const limits = this.#limits;
    const places = await placesOf(this.#hidden);
    const args = sandboxArgs({ treeBytes: await folderBytes(tree), limits, places });
    const child = spawn('choom', commandArgs(limits, command, this.#nextUser()), {
      // Nothing of ours: the first process inside shows its environment to all others.
      env: { PATH: this.#programs },
      cwd: '/',
      // A session of its own: no terminal to type into.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    feed(child, ARGS_FD, [args.map((arg) => `${arg}\0`).join('')]);
    feed(child, PASSWD_FD, [PASSWD]);
    feed(child, GROUP_FD, [GROUP]);
    feed(child, TREE_FD, packed(tree));
    return new Run(child, limits).end(command, signal);
  }

  /** For root a user that nobody else is, another for each run, so that neither sees or hinders the other. */
  #nextUser(): number | undefined {
    if (process.getuid?.() !== 0) return undefined;
    this.#runs += 1;
    return FIRST_USER + process.pid * USERS + (this.#runs % USERS);
  }
}

/** One command on its way. */
class Run {
  readonly #child: ChildProcess;
  readonly #limits: SandboxLimits;
  #isWatched = false;
  #hasRun = false;
  #timedOut = false;
  #over: Over | undefined;
  #stopWatch = () => {};

  constructor(child: ChildProcess, limits: SandboxLimits) {
    this.#child = child;
    this.#limits = limits;
  }

  end({ timeoutMs, keepBytes = KEPT_BYTES }: SandboxCommand, signal: AbortSignal): Promise<SandboxResult> {
    const { promise, resolve, reject } = Promise.withResolvers<SandboxResult>();
    const tail = new Tail(keepBytes);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => tail.add(chunk));
    this.#child.stdio[STATUS_FD]?.on('data', (chunk: Buffer) => this.#hear(String(chunk)));
    const deadline = setTimeout(() => {
      this.#timedOut = true;
      this.#kill();
    }, timeoutMs);
    const abort = () => this.#kill();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const finish = () => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', abort);
      this.#stopWatch();
    };
    this.#child.on('error', (error) => {
      finish();
      reject(new MeshError('sandbox-missing', { problem: error.message }, { cause: error }));
    });
    this.#child.on('close', (code) => {
      finish();
      const output = tail.text();
      const isCut = this.#timedOut || signal.aborted || this.#over !== undefined;
      if (!this.#hasRun && !isCut) reject(new MeshError('sandbox-missing', { problem: output.trim().slice(0, 300) }));
      else
        resolve({
          exitCode: isCut ? null : code,
          timedOut: this.#timedOut,
          output,
          ...(this.#over && { over: this.#over }),
        });
    });
    return promise;
  }

  /** What bubblewrap says of itself, one JSON object a line; the first names the process it started inside, the last how that ended. */
  #hear(said: string): void {
    // Only of a command that was begun an exit code is told.
    this.#hasRun ||= said.includes('"exit-code"');
    const pid = Number(/"child-pid":\s*(\d+)/.exec(said)?.[1]);
    if (this.#isWatched || !(pid > 0)) return;
    this.#isWatched = true;
    this.#stopWatch = watchSandbox(pid, this.#limits, (over) => {
      this.#over = over;
      this.#kill();
    });
  }

  /** Bubblewrap takes all of its namespace with it (`--die-with-parent`), whatever session or group that went into. */
  #kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

/** Of a folder without links; files keep their times, so that builds know what is old. */
function packed(tree: string): Readable {
  return spawn('tar', ['-c', '-f', '-', '-C', tree, '.'], { stdio: ['ignore', 'pipe', 'ignore'] }).stdout;
}

/** It may end before it has read all: then its end says why. */
function feed(child: ChildProcess, descriptor: number, source: Iterable<string> | Readable): void {
  const stream = child.stdio[descriptor];
  if (isWritable(stream)) void pipeline(source, stream).catch(() => {});
}

function isWritable(stream: unknown): stream is Writable {
  return typeof stream === 'object' && stream !== null && 'end' in stream;
}
