import { setTimeout as delay } from 'node:timers/promises';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { eventIdOf } from '../../protocols/ids.ts';

/** `EventLine.state` of what has an outcome. */
const ENDED: ReadonlySet<string> = new Set(['done', 'partly', 'dead']);
const AGAIN_MS = 100;
/** Stories asked for at once, and in one go: who tells them has other things to do. */
const WIDTH = 8;
const AT_MOST = 64;

/** Knows which events have an outcome: the orchestrators tell, and what they told nobody while they were down is asked for. */
export class Settlement {
  readonly #mesh: DevMesh;
  readonly #tellers: readonly string[];
  readonly #ended = new Set<string>();
  readonly #stop = new AbortController();

  constructor(mesh: DevMesh, tellers: readonly string[]) {
    this.#mesh = mesh;
    this.#tellers = tellers;
  }

  follow(): void {
    for (const name of this.#tellers) void this.#listen(name);
  }

  stop(): void {
    this.#stop.abort();
  }

  open(deliveries: readonly string[]): string[] {
    return deliveries.filter((delivery) => !this.#ended.has(eventIdOf('github', delivery)));
  }

  /** Asks for the outcome of some that nobody told; returns those that are still open. */
  async ask(deliveries: readonly string[]): Promise<string[]> {
    const open = this.open(deliveries);
    // Another part of a long list each time; the tail tells the rest.
    const from = Math.floor(Math.random() * Math.max(1, open.length - AT_MOST + 1));
    const left = open.slice(from, from + AT_MOST);
    for (let at = 0; at < left.length; at += WIDTH) {
      await Promise.all(left.slice(at, at + WIDTH).map((delivery) => this.#askOne(eventIdOf('github', delivery))));
    }
    return this.open(open);
  }

  /** Resolves with what is still open when all have an outcome, when the time is up, or when `idleMs` brought no further one. */
  async wait(deliveries: readonly string[], limits: { deadlineMs?: number; idleMs?: number }): Promise<string[]> {
    const { deadlineMs = Number.POSITIVE_INFINITY, idleMs = Number.POSITIVE_INFINITY } = limits;
    const until = performance.now() + deadlineMs;
    let open = this.open(deliveries);
    let movedAt = performance.now();
    while (open.length > 0 && performance.now() < until && performance.now() < movedAt + idleMs) {
      await delay(AGAIN_MS);
      const left = await this.ask(open);
      if (left.length < open.length) movedAt = performance.now();
      open = left;
    }
    return open;
  }

  async #askOne(id: string): Promise<void> {
    for (const name of this.#tellers) {
      const story = await this.#mesh
        .client(name)
        .explain(id)
        .catch(() => undefined);
      if (story?.settled === undefined) continue;
      this.#ended.add(id);
      return;
    }
  }

  async #listen(name: string): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        for await (const { eventId, state } of this.#mesh.client(name).tail({}, signal)) {
          if (ENDED.has(state)) this.#ended.add(eventId);
        }
      } catch {
        // It was killed; it is listened to again once it is back.
      }
      await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
