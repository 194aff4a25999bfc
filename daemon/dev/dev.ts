import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SECTIONS } from '../config/config.ts';
import { untilAskedToLeave } from '../lifecycle.ts';
import { ownLauncher } from './child.ts';
import { DevMesh } from './mesh.ts';
import { DEV_NODES } from './plan.ts';
import { forgetDev, rememberDev } from './pointer.ts';
import { renderReport, reportOf } from './report.ts';
import { followSample, sendSample } from './sample.ts';

export interface DevOptions {
  /** No progress lines: for a terminal nobody watches. */
  readonly headless: boolean;
  readonly sample: boolean;
  /** Leave the data directory where it is at the end. */
  readonly keep: boolean;
  readonly ports: 'auto' | 'default';
  readonly json: boolean;
  /** Given: state is kept there from one start to the next. */
  readonly dataDir?: string;
}

/** Runs a small mesh on loopback until it is asked to leave. Resolves with the exit code. */
export async function runDev(options: DevOptions): Promise<number> {
  const leave = Promise.race([untilAskedToLeave(), untilOrphaned()]);
  const dir = options.dataDir === undefined ? await mkdtemp(join(tmpdir(), 'mindmesh-dev-')) : resolve(options.dataDir);
  const tell = options.headless || options.json ? () => undefined : progress;
  const mesh = await DevMesh.prepare({
    dir,
    nodes: DEV_NODES,
    preferPorts: options.ports === 'default',
    launcher: ownLauncher(),
    env: childEnvironment(),
  });
  try {
    await Promise.race([run(mesh, dir, options, tell), leave]);
    const code = await Promise.race([leave.then(() => 0), allEnded(mesh, leave)]);
    tell('stopping: what is under way is finished first');
    return code;
  } finally {
    await mesh.stop();
    await forgetDev();
    if (!options.keep && options.dataDir === undefined) await rm(dir, { recursive: true, force: true });
  }
}

async function run(mesh: DevMesh, dir: string, options: DevOptions, tell: (text: string) => void): Promise<void> {
  tell(`starting ${mesh.nodes.length} nodes in ${dir}`);
  mesh.startAll();
  let last = -1;
  await mesh.ready((count) => {
    if (count !== last) tell(`${count} of ${mesh.nodes.length} nodes have joined`);
    last = count;
  });
  const eventId = options.sample ? await sendSample(mesh) : undefined;
  const story = eventId === undefined ? undefined : await followSample(mesh, eventId);
  const report = reportOf(mesh, dir, eventId);
  const webhook = { url: `${report.aggregator.url}/webhook/github`, secretFile: join(dir, 'webhook-secret') };
  await rememberDev({ sockets: { ...report.sockets }, webhook });
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : renderReport(report, story, commandLine()));
}

/** A node that ends by itself is told at once; the others go on, as a mesh does. */
async function allEnded(mesh: DevMesh, leave: Promise<string>): Promise<number> {
  let leaving = false;
  void leave.then(() => {
    leaving = true;
  });
  const ends = mesh.nodes.map(async ({ name }) => {
    const why = await mesh.child(name)?.exited;
    if (leaving) return;
    process.stderr.write(`the node ${name} ended (${why}); the others go on. Stop with ctrl-C.\n`);
  });
  await Promise.all(ends);
  return 1;
}

/** What this process was given, without what would make every child the same node. */
function childEnvironment(): Record<string, string> {
  const shared = new Set(['model', 'log']);
  const own = SECTIONS.filter(({ name }) => !shared.has(name)).flatMap(({ variables }) => variables);
  return Object.fromEntries(own.map(({ name }) => [name, '']));
}

const PARENT_POLL_MS = 500;

/**
 * npm runs a script through a shell, and the shell passes no signal on: when npm is asked to leave, both are gone and nobody
 * told us. Under npm a new parent means that. Started by hand, a mesh outlives its shell as any program does.
 */
function untilOrphaned(): Promise<string> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    if (!isUnderNpm()) return;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      resolve('npm gone');
    }, PARENT_POLL_MS);
    timer.unref();
  });
}

function isUnderNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}

function commandLine(): string {
  return isUnderNpm() ? 'npm run -s mindmesh --' : 'mindmesh';
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
