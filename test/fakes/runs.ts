import { eventIdOf, slotOf } from '../../protocols/ids.ts';
import { type RunId, runIdOf } from '../../protocols/run.ts';
import type { OpenRun } from '../../roles/policy/run-order.ts';
import type { KnownRun } from '../../roles/replica/open-runs.ts';

/** The id of the run of an event that a test names. */
export function runNamed(name: string): RunId {
  return runIdOf(eventIdOf('test', name.replaceAll(' ', '-')), slotOf('developer-general'));
}

/** A run that waits; its name says nothing about its place among others of the same age. */
export function openRun(name: string, branches: readonly string[], fields: Partial<OpenRun> = {}): OpenRun {
  return { run: runNamed(name), repository: 'acme/app', branches, requestedAt: 0, isAdmitted: false, ...fields };
}

/** The same with what people want to know of it. */
export function knownRun(name: string, branches: readonly string[], fields: Partial<KnownRun> = {}): KnownRun {
  const about = { eventId: eventIdOf('test', name), slot: slotOf('developer-general'), attempt: 1 };
  return { ...openRun(name, branches), ...about, kind: 'code', cluster: 'prod-us', ...fields };
}
