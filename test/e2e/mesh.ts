import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Launcher } from '../../daemon/dev/child.ts';
import { DevMesh } from '../../daemon/dev/mesh.ts';
import type { DevNode } from '../../daemon/dev/plan.ts';
import { GENERALS } from '../../protocols/generals.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import type { ExplainView } from '../../protocols/operator.ts';
import { bundleDaemon } from '../../scripts/bundle-daemon.ts';
import { waitFor } from '../support/wait-for.ts';

/** One process for each role; the general offers all thirteen. */
export const ONE_OF_EACH: readonly DevNode[] = [
  role('aggregator', 'aggregator', []),
  role('orchestrator', 'orchestrator', []),
  role(
    'general',
    'general',
    GENERALS.map((general) => general.name),
  ),
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
export async function testMesh(
  options: TestMeshOptions = {},
): Promise<{ mesh: DevMesh; dir: string; end(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-e2e-'));
  const mesh = await DevMesh.prepare({
    dir,
    nodes: options.nodes ?? ONE_OF_EACH,
    preferPorts: false,
    launcher: await bundleInto(join(dir, 'dist')),
    overrides: options.overrides ?? {},
    env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', LOG_LEVEL: 'info', ...options.env },
  });
  const end = async () => {
    await mesh.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { mesh, dir, end };
}

/** The story of a delivery once it is settled: the record of it may still be on its way to the orchestrator. */
export function settledStory(mesh: DevMesh, delivery: string, deadlineMs?: number): Promise<ExplainView> {
  const client = mesh.client('orchestrator');
  const ask = async () => {
    const story = await client.explain(eventIdOf('github', delivery));
    return story.settled && story;
  };
  return waitFor(`${delivery} to settle`, ask, deadlineMs);
}

/** The binary that is released: it starts in a tenth of the time that the sources take. */
export async function bundleInto(outdir: string): Promise<Launcher> {
  await bundleDaemon(outdir);
  return { command: process.execPath, args: [join(outdir, 'mindmesh.js')] };
}
