import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that tests below test/host call → the Debian packages that bring them; `.ci/run` installs the same. */
const PACKAGES = {
  bash: 'bash',
  bwrap: 'bubblewrap',
  cc: 'gcc libc6-dev',
  dash: 'dash',
  fish: 'fish',
  git: 'git',
  mount: 'mount',
  'nats-server': 'nats-server',
  'redis-server': 'redis-server',
  umount: 'mount',
  zsh: 'zsh',
} as const satisfies Record<string, string>;

/** Fails, never skips: what did not run must not look as if it had passed. */
export function needTool(name: keyof typeof PACKAGES): void {
  const found = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
  assert.ok(found, `this test needs ${name}, which is not in PATH: apt-get install ${PACKAGES[name]}`);
}

/** @param what the test wants to do */
export function needRoot(what: string): void {
  assert.equal(process.getuid?.(), 0, `${what} needs root: run npm run test:host as root, or with sudo`);
}

/** Runs a tool to its end and fails with what it said when it does not end well. */
export function runTool(
  name: keyof typeof PACKAGES,
  args: readonly string[],
  { advice = '', env = {} }: { readonly advice?: string; readonly env?: Readonly<Record<string, string>> } = {},
): void {
  needTool(name);
  const { status, stderr, error } = spawnSync(name, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  assert.equal(status, 0, `${name} ${args.join(' ')}: ${error?.message ?? stderr.trim()}. ${advice}`.trim());
}
