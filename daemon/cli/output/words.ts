/** Numbers and times as people read them. */

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `850ms`, `4s`, `2m5s`, `3h12m`, `2d4h`: two units at most. */
export function shortDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))}ms`;
  const first = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, size] = UNITS[first] ?? UNITS[3];
  const whole = Math.floor(ms / size);
  const next = UNITS[first + 1];
  const rest = next === undefined ? 0 : Math.floor((ms - whole * size) / next[1]);
  return next === undefined || rest === 0 || whole >= 10 ? `${whole}${unit}` : `${whole}${unit}${rest}${next[0]}`;
}

/** How long something took: under ten seconds a tenth matters. */
export function took(ms: number): string {
  return ms >= 1_000 && ms < 10_000 ? `${(ms / 1_000).toFixed(1)}s` : shortDuration(ms);
}

/** How long ago; what lies ahead by a drifting clock is now. */
export function ago(at: number, now: number): string {
  return shortDuration(Math.max(0, now - at));
}

export function clock(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Enough of a peer id to tell nodes apart: its end, for all of them begin alike. */
export function shortPeer(peer: string): string {
  return `…${peer.slice(-8)}`;
}
