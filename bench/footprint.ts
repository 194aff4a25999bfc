import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DevMesh } from '../daemon/dev/mesh.ts';
import { DEV_NODES, filesOf } from '../daemon/dev/plan.ts';
import { bundleDaemon } from '../scripts/bundle-daemon.ts';
import { median } from './median.ts';

const POLL_MS = 10;

export interface FootprintReport {
  readonly case: 'footprint';
  /** From the start of five processes until each is in touch with every other, milliseconds. */
  readonly meshReadyMs: number;
  /** From the start of one killed process until it is ready and connected with every other, milliseconds, by node. */
  readonly rejoinMs: Readonly<Record<string, number>>;
  /** `mindmesh status` as a whole process, milliseconds. */
  readonly statusMs: { readonly median: number; readonly runs: readonly number[] };
  /** Resident memory after the mesh has settled, MiB, by node. */
  readonly rssMib: Readonly<Record<string, number>>;
}

/** What the released bundle costs a machine that does nothing else: start, command, memory. */
export async function runFootprint({ runs = 10 } = {}): Promise<FootprintReport> {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-footprint-'));
  const dist = join(dir, 'dist');
  await bundleDaemon(dist);
  const launcher = { command: process.execPath, args: [join(dist, 'mindmesh.js')] };
  const env = { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' };
  const mesh = await DevMesh.prepare({ dir, nodes: DEV_NODES, preferPorts: false, launcher, env });
  try {
    const started = performance.now();
    mesh.startAll();
    await mesh.ready();
    const meshReadyMs = Math.round(performance.now() - started);
    const rejoinMs: Record<string, number> = {};
    for (const { name } of mesh.nodes) rejoinMs[name] = await timeRejoin(mesh, name);
    const statusRuns: number[] = [];
    for (let i = 0; i < runs; i++) statusRuns.push(await timeStatus(mesh, launcher));
    const statusMs = { median: Math.round(median(statusRuns)), runs: statusRuns.map(Math.round) };
    return { case: 'footprint', meshReadyMs, rejoinMs, statusMs, rssMib: await residentMemory(mesh) };
  } finally {
    await mesh.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function timeRejoin(mesh: DevMesh, name: string): Promise<number> {
  const child = mesh.child(name);
  child?.signal('SIGKILL');
  await child?.exited;
  const started = performance.now();
  mesh.start(name);
  for (;;) {
    const status = await mesh.status(name).catch(() => undefined);
    if (status?.ready && status.peers.connected === mesh.nodes.length - 1)
      return Math.round(performance.now() - started);
    await delay(POLL_MS);
  }
}

async function timeStatus(
  mesh: DevMesh,
  { command, args }: { command: string; args: readonly string[] },
): Promise<number> {
  const socket = filesOf(mesh.node('orchestrator').dir).socket;
  const started = performance.now();
  await promisify(execFile)(command, [...args, 'status', '--socket', socket]);
  return performance.now() - started;
}

/** `VmRSS` of Linux: what the process holds in memory, the shared pages of Node itself among it. */
async function residentMemory(mesh: DevMesh): Promise<Record<string, number>> {
  const rows = Object.entries(mesh.pids).map(async ([name, pid]) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return [name, Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}
