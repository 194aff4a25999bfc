import type { Database } from './tables.ts';

/**
 * A change of the layout. It writes beside the old sublevels, its last batch synced; what it made
 * useless is deleted one release later, so that the release before can still be started.
 */
export interface Migration {
  readonly from: number;
  readonly to: number;
  run(db: Database): Promise<void>;
}
