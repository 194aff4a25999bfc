import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('store-child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface StoreChild {
  /** Whole lines of its output so far. */
  lines(): readonly string[];
  /** Ends it without a word, and waits until it is gone. */
  kill(): Promise<void>;
  /** Resolves with its lines when it has ended by itself. */
  ended(): Promise<readonly string[]>;
}

export function runStoreChild(args: readonly string[]): StoreChild {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(child, 'close');
  // What follows the last newline may be half a line.
  const lines = () => output.split('\n').slice(0, -1);
  return {
    lines,
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
    ended: async () => {
      await closed;
      return lines();
    },
  };
}
