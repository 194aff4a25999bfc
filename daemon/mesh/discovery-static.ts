import type { Discovery, KnownPeer } from './discovery.ts';

/** The peers of the configuration; `replace` serves a reload. */
export interface StaticDiscovery extends Discovery {
  replace(peers: readonly KnownPeer[]): void;
}

export function createStaticDiscovery(peers: readonly KnownPeer[]): StaticDiscovery {
  const listeners: (() => void)[] = [];
  let current = peers;
  return {
    peers: () => current,
    onChange: (listener) => {
      listeners.push(listener);
    },
    replace: (next) => {
      current = next;
      for (const listener of listeners) listener();
    },
  };
}
