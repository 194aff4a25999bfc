import { spawn } from 'node:child_process';
import { MeshError } from '../../protocols/errors.ts';

export interface GitOptions {
  /** An empty folder: nobody's settings. */
  readonly home: string;
  /** Of the repository and of its files. */
  readonly gitDir: string;
  readonly workTree: string;
  /** `http` where the forge is one on this machine, for tests. */
  readonly protocol: 'https' | 'http';
}

export interface GitCall {
  readonly input?: string;
  /** In the environment of this one process, never in its arguments and never on the disk. */
  readonly credential?: GitCredential | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** For the server whose URL begins so. */
export interface GitCredential {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Nothing of the repository, of the machine or of a user decides what git does, runs or asks. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.autocrlf=false',
  // Links are files with the target in them: none is ever made on this disk.
  'core.symlinks=false',
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'protocol.allow=never',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  // A header with a credential goes to the server it is for and to no other.
  'http.followRedirects=false',
  'credential.helper=',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.detachedHead=false',
];
/** Output kept: a tree of 20 000 files has 2 MiB. */
const MOST_BYTES = 64 * 2 ** 20;
const PROBLEM_CHARS = 300;

/** The real program, without a shell. */
export class Git {
  readonly #options: GitOptions;

  constructor(options: GitOptions) {
    this.#options = options;
  }

  /** @throws MeshError `git-failed` */
  async run(args: readonly [what: string, ...string[]], call: GitCall = {}): Promise<string> {
    const { code, stdout, stderr } = await this.#spawn(args, call);
    if (code === 0) return stdout;
    throw new MeshError('git-failed', { what: args[0], problem: problemOf(stderr, code, call) });
  }

  /** The exit code is the caller's to judge. @throws MeshError `git-failed` when it cannot be started or is cut off */
  async attempt(args: readonly [what: string, ...string[]], call: GitCall = {}) {
    const { code, stdout, stderr } = await this.#spawn(args, call);
    return { code, stdout, problem: problemOf(stderr, code, call) };
  }

  #spawn([what, ...rest]: readonly [string, ...string[]], call: GitCall): Promise<Ended> {
    const settings = [...SETTINGS, `protocol.${this.#options.protocol}.allow=always`].flatMap((each) => ['-c', each]);
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    const fail = (problem: string) => reject(new MeshError('git-failed', { what, problem }));
    // A group of its own: what git starts to fetch and push ends with it.
    const child = spawn('git', [...settings, what, ...rest], {
      env: this.#env(call),
      cwd: this.#options.workTree,
      detached: true,
    });
    const end = () => child.pid !== undefined && killGroup(child.pid);
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[], bytes: 0 };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        output[name].push(chunk);
        output.bytes += chunk.length;
        if (output.bytes > MOST_BYTES) end();
      });
    }
    child.stdin.on('error', () => {});
    child.stdin.end(call.input ?? '');
    call.signal?.addEventListener('abort', end, { once: true });
    if (call.signal?.aborted === true) end();
    child.on('error', (error) => fail(error.message));
    child.on('close', (code) => {
      call.signal?.removeEventListener('abort', end);
      if (call.signal?.aborted === true) fail('it was cancelled');
      else if (output.bytes > MOST_BYTES) fail('it said too much');
      else
        resolve({
          code: code ?? -1,
          stdout: String(Buffer.concat(output.stdout)),
          stderr: String(Buffer.concat(output.stderr)),
        });
    });
    return promise;
  }

  #env({ credential, env }: GitCall): Record<string, string> {
    const { home, gitDir, workTree } = this.#options;
    return {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      ...{ HOME: home, XDG_CONFIG_HOME: home, LC_ALL: 'C', TZ: 'UTC' },
      ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1' },
      ...{ GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '/bin/false', GIT_OPTIONAL_LOCKS: '0', GIT_LITERAL_PATHSPECS: '1' },
      ...{ GIT_DIR: gitDir, GIT_WORK_TREE: workTree },
      ...(credential !== undefined && headerOf(credential)),
      ...env,
    };
  }
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** https://git-scm.com/docs/git-config#ENVIRONMENT */
function headerOf({ url, username, password }: GitCredential): Record<string, string> {
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${url}.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}

function problemOf(stderr: string, code: number, { credential }: GitCall): string {
  const said = credential === undefined ? stderr : stderr.replaceAll(credential.password, '…');
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint:'));
  return lines.slice(-3).join(' ').slice(0, PROBLEM_CHARS) || `exit code ${code}`;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
