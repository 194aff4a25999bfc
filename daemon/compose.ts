import type { Logger } from '../roles/ports/runtime.ts';
import { type Core, composeCore, coreSteps, endOnFailedDisk } from './compose-core.ts';
import { composeRoles } from './compose-roles.ts';
import { composeSurfaces } from './compose-surfaces.ts';
import type { LoadedConfig } from './config/load.ts';
import { setHeapGrowth } from './heap-growth.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';

export interface Daemon extends Lifecycle {
  readonly log: Logger;
  /** What the node is made of, for those who measure it from within. */
  readonly core: Core;
}

/**
 * Builds one node from its configuration: the only place that joins parts.
 * Started in order: disk, roles, mesh, and the doors to the outside last; stopped the other way round, so that nothing more
 * comes in while what is under way is finished.
 */
export async function compose(loaded: LoadedConfig, version: string): Promise<Daemon> {
  setHeapGrowth();
  const { config } = loaded;
  const core = await composeCore(config, version);
  endOnFailedDisk(core);
  const roles = await composeRoles(config, core);
  const surfaces = await composeSurfaces(loaded, core, roles);
  const { below, above } = coreSteps(core);
  const log = core.runtime.log;
  return { log, core, ...createLifecycle([...below, ...above, ...roles.steps, ...surfaces], log) };
}
