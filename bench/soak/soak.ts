import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Load, Measured } from '../ingest/generator.ts';
import { BenchMesh } from '../nodes/bench-mesh.ts';
import { AGGREGATOR, GENERAL, ONE_TASK_EACH, ORCHESTRATOR } from '../nodes/task-mesh.ts';
import { round } from '../percentiles.ts';
import { ServerProcess } from '../server-process.ts';
import { folderBytes } from './folder-size.ts';
import { LEVEL_RULE, levelled, type SoakSample, type Verdict } from './levelled.ts';

export interface SoakOptions {
  readonly events: number;
  /** How long a settled event is kept, seconds. */
  readonly keepSeconds: number;
  readonly tell: (line: string) => void;
}

export interface SoakReport {
  readonly case: 'soak';
  readonly events: number;
  readonly keepSeconds: number;
  readonly seconds: number;
  readonly samples: readonly SoakSample[];
  readonly verdict: Verdict;
  readonly rule: string;
  readonly levelled: boolean;
}

/** Load goes on for this long between two looks: short enough that the backlog of tasks stays small. */
const BURST_SECONDS = 1;
const CONNECTIONS = 8;
/** Samples that are told; the report has at most twice as many. */
const SAMPLES = 40;
const DRAIN_MS = 300_000;
const POLL_MS = 50;
const MIB = 2 ** 20;
const NODES = [AGGREGATOR, ORCHESTRATOR, GENERAL];

/** Nothing may be tried for longer than what has ended is kept. */
const overridesFor = (keepSeconds: number) => {
  const keep = `${keepSeconds}s`;
  return {
    ...ONE_TASK_EACH,
    node: { retention: keep },
    routing: { ...ONE_TASK_EACH.routing, deadline: keep, waitingDeadline: keep },
    // Whatever comes in is one task.
    routes: ONE_TASK_EACH.routes.map((route) => ({ ...route, match: {} })),
    ingest: { rate: { perSource: 1_000_000, burst: 1_000_000 } },
  };
};

/** Real webhooks through the front door, replicated, each worked on to its end; bursts, and a look when each has been settled. */
export async function runSoak({ events, keepSeconds, tell }: SoakOptions): Promise<SoakReport> {
  const mesh = await BenchMesh.start({ nodes: NODES, overrides: overridesFor(keepSeconds), exposeGc: true });
  const generator = await ServerProcess.start(join(import.meta.dirname, '../ingest/generator.ts'));
  try {
    const samples: SoakSample[] = [];
    const start = performance.now();
    let sent = 0;
    while (sent < events) {
      sent += await burst(mesh, generator);
      await settled(mesh);
      if (sent < ((samples.length + 1) * events) / SAMPLES) continue;
      const sample = await look(mesh, sent, (performance.now() - start) / 1_000);
      samples.push(sample);
      tell(lineOf(sample));
    }
    const verdict = levelled(samples, keepSeconds);
    const isLevel = Object.values(verdict).every(Boolean);
    tell(`levelled: ${isLevel} (${JSON.stringify(verdict)})`);
    const seconds = round((performance.now() - start) / 1_000, 1);
    return { case: 'soak', events: sent, keepSeconds, seconds, samples, verdict, rule: LEVEL_RULE, levelled: isLevel };
  } finally {
    await generator.stop();
    await mesh.stop();
  }
}

/** @returns how many events were acknowledged */
async function burst(mesh: BenchMesh, generator: ServerProcess): Promise<number> {
  const load: Load = {
    url: `${mesh.url(AGGREGATOR.name)}/webhook/github`,
    secret: mesh.secret,
    connections: CONNECTIONS,
    seconds: BURST_SECONDS,
    warmupSeconds: 0,
    withIds: false,
  };
  // The same channel as in the bench of ingest, and the same answer.
  const { statuses } = (await generator.ask(load)) as Measured;
  const bad = Object.keys(statuses).filter((status) => status !== '202' && status !== '503');
  if (bad.length > 0) throw new Error(`the aggregator answered ${JSON.stringify(statuses)}`);
  return statuses['202'] ?? 0;
}

/** Until every event has ended, as the node sees it that decides that. */
async function settled(mesh: BenchMesh): Promise<void> {
  const deadline = Date.now() + DRAIN_MS;
  for (;;) {
    const [taken, decided] = await Promise.all([mesh.status(AGGREGATOR.name), mesh.status(ORCHESTRATOR.name)]);
    const isThere = decided.log.records >= taken.log.records && taken.events.open === 0;
    if (isThere && decided.events.open === 0) return;
    if (Date.now() > deadline) throw new Error(`${decided.events.open} events are still open after ${DRAIN_MS} ms`);
    await delay(POLL_MS);
  }
}

async function look(mesh: BenchMesh, events: number, seconds: number): Promise<SoakSample> {
  const memory = await Promise.all(mesh.nodes.map((node) => node.ask('memory', {})));
  const disk = await Promise.all(NODES.map(({ name }) => folderBytes(mesh.dataDir(name))));
  const mib = (values: readonly number[]) => round(values.reduce((sum, value) => sum + value, 0) / MIB, 1);
  return {
    seconds: round(seconds, 1),
    events,
    heapMib: mib(memory.map(({ heapBytes }) => heapBytes)),
    rssMib: mib(memory.map(({ rssBytes }) => rssBytes)),
    diskMib: mib(disk),
  };
}

function lineOf({ seconds, events, heapMib, rssMib, diskMib }: SoakSample): string {
  return `${String(seconds).padStart(7)} s  ${String(events).padStart(8)} events  heap ${heapMib} MiB  rss ${rssMib} MiB  disk ${diskMib} MiB`;
}
