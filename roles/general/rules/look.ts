import type { MeshEvent } from '../../../protocols/event.ts';
import { type About, aboutOf } from '../subject.ts';
import { descriptionSignals } from './description.ts';
import { hiddenSignals } from './hidden.ts';
import { outcomeSignals } from './outcome.ts';
import { pathSignals, type TouchedPath, touchedPaths } from './paths.ts';
import { pushSignals } from './push.ts';
import { isWorse, listed, type Signal, type SignalId, signal } from './signal.ts';
import { type Size, sizeOf, sizeSignals } from './size.ts';
import { stateSignals } from './state.ts';
import { textsOf } from './texts.ts';
import { wordSignals } from './words.ts';

/** All that the rules can see in one event. */
export interface Sight {
  readonly event: MeshEvent;
  readonly about: About;
  readonly paths: readonly TouchedPath[];
  readonly size: Size;
  /** The worst first. */
  readonly signals: readonly Signal[];
  has(id: SignalId): boolean;
}

export function look(event: MeshEvent): Sight {
  const paths = touchedPaths(event);
  const size = sizeOf(event, paths);
  const signals = [
    ...outcomeSignals(event),
    ...pathSignals(paths),
    ...wordSignals(textsOf(event)),
    ...hiddenSignals(event),
    ...pushSignals(event),
    ...sizeSignals(size, paths),
    ...descriptionSignals(event),
    ...stateSignals(event),
    ...truncation(event),
  ].sort((a, b) => (a.severity === b.severity ? 0 : isWorse(a.severity, b.severity) ? -1 : 1));
  const ids = new Set(signals.map(({ id }) => id));
  return { event, about: aboutOf(event), paths, size, signals, has: (id) => ids.has(id) };
}

function truncation({ data }: MeshEvent): Signal[] {
  const cut = data.truncated ?? [];
  return cut.length === 0
    ? []
    : [signal('truncated', 'info', 'Parts of the event were cut', `Fields: ${listed(cut)}.`)];
}
