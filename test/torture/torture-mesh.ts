import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launcher } from '../../daemon/dev/child.ts';
import { DevMesh } from '../../daemon/dev/mesh.ts';
import { type DevNode, filesOf, type PlannedNode } from '../../daemon/dev/plan.ts';
import { GENERALS } from '../../protocols/generals.ts';
import type { Chance } from './chance.ts';
import { ChaosProxy } from './chaos-proxy.ts';
import type { Outside } from './outside.ts';

const EVERY_GENERAL = GENERALS.map(({ name }) => name);

/** One takes in, two decide, two work, each of those in a cluster of its own with every general. */
export const TORTURE_NODES: readonly DevNode[] = [
  { name: 'ingest', role: 'aggregator', cluster: 'east', region: 'test', generals: [], preferredPort: 0 },
  { name: 'boss-east', role: 'orchestrator', cluster: 'east', region: 'test', generals: [], preferredPort: 0 },
  { name: 'boss-west', role: 'orchestrator', cluster: 'west', region: 'test', generals: [], preferredPort: 0 },
  { name: 'hands-east', role: 'general', cluster: 'east', region: 'test', generals: EVERY_GENERAL, preferredPort: 0 },
  { name: 'hands-west', role: 'general', cluster: 'west', region: 'test', generals: EVERY_GENERAL, preferredPort: 0 },
];

/** A pick-one general that lives in two clusters, and a broadcast to both. */
const ROUTES = [
  { name: 'issues', match: { kind: ['issue_opened'] }, generals: ['triage'], strategy: 'load_balanced' },
  { name: 'pulls', match: { kind: ['pr_created'] }, generals: ['code-review'], strategy: 'broadcast' },
];

const OVERRIDES = {
  routing: { defaults: false },
  routes: ROUTES,
  // One sender sends everything here.
  ingest: { rate: { perSource: 1_000_000, burst: 1_000_000 } },
  log: { level: 'info' },
};

export interface TortureMesh {
  readonly mesh: DevMesh;
  readonly proxies: readonly ChaosProxy[];
}

export interface TortureMeshOptions {
  readonly dir: string;
  readonly launcher: Launcher;
  /** Do tasks write to the outside? */
  readonly effects: boolean;
}

/** Real processes, each of which reaches each other one only through a chaos proxy. Nothing is started. */
export async function prepareMesh(
  { dir, launcher, effects }: TortureMeshOptions,
  { outside, chance }: { readonly outside: Outside; readonly chance: Chance },
): Promise<TortureMesh> {
  const mesh = await DevMesh.prepare({
    dir,
    nodes: TORTURE_NODES,
    preferPorts: false,
    launcher,
    overrides: OVERRIDES,
    env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', GITHUB_TOKEN: outside.token },
  });
  const proxies: ChaosProxy[] = [];
  const portTo = async (from: PlannedNode, to: PlannedNode) => {
    const proxy = new ChaosProxy(to.meshPort, { chance: chance.branch(`${from.name} to ${to.name}`) });
    proxies.push(proxy);
    return proxy.listen();
  };
  for (const node of mesh.nodes) {
    const others = mesh.nodes.filter((other) => other !== node);
    const ports = new Map<string, number>();
    for (const other of others) ports.set(other.peer, await portTo(node, other));
    await rewrite(filesOf(node.dir).config, (config) => ({
      ...config,
      mesh: { ...Object(config.mesh), peers: peersOf(others, ports) },
      ...(node.role === 'general' && { generals: node.generals.map((name) => ({ name, ...GENERAL })) }),
      ...(effects && node.role === 'general' && outsideOf(node, outside)),
    }));
  }
  return { mesh, proxies };
}

function peersOf(others: readonly PlannedNode[], ports: ReadonlyMap<string, number>) {
  return others.map(({ name, peer }) => ({ name, peer, addresses: [`/ip4/127.0.0.1/tcp/${ports.get(peer)}`] }));
}

function outsideOf({ name }: PlannedNode, outside: Outside) {
  return {
    effects: { comments: 'on' },
    github: { baseUrl: outside.urlFor(name), token: { env: 'GITHUB_TOKEN' }, throttle: false },
  };
}

/** Each general works at many things at once: what is measured is what kills cost, not how long a line is. */
const GENERAL = { concurrency: 8, capacity: 100 };

type Document = Readonly<Record<string, unknown>>;

async function rewrite(file: string, change: (config: Document) => Document): Promise<void> {
  const config: Document = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify(change(config), null, 2), { mode: 0o600 });
}

/** The folder of one node, for people who look for what happened. */
export function logOf(dir: string, name: string): string {
  return filesOf(join(dir, name)).log;
}
