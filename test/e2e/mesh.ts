import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENERALS } from '../../protocols/generals.ts';
import { DevMesh } from '../../daemon/dev/mesh.ts';
import type { DevNode } from '../../daemon/dev/plan.ts';

const MAIN = join(import.meta.dirname, '../../daemon/main.ts');

/** One process for each role; the general offers all thirteen. */
export const ONE_OF_EACH: readonly DevNode[] = [
  role('aggregator', 'aggregator', []),
  role('orchestrator', 'orchestrator', []),
  role('general', 'general', GENERALS.map((general) => general.name)),
];

function role(name: string, of: DevNode['role'], generals: readonly string[]): DevNode {
  return { name, role: of, cluster: 'test', region: 'test', generals, preferredPort: 0 };
}

export interface TestMeshOptions {
  readonly nodes?: readonly DevNode[];
  readonly env?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** A mesh of real processes in a temporary directory; `end` stops them and removes it. */
export async function testMesh(options: TestMeshOptions = {}): Promise<{ mesh: DevMesh; dir: string; end(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-e2e-'));
  const mesh = await DevMesh.prepare({
    dir,
    nodes: options.nodes ?? ONE_OF_EACH,
    preferPorts: false,
    launcher: { command: process.execPath, args: ['--import', 'tsx', MAIN] },
    // The tests want all they send to be taken in; the limit per source has its own test.
    overrides: options.overrides ?? {},
    env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', LOG_LEVEL: 'info', ...options.env },
  });
  const end = async () => {
    await mesh.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { mesh, dir, end };
}
