/**
 * Both sides may dial at once, and a peer that lost its connection without a word dials while the other still holds the old
 * one. Both sides must then keep the same connection, whatever order they see things in.
 */
export interface Candidate {
  /** Monotonic milliseconds of this node. */
  readonly openedAt: number;
  readonly direction: 'inbound' | 'outbound';
}

/**
 * Connections that opened this close together come from both sides dialling at once: a handshake ends within 2.5 s. One that is
 * older was lost by the other side, because nobody dials while connected.
 */
export const SIMULTANEOUS_MS = 5_000;

/** Of what was opened at once the outbound of the smaller peer id, and of those the newest; else the newest. */
export function preferConnection<T extends Candidate>(candidates: readonly T[], smaller: boolean): T | undefined {
  const newestFirst = candidates.toSorted((a, b) => b.openedAt - a.openedAt);
  const [newest] = newestFirst;
  if (newest === undefined) return undefined;
  const winning = smaller ? 'outbound' : 'inbound';
  return (
    newestFirst.find((one) => one.direction === winning && newest.openedAt - one.openedAt <= SIMULTANEOUS_MS) ?? newest
  );
}

/**
 * What this side closes. Between two that both sides opened at once the smaller id decides alone, so that the two never each
 * close the other's choice; whoever sees a stale one, or an older one from the same side, closes it.
 */
export function surplusConnections<T extends Candidate>(candidates: readonly T[], smaller: boolean): readonly T[] {
  const kept = preferConnection(candidates, smaller);
  if (kept === undefined) return [];
  const mayClose = ({ direction, openedAt }: T): boolean =>
    smaller || direction === kept.direction || kept.openedAt - openedAt > SIMULTANEOUS_MS;
  return candidates.filter((one) => one !== kept && mayClose(one));
}
