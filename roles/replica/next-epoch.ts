import { compareText, type Epoch, epochOf } from '../../protocols/ids.ts';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** A ULID is ten digits of milliseconds and sixteen of chance. */
const TIME_DIGITS = 10;

/**
 * The epoch of a boot sorts after those before it, or what this node did later would count as earlier: after two boots in one
 * millisecond, and after a clock that was set back, the time of the last one is raised by one. The chance stays fresh.
 */
export function nextEpoch(fresh: Epoch, earlier: readonly Epoch[]): Epoch {
  const last = [...earlier].sort(compareText).at(-1);
  if (last === undefined || compareText(fresh, last) > 0) return fresh;
  return epochOf(encodeTime(decodeTime(last) + 1) + fresh.slice(TIME_DIGITS));
}

function decodeTime(epoch: Epoch): number {
  return [...epoch.slice(0, TIME_DIGITS)].reduce((time, digit) => time * DIGITS.length + DIGITS.indexOf(digit), 0);
}

function encodeTime(time: number): string {
  let digits = '';
  for (let rest = time; digits.length < TIME_DIGITS; rest = Math.floor(rest / DIGITS.length)) {
    digits = (DIGITS[rest % DIGITS.length] ?? '') + digits;
  }
  return digits;
}
