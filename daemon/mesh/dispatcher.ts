import { MeshError } from '../../protocols/errors.ts';
import type { Dispatcher, DispatchHandler } from '../../roles/ports/dispatcher.ts';
import type { Mesh } from '../../roles/ports/links.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';

export interface DispatcherOptions {
  /** Requests in flight to one peer; more wait in line. Default 64. A larger value lets a slow peer hold more memory. */
  readonly inFlight?: number;
  /** Milliseconds until an offer without an answer counts as timed out. Default `OFFER_DEADLINE_MS`. */
  readonly deadlineMs?: number;
}

export interface DispatcherParts {
  readonly mesh: Mesh;
  readonly runtime: Runtime;
  readonly handler: DispatchHandler;
}

/** Made before the mesh starts, because it serves `/mindmesh/dispatch/1`. */
export interface MeshDispatcher extends Dispatcher {
  /** Fails what is in flight with `peer-unreachable` and closes the streams. */
  stop(): void;
}

export function createDispatcher(_options: DispatcherOptions, _parts: DispatcherParts): MeshDispatcher {
  throw new MeshError('internal', { problem: 'not built yet' });
}
