import { OFFER_DEADLINE_MS } from '../../protocols/dispatch.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { PROTOCOLS } from '../../protocols/names.ts';
import type { Dispatcher, DispatchHandler } from '../../roles/ports/dispatcher.ts';
import type { Mesh } from '../../roles/ports/links.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';
import { answerDispatch } from './dispatch-answerer.ts';
import { DispatchAsker } from './dispatch-asker.ts';

export interface DispatcherOptions {
  /** This node: what it offers to itself goes to its own handler, because nobody is connected to himself. */
  readonly self?: PeerId;
  /** Requests in flight to one peer; more wait in line. Default 64. A larger value lets a slow peer hold more memory. */
  readonly inFlight?: number;
  /** Milliseconds until an offer without an answer counts as timed out, waiting in line included. Default `OFFER_DEADLINE_MS`. */
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

export function createDispatcher(options: DispatcherOptions, parts: DispatcherParts): MeshDispatcher {
  const limits = { inFlight: options.inFlight ?? 64, deadlineMs: options.deadlineMs ?? OFFER_DEADLINE_MS };
  const askers = new Map<PeerId, DispatchAsker>();
  const askerOf = (peer: PeerId): DispatchAsker => {
    const known = askers.get(peer) ?? new DispatchAsker(peer, limits, parts);
    askers.set(peer, known);
    return known;
  };
  parts.mesh.serve(PROTOCOLS.dispatch, (link) => answerDispatch(link, parts.handler, parts.runtime.log));
  const { self } = options;
  return {
    offer: async (peer, offer) => (peer === self ? parts.handler.offer(peer, offer) : askerOf(peer).offer(offer)),
    note: (peer, note) => (peer === self ? parts.handler.note(peer, note) : askerOf(peer).note(note)),
    stop: () => {
      for (const asker of askers.values()) asker.stop('this node stops');
    },
  };
}
