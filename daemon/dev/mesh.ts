import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StatusView } from '../../protocols/operator.ts';
import { OperatorClient } from '../cli/client.ts';
import { loadIdentity } from '../mesh/identity.ts';
import { type Child, type Launcher, logTail, startChild } from './child.ts';
import { configOf, type DevNode, filesOf, type PlannedNode, type Shared } from './plan.ts';
import { PortPicker } from './ports.ts';

export interface DevMeshOptions {
  readonly dir: string;
  readonly nodes: readonly DevNode[];
  /** Take the ports of the documentation when they are free. */
  readonly preferPorts: boolean;
  readonly launcher: Launcher;
  /** Environment of the children: the caller decides what of its own they see. */
  readonly env: Readonly<Record<string, string>>;
  /** Laid over every node's configuration. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** Longest wait for a mesh on a busy machine; a healthy one needs a few seconds. */
const READY_MS = 60_000;
const POLL_MS = 50;

/** A mesh of daemons on loopback, each a process of its own with a data directory of its own. */
export class DevMesh {
  readonly nodes: readonly PlannedNode[];
  readonly token: string;
  readonly secret: string;
  readonly #options: DevMeshOptions;
  readonly #children = new Map<string, Child>();

  private constructor(options: DevMeshOptions, nodes: readonly PlannedNode[], token: string, secret: string) {
    this.#options = options;
    this.nodes = nodes;
    this.token = token;
    this.secret = secret;
  }

  /** Makes keys, ports, secrets and configuration files; starts nothing. */
  static async prepare(options: DevMeshOptions): Promise<DevMesh> {
    const token = randomBytes(32).toString('base64url');
    const secret = randomBytes(32).toString('hex');
    const shared = await writeSecrets(options, token, secret);
    const ports = new PortPicker();
    const nodes: PlannedNode[] = [];
    for (const node of options.nodes) nodes.push(await planNode(node, options, ports));
    for (const node of nodes) {
      await writeFile(filesOf(node.dir).config, JSON.stringify(configOf(node, nodes, shared), null, 2), {
        mode: 0o600,
      });
    }
    return new DevMesh(options, nodes, token, secret);
  }

  get pids(): Record<string, number> {
    return Object.fromEntries([...this.#children].map(([name, child]) => [name, child.pid]));
  }

  /** @param env more variables for this one process */
  start(name: string, env: Readonly<Record<string, string>> = {}): Child {
    const { launcher } = this.#options;
    const files = filesOf(this.node(name).dir);
    const child = startChild(launcher, {
      name,
      configFile: files.config,
      logFile: files.log,
      env: { ...this.#options.env, ...env },
    });
    this.#children.set(name, child);
    void child.exited.then(() => {
      if (this.#children.get(name) === child) this.#children.delete(name);
    });
    return child;
  }

  startAll(): void {
    for (const { name } of this.nodes) this.start(name);
  }

  /** Resolves when every node is ready and in touch with every other; `tell` hears how many are. */
  async ready(tell: (count: number) => void = () => undefined): Promise<void> {
    const deadline = Date.now() + READY_MS;
    for (;;) {
      const joined = (await Promise.all(this.nodes.map((node) => this.#isJoined(node)))).filter(Boolean).length;
      tell(joined);
      if (joined === this.nodes.length) return;
      await this.#failIfGone();
      if (Date.now() > deadline)
        throw new Error(`only ${joined} of ${this.nodes.length} nodes joined in ${READY_MS} ms`);
      await delay(POLL_MS);
    }
  }

  async #isJoined(node: PlannedNode): Promise<boolean> {
    const status = await this.status(node.name).catch(() => undefined);
    return status?.ready === true && status.peers.live === this.nodes.length - 1;
  }

  async #failIfGone(): Promise<void> {
    for (const node of this.nodes) {
      if (this.#children.has(node.name)) continue;
      throw new Error(
        `${node.name} ended before it was ready; its log ends with\n${await logTail(filesOf(node.dir).log)}`,
      );
    }
  }

  client(name: string): OperatorClient {
    return new OperatorClient(filesOf(this.node(name).dir).socket);
  }

  status(name: string): Promise<StatusView> {
    return this.client(name).status();
  }

  node(name: string): PlannedNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`this mesh has no node ${name}`);
    return found;
  }

  url(name: string): string {
    return `http://127.0.0.1:${this.node(name).httpPort}`;
  }

  child(name: string): Child | undefined {
    return this.#children.get(name);
  }

  /** Asks every process to drain; kills what does not leave in time. */
  async stop(graceMs = 30_000): Promise<void> {
    const children = [...this.#children.values()];
    for (const child of children) child.signal('SIGTERM');
    const kill = setTimeout(() => {
      for (const child of children) child.signal('SIGKILL');
    }, graceMs);
    await Promise.all(children.map((child) => child.exited));
    clearTimeout(kill);
  }
}

async function writeSecrets(options: DevMeshOptions, token: string, secret: string): Promise<Shared> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const tokenFile = join(options.dir, 'token');
  const secretFile = join(options.dir, 'webhook-secret');
  await writeFile(tokenFile, token, { mode: 0o600 });
  await writeFile(secretFile, secret, { mode: 0o600 });
  return { tokenFile, secretFile, ...(options.overrides && { overrides: options.overrides }) };
}

async function planNode(node: DevNode, options: DevMeshOptions, ports: PortPicker): Promise<PlannedNode> {
  const dir = join(options.dir, node.name);
  const files = filesOf(dir);
  await mkdir(files.data, { recursive: true, mode: 0o700 });
  const { identity } = await loadIdentity(files.key);
  return {
    ...node,
    dir,
    peer: identity.peer,
    httpPort: await ports.pick(options.preferPorts ? node.preferredPort : undefined),
    meshPort: await ports.pick(),
  };
}
