import { join } from 'node:path';
import type { PeerId } from '../../protocols/ids.ts';
import type { RoleName } from '../../protocols/names.ts';

/** One node of the small mesh that `mindmesh dev` runs on loopback. */
export interface DevNode {
  readonly name: string;
  readonly role: RoleName;
  readonly cluster: string;
  readonly region: string;
  readonly generals: readonly string[];
  /** Taken when free, so that the addresses of the documentation work as printed. */
  readonly preferredPort: number;
}

/** Two clusters, so that a broadcast has two places to go; between them all thirteen generals. */
export const DEV_NODES: readonly DevNode[] = [
  node('aggregator', 'aggregator', 'prod-us', 8086),
  node('orchestrator', 'orchestrator', 'prod-us', 8090),
  node('reviewers', 'general', 'prod-us', 8080, ['code-review', 'architecture', 'security', 'quality-assurance']),
  node('operators', 'general', 'prod-us', 8081, [
    'deployment',
    'metrics',
    'analytics',
    'triage',
    'priority',
    'general-purpose',
  ]),
  node('builders', 'general', 'dev', 8082, ['code-review', 'security', 'documentation', 'product-owner', 'developer']),
];

function node(
  name: string,
  role: RoleName,
  cluster: string,
  preferredPort: number,
  types: readonly string[] = [],
): DevNode {
  const region = cluster === 'dev' ? 'eu-west' : 'us-east';
  return { name, role, cluster, region, preferredPort, generals: types.map((type) => `${type}-general`) };
}

/** A node with everything that is only known at run time. */
export interface PlannedNode extends DevNode {
  readonly dir: string;
  readonly peer: PeerId;
  readonly httpPort: number;
  readonly meshPort: number;
}

export interface Shared {
  readonly tokenFile: string;
  readonly secretFile: string;
  /** Laid over every node's configuration: what a caller of the mesh wants otherwise. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

export const filesOf = (dir: string) => ({
  config: join(dir, 'mindmesh.yaml'),
  key: join(dir, 'data', 'node.key'),
  data: join(dir, 'data'),
  socket: join(dir, 'mindmesh.sock'),
  log: join(dir, 'log.jsonl'),
});

/** The configuration file of one node: the others are its static list of peers. */
export function configOf(self: PlannedNode, all: readonly PlannedNode[], shared: Shared): Record<string, unknown> {
  const files = filesOf(self.dir);
  const config = {
    node: {
      name: self.name,
      org: 'dev',
      cluster: self.cluster,
      region: self.region,
      roles: [self.role],
      dataDir: files.data,
      socket: files.socket,
      ballast: 0,
    },
    mesh: { host: '127.0.0.1', port: self.meshPort, peers: all.filter((other) => other !== self).map(peerEntry) },
    http: {
      host: '127.0.0.1',
      [self.role]: { port: self.httpPort },
      auth: { tokenFile: shared.tokenFile, openLoopbackReads: true },
    },
    // Several nodes share the disk of a workstation, which may well be fuller than that of a server.
    ingest: {
      minFreeShare: 0,
      ...(self.role === 'aggregator' && { github: { secrets: [{ file: shared.secretFile }] } }),
    },
    ...(self.role === 'general' && { generals: self.generals }),
  };
  return overlay(config, shared.overrides ?? {});
}

type Tree = Readonly<Record<string, unknown>>;

function overlay(base: Tree, over: Tree): Record<string, unknown> {
  const merged = Object.entries(over).map(([key, value]) => {
    const below = base[key];
    return [key, isTree(below) && isTree(value) ? overlay(below, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(merged) };
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function peerEntry(other: PlannedNode): Record<string, unknown> {
  return { name: other.name, peer: other.peer, addresses: [`/ip4/127.0.0.1/tcp/${other.meshPort}`] };
}
