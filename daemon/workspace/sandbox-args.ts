import type { SandboxCommand } from '../../roles/ports/workspace.ts';

/** What a command of a repository may take. Every one costs whoever shares the machine. */
export interface SandboxLimits {
  /** Of all its processes together, beyond what it reads; also of each alone. */
  readonly memoryBytes: number;
  /** At one time. */
  readonly processes: number;
  /** Written beside the copy of the repository: there, in /tmp and at home each. */
  readonly diskBytes: number;
  /** Of one file. */
  readonly fileBytes: number;
  readonly openFiles: number;
}

export const DEFAULT_SANDBOX_LIMITS: SandboxLimits = {
  memoryBytes: 2 * 2 ** 30,
  processes: 256,
  diskBytes: 512 * 2 ** 20,
  fileBytes: 256 * 2 ** 20,
  openFiles: 1_024,
};

/** Of the machine it runs on. */
export interface SandboxPlaces {
  /** Node for the command: the program without its folder, where the path to it is open to other users; else they have the system's. */
  readonly node: string;
  /** `/bin` and the like: links into /usr, with what they lead to, or folders of their own. */
  readonly roots: readonly { readonly path: string; readonly linksTo?: string }[];
  /** Folders that must not be seen, also if they lie below one that is shown: the node's data. */
  readonly hidden: readonly string[];
}

/** Of these the command reads what the machine has: programs that are chosen by links, and whom to trust. */
const ETC = ['alternatives', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'ssl/certs', 'ca-certificates', 'localtime'];
const UID = '1000';
const HOME = '/home/agent';
const WORK = '/work';
const NODE_FOLDER = '/opt/node/bin';
const PATH = `${NODE_FOLDER}:/usr/local/bin:/usr/bin:/bin`;
/** The files of the repository come in as a tar archive: who runs inside could not, and need not, go where they lie. */
export const TREE_FD = 7;
/** The arguments of `sh` are the command: they are never read as its language. */
const UNPACK_AND_RUN = `tar -x -f - -C /work <&${TREE_FD} && exec ${TREE_FD}<&- && exec "$@"`;
const HOME_BYTES = 64 * 2 ** 20;
const SHM_BYTES = 64 * 2 ** 20;

/** Files that bubblewrap copies from descriptors it was given. */
export const PASSWD_FD = 5;
export const GROUP_FD = 6;
export const PASSWD = `agent:x:${UID}:${UID}::${HOME}:/bin/sh\n`;
export const GROUP = `agent:x:${UID}:\n`;

/**
 * The arguments of bubblewrap: a root of nothing but /usr (read-only), Node, an empty home, and a copy of the repository made by the first
 * command inside. No network but an empty loopback, no processes but its own, no environment but five variables, no way to make
 * namespaces of its own.
 * @param treeBytes of the files in it
 */
export function sandboxArgs({
  treeBytes,
  limits,
  places,
}: {
  treeBytes: number;
  limits: SandboxLimits;
  places: SandboxPlaces;
}): string[] {
  const tmpfs = (path: string, bytes: number) => ['--size', String(bytes), '--tmpfs', path];
  return [
    ...['--unshare-user', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--disable-userns', '--die-with-parent', '--new-session', '--uid', UID, '--gid', UID, '--hostname', 'sandbox'],
    ...['--ro-bind', '/usr', '/usr', ...places.roots.flatMap(rootArgs)],
    ...['--dir', '/etc', ...ETC.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`])],
    ...['--ro-bind-data', String(PASSWD_FD), '/etc/passwd', '--ro-bind-data', String(GROUP_FD), '/etc/group'],
    ...['--proc', '/proc', '--dev', '/dev', ...tmpfs('/dev/shm', SHM_BYTES), '--remount-ro', '/dev'],
    ...[...tmpfs('/tmp', limits.diskBytes), ...tmpfs(HOME, HOME_BYTES), ...tmpfs(WORK, treeBytes + limits.diskBytes)],
    ...['--ro-bind-try', places.node, `${NODE_FOLDER}/node`],
    ...places.hidden
      .filter((path) => path.startsWith('/usr/'))
      .flatMap((path) => ['--tmpfs', path, '--remount-ro', path]),
    ...['--remount-ro', '/', '--chdir', WORK, '--clearenv'],
    ...Object.entries({ PATH, HOME, TMPDIR: '/tmp', LANG: 'C.UTF-8', CI: 'true' }).flatMap((pair) => [
      '--setenv',
      ...pair,
    ]),
  ];
}

function rootArgs({ path, linksTo }: SandboxPlaces['roots'][number]): string[] {
  return linksTo === undefined ? ['--ro-bind', path, path] : ['--symlink', linksTo, path];
}

/**
 * The programs before bubblewrap: who is killed first where memory ends, and limits that the kernel keeps. Then bubblewrap and the command.
 * @param user to become first; for root, who would own /proc/sys inside
 */
export function commandArgs(
  limits: SandboxLimits,
  { argv, timeoutMs }: SandboxCommand,
  user: number | undefined,
): string[] {
  const seconds = Math.ceil(timeoutMs / 1_000) + 1;
  return [
    ...['-n', '1000', '--', 'prlimit', '--core=0', `--nofile=${limits.openFiles}`, `--fsize=${limits.fileBytes}`],
    ...[
      `--data=${limits.memoryBytes}`,
      `--nproc=${limits.processes}`,
      `--cpu=${seconds}`,
      '--msgqueue=0',
      '--memlock=65536',
    ],
    ...(user === undefined ? [] : ['--', ...unprivileged(user)]),
    ...['--', 'bwrap', '--args', String(ARGS_FD), '--json-status-fd', String(STATUS_FD)],
    ...['--', '/bin/sh', '-c', UNPACK_AND_RUN, 'sh', ...argv],
  ];
}

export const ARGS_FD = 3;
export const STATUS_FD = 4;

/** The kernel asks who somebody is outside of all namespaces: root inside one still owns what belongs to root, `/proc/sys` for one. */
function unprivileged(user: number): string[] {
  return ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--no-new-privs'];
}
