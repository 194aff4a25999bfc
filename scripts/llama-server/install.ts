import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** How llama-server is started: append its own arguments. */
export interface Installed {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Debian has it since the release after the one that most machines run; newer suites also fit newer machines. */
const SUITES = ['testing', 'sid'] as const;
const PACKAGE = 'llama.cpp-tools';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const ARCHIVE = 'http://deb.debian.org/debian';
/** For an archive that does not answer. */
const LONGEST_MS = 300_000;

/** Of each kind of processor the loader, and the backend that every one of its kind can run. */
const MACHINES: Readonly<Record<string, { arch: string; triple: string; loader: string; backend: string }>> = {
  x64: {
    arch: 'amd64',
    triple: 'x86_64-linux-gnu',
    loader: 'ld-linux-x86-64.so.2',
    backend: 'libggml-cpu-x64.so',
  },
};

/** Not among the sources, and gone with the packages. */
export const LLAMA_DIR = resolve(import.meta.dirname, '../../node_modules/.cache/llama-server');

/**
 * llama-server of Debian with all that it stands on, its own loader and C library too, in a folder of its own: the machine's
 * packages are neither asked nor changed, and nobody has to be root. Done once; 20 MB come over the network.
 */
export function installLlamaServer(): void {
  if (!existsSync(rootOf(LLAMA_DIR))) install(LLAMA_DIR, thisMachine().arch);
}

/** How the installed one is started. @throws Error when it was never fetched */
export function llamaServer(): Installed {
  const root = rootOf(LLAMA_DIR);
  const { triple, loader, backend } = thisMachine();
  if (!existsSync(root)) throw new Error('this test needs llama-server, which is not here: npm run rig:llama');
  const libraries = join(root, 'usr/lib', triple);
  const backends = join(libraries, 'ggml/backends0');
  const paths = [libraries, join(libraries, 'llama'), backends].join(':');
  return {
    command: join(libraries, loader),
    args: ['--library-path', paths, join(root, 'usr/bin/llama-server')],
    env: { GGML_BACKEND_PATH: join(backends, backend) },
  };
}

function rootOf(dir: string): string {
  return join(dir, 'root');
}

function thisMachine() {
  const machine = MACHINES[process.arch];
  if (machine !== undefined && process.platform === 'linux') return machine;
  throw new Error(`llama-server is fetched for Linux on x64 only, and this is ${process.platform} on ${process.arch}`);
}

function install(dir: string, arch: string): void {
  const archives = SUITES.reduce<string | undefined>((found, suite) => found ?? download(dir, suite, arch), undefined);
  if (archives === undefined) throw new Error(`no suite of Debian has ${PACKAGE}: ${SUITES.join(', ')}`);
  const part = join(dir, 'root.part');
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    run('dpkg-deb', ['-x', join(archives, file), part]);
  }
  // Whole or not at all: a run that was cut short begins again.
  renameSync(part, rootOf(dir));
}

/** Asks apt as if nothing were installed, so that it brings everything. Undefined where the suite does not have it. */
function download(dir: string, suite: string, arch: string): string | undefined {
  const apt = join(dir, `apt-${suite}`);
  for (const folder of ['etc/apt.conf.d', 'etc/preferences.d', 'state/lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(apt, folder), { recursive: true });
  }
  writeFileSync(join(apt, 'etc/sources.list'), `deb [signed-by=${KEYRING}] ${ARCHIVE} ${suite} main\n`);
  writeFileSync(join(apt, 'state/status'), '');
  const options = {
    'Dir::Etc': join(apt, 'etc'),
    'Dir::State': join(apt, 'state'),
    'Dir::State::status': join(apt, 'state/status'),
    'Dir::Cache': join(apt, 'cache'),
    'APT::Architecture': arch,
    'APT::Architectures': arch,
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
  };
  const given = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  run('apt-get', [...given, 'update']);
  const wanted = ['install', '--download-only', '--yes', PACKAGE];
  const { status } = spawnSync('apt-get', [...given, ...wanted], { encoding: 'utf8', timeout: LONGEST_MS });
  return status === 0 ? join(apt, 'cache/archives') : undefined;
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: LONGEST_MS });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
