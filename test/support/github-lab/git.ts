import { spawn } from 'node:child_process';

export interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Exit status and standard error of a git that failed. */
export class GitFailure extends Error {
  readonly status: number;

  constructor(args: readonly string[], status: number, stderr: string) {
    super(`git ${args[0]}: ${stderr.trim() || status}`);
    this.status = status;
  }
}

/** Nothing of the machine's own configuration has a say, and no clock: who wants dates gives them. */
const ENV = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
};

/** Runs git in a bare repository; resolves with what it wrote. */
export function git(dir: string, args: readonly string[], { input, env }: GitOptions = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--git-dir', dir, ...args], { env: { ...ENV, ...env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(Buffer.concat(out));
      else reject(new GitFailure(args, status ?? -1, Buffer.concat(err).toString()));
    });
  });
}
