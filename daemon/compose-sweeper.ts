import { Sweeper } from '../roles/aggregator/sweeper.ts';
import type { Core } from './compose-core.ts';
import type { Config } from './config/config.ts';
import { createDeliveries } from './github/deliveries.ts';

/** Looks after the configured webhooks; undefined without any. */
export function composeSweeper({ ingest }: Config, core: Core): Sweeper | undefined {
  const { hooks, every, horizon } = ingest.github.sweep;
  const { card, store, roster, runtime, metrics, github, isReady } = core;
  if (hooks.length === 0 || github === undefined) return undefined;
  const sweeper = new Sweeper(
    { self: card.peer, org: card.org, everyMs: every, horizonMs: horizon },
    {
      hooks: hooks.map((hook) => createDeliveries(hook, github)),
      tables: store.tables,
      roster,
      runtime,
      meter: metrics,
      isReady,
    },
  );
  metrics.gauge('mindmesh_sweep_missing_events', () => sweeper.report().reduce((sum, { missing }) => sum + missing, 0));
  return sweeper;
}
