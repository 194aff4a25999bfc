import type { PeerId } from '../../protocols/ids.ts';
import type { Topic } from '../../protocols/names.ts';
import type { GossipMessages } from '../../protocols/verdicts.ts';
import type { Mesh } from '../../roles/ports/links.ts';

type Gossip = Pick<Mesh, 'connected' | 'onPeer' | 'publish' | 'onGossip'>;

/** Connections and gossip of a few nodes in one process: what is published reaches every connected node at once. */
export class GossipBus {
  readonly #listeners = new Map<PeerId, ((topic: Topic, from: PeerId, message: GossipMessages[Topic]) => void)[]>();
  readonly #watchers = new Map<PeerId, ((peer: PeerId, connected: boolean) => void)[]>();
  readonly #links = new Map<PeerId, Set<PeerId>>();
  /** Everything ever published, oldest first. */
  readonly published: { from: PeerId; topic: Topic; message: GossipMessages[Topic] }[] = [];

  mesh(self: PeerId): Gossip {
    return {
      connected: () => [...(this.#links.get(self) ?? [])],
      onPeer: (listener) => this.#watchers.set(self, [...(this.#watchers.get(self) ?? []), listener]),
      publish: (topic, message) => this.deliver(self, topic, message),
      onGossip: (topic, listener) => {
        const each = (seen: Topic, from: PeerId, message: GossipMessages[Topic]) => {
          // The topic names the type of the message, which TypeScript cannot follow through the union.
          if (seen === topic) listener(from, message as GossipMessages[typeof topic]);
        };
        this.#listeners.set(self, [...(this.#listeners.get(self) ?? []), each]);
      },
    };
  }

  /** As if `from` had published it now: also how a test replays an old message. */
  deliver(from: PeerId, topic: Topic, message: GossipMessages[Topic]): void {
    this.published.push({ from, topic, message });
    for (const to of this.#links.get(from) ?? []) {
      for (const listener of this.#listeners.get(to) ?? []) listener(topic, from, message);
    }
  }

  connect(a: PeerId, b: PeerId): void {
    this.#change(a, b, true);
    this.#change(b, a, true);
  }

  disconnect(a: PeerId, b: PeerId): void {
    this.#change(a, b, false);
    this.#change(b, a, false);
  }

  #change(self: PeerId, peer: PeerId, connected: boolean): void {
    const links = this.#links.get(self) ?? new Set();
    this.#links.set(self, links);
    if (connected) links.add(peer);
    else links.delete(peer);
    for (const watcher of this.#watchers.get(self) ?? []) watcher(peer, connected);
  }
}
