import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

export interface ChildOptions {
  readonly name: string;
  readonly configFile: string;
  readonly logFile: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  signal(signal: NodeJS.Signals): void;
}

/** How a daemon is started from here: the same interpreter, flags and entry as this very process. */
export interface Launcher {
  readonly command: string;
  readonly args: readonly string[];
}

export function ownLauncher(): Launcher {
  return { command: process.execPath, args: [...process.execArgv, process.argv[1] ?? ''] };
}

/**
 * Starts `mindmesh run` as a process of its own. It leads its own process group, so that a ctrl-C in the terminal reaches
 * only the parent, which then stops its children in order; and it holds a channel to the parent, so that it leaves when the
 * parent is killed.
 */
export function startChild(launcher: Launcher, options: ChildOptions): Child {
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn(launcher.command, [...launcher.args, 'run', '--config', options.configFile], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...process.env, ...options.env },
  });
  closeSync(log);
  return {
    name: options.name,
    pid: child.pid ?? -1,
    exited: exitOf(child),
    signal: (signal) => {
      child.kill(signal);
    },
  };
}

async function exitOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = await once(child, 'exit');
  return code ?? signal;
}

/** The last lines of a child's log: what a person needs when it did not start. */
export async function logTail(file: string, lines = 15): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
