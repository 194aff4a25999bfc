import { type Epoch, type LogId, logKey } from '../../protocols/ids.ts';
import type { Committed } from '../ports/journal.ts';
import type { Meter } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import type { Heads } from './heads.ts';
import { COUNTERS, readCount } from './project-events.ts';

export interface ReplicaStats {
  readonly epoch: Epoch;
  readonly logs: number;
  /** Synced records of all logs. */
  readonly records: number;
  /** Synced records of this boot. */
  readonly own: number;
  readonly unreadable: number;
  /** Logs of which two signed heads disagree, as `origin/epoch`. */
  readonly quarantined: readonly string[];
}

export function statsOf(of: { readonly heads: Heads; readonly own: LogId; readonly tables: Tables }): ReplicaStats {
  const states = of.heads.all();
  return {
    epoch: of.own.epoch,
    logs: states.filter(({ committed }) => committed.length > 0).length,
    records: states.reduce((sum, { committed }) => sum + committed.length, 0),
    own: of.heads.get(of.own)?.committed.length ?? 0,
    unreadable: readCount(of.tables, COUNTERS.unreadable),
    quarantined: states.filter(({ quarantined }) => quarantined).map(({ log }) => logKey(log)),
  };
}

/** @param ms from the taking of the group to the end of its sync */
export function measureCommit(meter: Meter, entries: readonly Committed[], ms: number): void {
  const own = entries.filter((entry) => entry.own).length;
  if (own > 0) meter.count('mindmesh_log_records_total', { from: 'self' }, own);
  if (own < entries.length) meter.count('mindmesh_log_records_total', { from: 'peer' }, entries.length - own);
  const unreadable = entries.filter((entry) => !entry.decoded.ok).length;
  if (unreadable > 0) meter.count('mindmesh_log_unreadable_total', {}, unreadable);
  meter.count('mindmesh_log_commits_total');
  meter.observe('mindmesh_log_commit_records', entries.length);
  meter.observe('mindmesh_log_commit_seconds', ms / 1_000);
}
