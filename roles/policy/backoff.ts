/** Full jitter, 1 s doubling, at most 5 min (W4): everybody who failed together comes back at different times. */
export const BACKOFF_BASE_MS = 1_000;
export const BACKOFF_CAP_MS = 300_000;

/**
 * Milliseconds to wait before try number `tries` + 1.
 * @param tries how many tries failed so far, from 0
 * @param chance 0 ≤ x < 1
 */
export function backoffMs(tries: number, chance: number): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(tries, 30));
  return Math.floor(chance * ceiling);
}
