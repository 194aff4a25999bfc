export interface RateOptions {
  /** Requests a second from one source, on average. */
  readonly perSource: number;
  /** Requests a source may make at once. */
  readonly burst: number;
}

/** `limited` tells the seconds to wait, or 0 when the request may come in. */
export interface RateLimit {
  limited(source: string): number;
}

/** An IPv4 address, or the /64 of an IPv6 one: who has a single address there has all of its network. */
export function sourceOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail = ''] = address.split('::', 2);
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
