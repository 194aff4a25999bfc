import { privateKeyFromProtobuf } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import { createStaticDiscovery, type StaticDiscovery } from '../../daemon/mesh/discovery-static.ts';
import { createIdentity } from '../../daemon/mesh/ed25519.ts';
import { createKey } from '../../daemon/mesh/identity.ts';
import { createMeshNode, type MeshNode, type MeshNodeOptions } from '../../daemon/mesh/node.ts';
import { createRuntime } from '../../daemon/runtime.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { Identity, Logger, Meter, Runtime } from '../../roles/ports/runtime.ts';
import { waitFor } from '../support/wait-for.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly phrase: string;
  readonly facts: object;
}

/** One node with its parts, as a test sees it. */
export interface TestNode {
  readonly peer: PeerId;
  readonly privateKey: Ed25519PrivateKey;
  readonly identity: Identity;
  readonly mesh: MeshNode;
  readonly discovery: StaticDiscovery;
  readonly runtime: Runtime;
  readonly lines: readonly LogLine[];
  /** Counter name to count. */
  readonly counts: ReadonlyMap<string, number>;
}

export async function newKey(): Promise<Ed25519PrivateKey> {
  const { bytes } = await createKey();
  const key = privateKeyFromProtobuf(Buffer.from(Buffer.from(bytes).toString(), 'base64'));
  if (key.type !== 'Ed25519') throw new Error('not an Ed25519 key');
  return key;
}

/** A node that knows nobody yet, not started. Generous per second, because here all come from one address. */
export async function newNode(options: Partial<MeshNodeOptions> = {}, key?: Ed25519PrivateKey): Promise<TestNode> {
  const privateKey = key ?? (await newKey());
  const identity = createIdentity(privateKey);
  const discovery = createStaticDiscovery([]);
  const lines: LogLine[] = [];
  const counts = new Map<string, number>();
  const runtime = createRuntime(recorder(lines));
  const meter: Meter = {
    count: (name, _labels, by = 1) => counts.set(name, (counts.get(name) ?? 0) + by),
    observe: () => undefined,
  };
  const listen = { host: '127.0.0.1', port: 0 };
  const mesh = createMeshNode(
    { listen, inboundPerSecond: 1_000, ...options },
    { privateKey, identity, runtime, meter, discovery },
  );
  stopAtEnd(() => mesh.stop());
  return { peer: identity.peer, privateKey, identity, mesh, discovery, runtime, lines, counts };
}

/** Starts the nodes and lets each know all. */
export async function join(nodes: readonly TestNode[]): Promise<void> {
  await Promise.all(nodes.map(({ mesh }) => mesh.start()));
  introduce(nodes);
  await waitFor('everybody is connected', () =>
    nodes.every(({ mesh }) => mesh.connected().length === nodes.length - 1),
  );
}

/** `callers` are admitted, but nobody knows where to dial them. */
export function introduce(nodes: readonly TestNode[], callers: readonly PeerId[] = []): void {
  const peers = [
    ...nodes.map(({ peer, mesh }) => ({ peer, addresses: mesh.addresses() })),
    ...callers.map((peer) => ({ peer, addresses: [] })),
  ];
  for (const { discovery } of nodes) discovery.replace(peers);
}

export async function stopAll(nodes: readonly TestNode[]): Promise<void> {
  await Promise.all(nodes.map(({ mesh }) => mesh.stop()));
}

const opened: (() => Promise<unknown>)[] = [];

/** What is stopped at the end of the test file, also when a test failed half-way. */
export function stopAtEnd(stop: () => Promise<unknown>): void {
  opened.push(stop);
}

export async function stopEverything(): Promise<void> {
  await Promise.all(opened.map((stop) => stop()));
}

function recorder(lines: LogLine[]): Logger {
  const at = (level: LogLine['level']) => (facts: object, phrase: string) => {
    lines.push({ level, phrase, facts });
    if (process.env.MESH_TEST_LOG !== undefined) process.stderr.write(`${level} ${phrase} ${JSON.stringify(facts)}\n`);
  };
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return log;
}
