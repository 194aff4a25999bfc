import { setTimeout as delay } from 'node:timers/promises';
import type { Core } from '../../daemon/compose-core.ts';
import { epochOf, peerIdOf } from '../../protocols/ids.ts';
import { monotonicMs } from '../monotonic.ts';
import type { Reached, ReachJob } from './messages.ts';

/** Often enough: what is measured are seconds. */
const POLL_MS = 5;

/** Sees when a node has met somebody, and when it has a whole log. */
export class ReachWatch {
  readonly #parts: Pick<Core, 'replica' | 'store'>;
  readonly #contact = Promise.withResolvers<number>();

  constructor({ mesh, replica, store }: Pick<Core, 'mesh' | 'replica' | 'store'>) {
    this.#parts = { replica, store };
    mesh.onPeer((_peer, connected) => {
      if (connected) this.#contact.resolve(monotonicMs());
    });
  }

  async reach({ origin, epoch, length, lastEventId }: ReachJob): Promise<Reached> {
    const log = { origin: peerIdOf(origin), epoch: epochOf(epoch) };
    const connectedAt = await this.#contact.promise;
    const syncedAt = await when(() => this.#parts.replica.lengthOf(log) >= length);
    const projectedAt = await when(() => this.#parts.store.tables.get('ids', lastEventId) !== undefined);
    return { connectedAt, syncedAt, projectedAt };
  }
}

async function when(isSo: () => boolean): Promise<number> {
  while (!isSo()) await delay(POLL_MS);
  return monotonicMs();
}
