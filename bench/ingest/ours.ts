import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { STORE_FOLDER } from '../../daemon/compose-core.ts';
import { DevMesh } from '../../daemon/dev/mesh.ts';
import { DEV_NODES, filesOf } from '../../daemon/dev/plan.ts';
import { openStore } from '../../daemon/store/level.ts';
import { bundleDaemon } from '../../scripts/bundle-daemon.ts';
import { buildSlowSync } from '../shim/build-shim.ts';
import type { Target } from './target.ts';

const AGGREGATOR = 'aggregator';
const ORCHESTRATOR = 'orchestrator';

/** Added to each sync in the variant `slow-sync`: what a network volume takes. */
const SLOW_SYNC_MS = 2;
/** How long the orchestrator may take to hold what the aggregator acknowledged. */
const CATCH_UP_MS = 120_000;

/**
 * `plain`: one aggregator as it is. `slow-sync`: the same on a slow disk. `mesh`: with an orchestrator and three nodes of
 * generals behind it, which work on what comes in while it is measured.
 */
export const VARIANTS = ['plain', 'slow-sync', 'mesh'] as const;
export type Variant = (typeof VARIANTS)[number];

/** The real daemon, started as `mindmesh run`, with its data on the disk of the temporary directory. */
export async function startOurs(variant: Variant): Promise<Target> {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-bench-'));
  const dist = join(dir, 'dist');
  await bundleDaemon(dist);
  const nodes = variant === 'mesh' ? DEV_NODES : DEV_NODES.filter(({ name }) => name === AGGREGATOR);
  const mesh = await DevMesh.prepare({
    dir,
    nodes,
    preferPorts: false,
    launcher: { command: process.execPath, args: [join(dist, 'mindmesh.js')] },
    env: {
      OPENAI_API_KEY: '',
      OPENAI_BASE_URL: '',
      ...(variant === 'slow-sync' && (await buildSlowSync(dir, SLOW_SYNC_MS))),
    },
    // One sender sends everything here, so the limit per sender is out of the way; it is still counted.
    overrides: { ingest: { rate: { perSource: 1_000_000, burst: 1_000_000 } }, log: { level: 'warn' } },
  });
  mesh.startAll();
  await mesh.ready();
  const allPids = Object.values(mesh.pids);
  return {
    name: 'ours',
    url: `${mesh.url(AGGREGATOR)}/webhook/github`,
    secret: mesh.secret,
    pids: [mesh.pids[AGGREGATOR] ?? 0],
    allPids,
    verify: (acknowledged) => verifyKept(mesh, acknowledged),
    stop: async () => {
      await killAll(mesh);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/**
 * Waits until the orchestrator has everything, kills all, and reads every acknowledged id back from the disks.
 * @returns how many are missing on each, and how far the orchestrator was behind when the load ended
 */
async function verifyKept(mesh: DevMesh, acknowledged: readonly string[]): Promise<Record<string, number>> {
  const hasOrchestrator = mesh.nodes.some(({ name }) => name === ORCHESTRATOR);
  const behind = hasOrchestrator ? await catchUp(mesh, acknowledged.length) : {};
  await killAll(mesh);
  const missing = await countMissing(mesh, AGGREGATOR, acknowledged);
  return {
    acknowledged: acknowledged.length,
    missing,
    ...behind,
    ...(hasOrchestrator && { missingAtOrchestrator: await countMissing(mesh, ORCHESTRATOR, acknowledged) }),
  };
}

async function catchUp(mesh: DevMesh, count: number): Promise<Record<string, number>> {
  const start = Date.now();
  const atFirst = await mesh.status(ORCHESTRATOR);
  let { total } = atFirst.events;
  while (total < count && Date.now() - start < CATCH_UP_MS) {
    await delay(100);
    total = (await mesh.status(ORCHESTRATOR)).events.total;
  }
  const catchUpSeconds = (Date.now() - start) / 1000;
  return { behindAtEnd: count - atFirst.events.total, catchUpSeconds };
}

/** Opens the store of a node that was killed, as its next start would. */
async function countMissing(mesh: DevMesh, name: string, acknowledged: readonly string[]): Promise<number> {
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  const store = await openStore({ dir: join(filesOf(mesh.node(name).dir).data, STORE_FOLDER) }, { runtime: { log } });
  try {
    return acknowledged.filter((id) => store.tables.get('ids', `github:${id}`) === undefined).length;
  } finally {
    await store.close();
  }
}

async function killAll(mesh: DevMesh): Promise<void> {
  const children = mesh.nodes.flatMap(({ name }) => mesh.child(name) ?? []);
  for (const child of children) child.signal('SIGKILL');
  await Promise.all(children.map((child) => child.exited));
}
