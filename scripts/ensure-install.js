// Runs before every npm script, on the system's Node (>= 20) when nothing is installed yet: plain JavaScript, no packages.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explainFailedInstall, explainOldNode, findUnmet, hasNodePackage } from './install-state.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const packagedNode = join(root, 'node_modules', '.bin', windows ? 'node.cmd' : 'node');
const host = { platform: process.platform, arch: process.arch, libc: findLibc };

/** NODE_ENV=production would leave out tsx, which runs the source; `npm run --silent` would silence the reason of a failure. */
const CI_OPTIONS = ['--include=dev', '--include=optional', '--loglevel=error'];

const problem = ensureInstall();
if (problem !== undefined) {
  // Standard output belongs to the script that follows (`npm start -- --json`).
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

/** @returns {string | undefined} the sentence to show when the script that follows cannot run */
function ensureInstall() {
  const wanted = readLockfile('package-lock.json');
  if (wanted === undefined) {
    return 'mindmesh: package-lock.json is missing or damaged; restore it with `git checkout package-lock.json`.';
  }
  // Before installing half a gigabyte: would anything run it?
  if (!hasNodePackage(wanted, host) && explainOldNode(process.versions.node, host)) {
    return explainOldNode(process.versions.node, host);
  }
  const unmet = findUnmetOnDisk(wanted);
  return unmet.length === 0 ? checkNode() : (install(unmet) ?? useRunnableNode());
}

/** @param {import('./install-state.js').Lockfile} wanted */
function findUnmetOnDisk(wanted) {
  const installed = readLockfile(join('node_modules', '.package-lock.json'));
  const unmet = findUnmet(wanted, installed, host);
  if (unmet.length > 0 || installed === undefined) return unmet;
  return Object.keys(installed.packages).filter(
    (path) => wanted.packages[path] !== undefined && !existsSync(join(root, path, 'package.json')),
  );
}

/**
 * @param {string} path relative to the repository
 * @returns {import('./install-state.js').Lockfile | undefined}
 */
function readLockfile(path) {
  try {
    const lockfile = JSON.parse(readFileSync(join(root, path), 'utf8'));
    return typeof lockfile?.packages === 'object' ? lockfile : undefined;
  } catch {
    return undefined; // absent and unreadable are told apart by the caller, if at all
  }
}

/**
 * @param {string[]} unmet
 * @returns {string | undefined}
 */
function install(unmet) {
  const fresh = !existsSync(join(root, 'node_modules'));
  const why = fresh ? 'first start' : `package-lock.json changed, ${unmet.length} to mend, such as ${unmet[0]}`;
  process.stderr.write(`mindmesh: installing packages with npm ci (${why}); this takes a minute or two ...\n`);
  const { command, args } = findNpm();
  const result = spawnSync(command, [...args, 'ci', ...CI_OPTIONS], {
    cwd: root,
    shell: windows && args.length === 0,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return undefined;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  process.stderr.write(output);
  const missingNpm = /** @type {NodeJS.ErrnoException | undefined} */ (result.error)?.code === 'ENOENT';
  return explainFailedInstall({ missingNpm, output, status: result.status });
}

/** The npm that runs this script, on the Node it runs on; by hand, the one in PATH. */
function findNpm() {
  const cli = process.env.npm_execpath;
  if (cli === undefined || !basename(cli).startsWith('npm-cli') || !existsSync(cli))
    return { command: 'npm', args: [] };
  return { command: process.env.npm_node_execpath ?? process.execPath, args: [cli] };
}

/**
 * npm puts node_modules/.bin first in PATH. Where the packaged Node cannot run (musl instead of glibc), its link goes,
 * so that the system's Node serves.
 */
function useRunnableNode() {
  if (existsSync(packagedNode) && spawnSync(packagedNode, ['-v'], { shell: windows }).status !== 0) {
    rmSync(packagedNode, { force: true });
  }
  return checkNode();
}

/** @returns {string | undefined} */
function checkNode() {
  return existsSync(packagedNode) ? undefined : explainOldNode(process.versions.node, host);
}

/** @returns {string | undefined} */
function findLibc() {
  if (process.platform !== 'linux') return undefined;
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
