const FIRST_MS = 100;
/** A peer that comes back is found within this, without noticing it by itself. */
const CAP_MS = 2_000;

/** Pause before the dial after `failures` failed ones: doubling from 100 ms, at most 2 s, the upper half of it by chance. */
export function dialPauseMs(failures: number, random: number): number {
  const whole = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return whole / 2 + (whole / 2) * random;
}
