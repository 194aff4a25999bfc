import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { waitFor } from '../support/wait-for.ts';

/** What a newcomer's shell has and a test keeps: who one is, how to reach a registry, and nothing that npm told this process. */
const KEPT = [
  ...['HOME', 'USER', 'LOGNAME', 'LANG', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'],
  ...['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
  ...['npm_config_cache', 'npm_config_userconfig', 'npm_config_registry'],
];

export interface Newcomer {
  readonly env: Readonly<Record<string, string>>;
  /** Where their programs put temporary files, and nobody else's do. */
  readonly tmp: string;
}

/** Somebody at a fresh shell: PATH leads to the system's Node, and packages come from npm's cache where it has them. */
export function newcomer(dir: string): Newcomer {
  const tmp = join(dir, 'tmp');
  const run = join(dir, 'run');
  for (const folder of [tmp, run]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes(`node_modules${sep}.bin`));
  const env = { PATH: path.join(delimiter), TMPDIR: tmp, XDG_RUNTIME_DIR: run, npm_config_prefer_offline: 'true' };
  for (const tool of ['node', 'npm']) {
    const found = path.some((folder) => existsSync(join(folder, tool)));
    assert.ok(found, `this test needs the system's own ${tool}: apt-get install nodejs npm`);
  }
  return { env: { ...Object.fromEntries(kept), ...env }, tmp };
}

export interface Answered {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A whole line as it is typed. */
export function typed(line: string, { env }: Newcomer, cwd: string): Answered {
  return spawnSync('sh', ['-c', line], { cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

export interface Running {
  stdout(): string;
  stderr(): string;
  /** Resolves when this stands in its output; rejects when it ends before. */
  says(what: RegExp, deadlineMs: number): Promise<void>;
  /** What a terminal does: the signal goes to everybody in the foreground. Resolves with exit code and signal. */
  ctrlC(): Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  /** For a test that failed half-way. */
  kill(): void;
}

/** A program that stays in the foreground of a terminal of its own, with nobody typing. */
export function startTyped(command: string, args: readonly string[], { env }: Newcomer, cwd: string): Running {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (more: string) => {
      text[name] += more;
    });
  }
  const closed = once(child, 'close');
  const signalAll = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal);
  };
  return {
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    says: async (what, deadlineMs) => {
      const early = closed.then(([code]) => assert.fail(`it ended with ${code}:\n${text.stdout}${text.stderr}`));
      await Promise.race([waitFor(`${what}`, () => what.test(text.stdout), deadlineMs), early]);
    },
    ctrlC: async () => {
      signalAll('SIGINT');
      const [code, signal] = await closed;
      return [code, signal];
    },
    kill: () => signalAll('SIGKILL'),
  };
}
