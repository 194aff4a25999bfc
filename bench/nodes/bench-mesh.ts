import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DevMesh } from '../../daemon/dev/mesh.ts';
import { type DevNode, filesOf } from '../../daemon/dev/plan.ts';
import type { StatusView } from '../../protocols/operator.ts';
import { bundle } from '../../scripts/bundle.ts';
import { ServerProcess } from '../server-process.ts';
import { BenchNode } from './bench-node.ts';

export interface BenchMeshOptions {
  readonly nodes: readonly Pick<DevNode, 'name' | 'role' | 'generals'>[];
  /** Laid over every node's configuration. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Folder for processor profiles of every node; they are written when a node leaves. */
  readonly profileDir?: string;
  /** Lets a node collect its garbage when its memory is read. */
  readonly exposeGc?: boolean;
}

/** For many nodes that start at once on a busy machine. */
const READY_MS = 120_000;
const POLL_MS = 50;
const ROOT = join(import.meta.dirname, '../..');

/** Real nodes, bundled as the released daemon is, each a process of its own that the bench can speak to. */
export class BenchMesh {
  readonly #options: BenchMeshOptions;
  readonly #dir: string;
  readonly #files: DevMesh;
  readonly #nodes = new Map<string, BenchNode>();

  private constructor(options: BenchMeshOptions, dir: string, files: DevMesh) {
    this.#options = options;
    this.#dir = dir;
    this.#files = files;
  }

  /** Bundles, and writes keys and configurations; starts nothing. */
  static async prepare(options: BenchMeshOptions): Promise<BenchMesh> {
    const dir = await mkdtemp(join(tmpdir(), 'mindmesh-bench-'));
    await bundle({
      root: ROOT,
      entry: join(import.meta.dirname, 'node-main.ts'),
      threads: ['daemon/compose-listener.ts'],
      outdir: join(dir, 'dist'),
    });
    const files = await DevMesh.prepare({
      dir,
      nodes: options.nodes.map((node) => ({ ...node, cluster: 'bench', region: 'bench', preferredPort: 0 })),
      preferPorts: false,
      launcher: { command: process.execPath, args: [] },
      env: {},
      overrides: { log: { level: 'warn' }, ...options.overrides },
    });
    return new BenchMesh(options, dir, files);
  }

  /** Starts what is prepared and resolves when each knows every other. */
  static async start(options: BenchMeshOptions): Promise<BenchMesh> {
    const mesh = await BenchMesh.prepare(options);
    try {
      await Promise.all(options.nodes.map(({ name }) => mesh.startNode(name)));
      await mesh.ready();
      return mesh;
    } catch (error) {
      await mesh.stop();
      throw error;
    }
  }

  async startNode(name: string): Promise<BenchNode> {
    const { profileDir, exposeGc } = this.#options;
    const process = await ServerProcess.start(join(this.#dir, 'dist', 'mindmesh.js'), {
      args: [filesOf(this.#files.node(name).dir).config],
      env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' },
      execArgv: [
        ...(profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]),
        ...(exposeGc === true ? ['--expose-gc'] : []),
      ],
    });
    const node = new BenchNode(name, process);
    this.#nodes.set(name, node);
    return node;
  }

  node(name: string): BenchNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`${name} does not run`);
    return node;
  }

  get nodes(): readonly BenchNode[] {
    return [...this.#nodes.values()];
  }

  get secret(): string {
    return this.#files.secret;
  }

  url(name: string): string {
    return this.#files.url(name);
  }

  dataDir(name: string): string {
    return filesOf(this.#files.node(name).dir).data;
  }

  status(name: string): Promise<StatusView> {
    return this.#files.status(name);
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + READY_MS;
    const count = this.#nodes.size;
    for (;;) {
      const states = await Promise.all(this.nodes.map((node) => node.ask('state', {})));
      if (states.every(({ ready, connected, live }) => ready && connected === count - 1 && live === count)) return;
      if (Date.now() > deadline) throw new Error(`${count} nodes did not meet within ${READY_MS} ms`);
      await delay(POLL_MS);
    }
  }

  /** Ends every process; with profiles each leaves by itself, so that they are written. */
  async stop(): Promise<void> {
    const leaves = this.#options.profileDir !== undefined;
    await Promise.all(this.nodes.map((node) => (leaves ? node.leave() : node.kill())));
    await rm(this.#dir, { recursive: true, force: true });
  }
}
